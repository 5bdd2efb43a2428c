"""A plugin's connection: what its host asks goes to dispatch, what it answers to who called it."""

import asyncio
import logging
import re
import time
from _socket import socket
from collections.abc import Callable, Sequence

import msgspec

from axium.daemon.caller import Plugin, is_gear
from axium.daemon.connection import Connection, Port
from axium.daemon.pace import Pace
from axium.daemon.poller import Poller
from axium.wire.channel import Answer
from axium.wire.envelope import encode_refusal

log = logging.getLogger("axium.plugins")

MOST_UNREAD = 64 * 1024 * 1024
"""Bytes of answers that wait for a gear; those that are under way may be large ones."""

LONGEST_LINE = 1024 * 1024
"""Of a gear's, but for a file that it writes: what is in a line is looked at before its command."""

_WRITES = re.compile(rb'\s*\{\s*"cmd"\s*:\s*"write_file"')
_ANSWER = re.compile(rb'\s*\{\s*"answer"')
_decode = msgspec.json.Decoder(Answer).decode


class Channel(Connection):
    """The daemon's end of a channel; it has no deadline, and whoever breaks its rules loses it.

    Every line is a request with an `id`, or an answer. What a plugin does not read is
    bounded: nothing more is read of it meanwhile, and one call is under way at most. A gear is
    answered at a pace, and loses a channel whose answers it leaves unread beyond a bound.
    """

    def __init__(
        self,
        ours: socket,
        caller: Plugin,
        port: Port,
        poller: Poller,
        *,
        on_answer: Callable[[Answer], None],
        on_close: Callable[[], None],
    ) -> None:
        self.caller = caller
        self.is_broken = False
        self._pace = Pace(time.monotonic) if is_gear(caller) else None
        self._pause: asyncio.TimerHandle | None = None
        super().__init__(
            ours,
            _Answers(port, on_answer, self._pace),
            poller,
            on_close=lambda _channel: on_close(),
        )
        # Its end is noticed without being waited for: no patience that could be lost.
        self.when_drained("channel", _go_on)

    def close_after(self) -> None:
        """See `Connection`: here it is what follows a line that is none of a channel's."""
        self.is_broken = True
        super().close_after()
        self._loop.call_soon(self.close)

    def close(self) -> None:
        """See `Connection`."""
        if self._pause is not None:
            self._pause.cancel()
        super().close()

    def send(self, data: bytes, descriptors: Sequence[int] = ()) -> None:
        """See `Connection`."""
        super().send(data, descriptors)
        if self._pace is not None and len(self._output) > MOST_UNREAD:
            log.warning("%s leaves its answers unread: its channel is closed", self.caller.name)
            self.is_broken = True
            self.close()

    def _lines_now(self) -> int:
        most = super()._lines_now()
        return most if self._pace is None else min(most, self._pace.room())

    def _has_room(self) -> bool:
        return super()._has_room() and not self._is_pausing()

    def _is_pausing(self) -> bool:
        """Whether a gear has asked for more than it may for now; then nothing is read of it."""
        if self._pace is None or (self._pause is None and self._pace.room()):
            return False
        if self._pause is None:
            self._pause = self._loop.call_later(self._pace.secs(), self._resume)
        return True

    def _resume(self) -> None:
        self._pause = None
        self._want()


class _Answers:
    """The channel's `Port`: answers are taken out, the rest is dispatch's."""

    def __init__(self, port: Port, on_answer: Callable[[Answer], None], pace: Pace | None) -> None:
        self._port = port
        self._on_answer = on_answer
        self._pace = pace

    def remembered(self, chunk: bytes) -> tuple[bytes, bool] | None:
        """See `Port`: what is remembered was answered to the user."""
        return None

    def answer(self, line: bytes, connection: Connection) -> bytes | None:
        """See `Port`."""
        if self._pace is None:
            return self._answered(line, connection)
        if len(line) > LONGEST_LINE and not _WRITES.match(line):
            connection.close_after()
            return encode_refusal("too_large", f"a gear's line has at most {LONGEST_LINE} bytes")
        began = time.thread_time()  # not what other processes took meanwhile
        try:
            return self._answered(line, connection)
        finally:
            self._pace.take(line, time.thread_time() - began)

    def _answered(self, line: bytes, connection: Connection) -> bytes | None:
        if not _ANSWER.match(line):
            if line.lstrip()[:1] == b"{":
                return self._port.answer(line, connection)
            connection.close_after()
            return encode_refusal("bad_request", "a channel takes requests and answers, in JSON")
        try:
            answer = _decode(line)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as fault:
            connection.close_after()
            return encode_refusal("bad_request", f"not an answer: {fault}")
        self._on_answer(answer)
        return None

    def closed(self, connection: Connection) -> None:
        """See `Port`."""
        self._port.closed(connection)


def _go_on() -> None:
    """Nothing waits for a channel to be read."""
