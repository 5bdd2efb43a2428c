"""A plugin's connection: what its host asks goes to dispatch, what it answers to who called it."""

import re
from _socket import socket
from collections.abc import Callable

import msgspec

from axium.daemon.caller import Plugin
from axium.daemon.connection import Connection, Port
from axium.daemon.poller import Poller
from axium.wire.channel import Answer
from axium.wire.envelope import encode_refusal

_ANSWER = re.compile(rb'\s*\{\s*"answer"')
_decode = msgspec.json.Decoder(Answer).decode


class Channel(Connection):
    """The daemon's end of a channel; it has no deadline, and whoever breaks its rules loses it.

    Every line is a request with an `id`, or an answer. What a plugin does not read is
    bounded: nothing more is read of it meanwhile, and one call is under way at most.
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
        super().__init__(
            ours, _Answers(port, on_answer), poller, on_close=lambda _channel: on_close()
        )
        # Its end is noticed without being waited for: no patience that could be lost.
        self.on_drained = _go_on

    def close_after(self) -> None:
        """See `Connection`: here it is what follows a line that is none of a channel's."""
        self.is_broken = True
        super().close_after()
        self._loop.call_soon(self.close)


class _Answers:
    """The channel's `Port`: answers are taken out, the rest is dispatch's."""

    def __init__(self, port: Port, on_answer: Callable[[Answer], None]) -> None:
        self._port = port
        self._on_answer = on_answer

    def remembered(self, chunk: bytes) -> tuple[bytes, bool] | None:
        """See `Port`: what is remembered was answered to the user."""
        return None

    def answer(self, line: bytes, connection: Connection) -> bytes | None:
        """See `Port`."""
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
