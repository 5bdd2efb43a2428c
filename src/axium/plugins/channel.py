"""A host's end of its channel: requests from any thread of the plugin's, the daemon's calls."""

import os
import select
import socket
import struct
import threading
import time
from _signal import (  # type: ignore[import-not-found]  # `signal` makes enums: 0.1 ms a request
    SIG_BLOCK,
    SIG_SETMASK,
    pthread_sigmask,
    valid_signals,
)
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, nullcontext, suppress
from itertools import count
from typing import Any

import msgspec

from axium.wire.channel import Answer, Call
from axium.wire.lines import MAX_LINE, LineBuffer

READ_SIZE = 1 << 16

_INT = 4
_ROOM = socket.CMSG_SPACE(_INT)
"""For the descriptor of one line: the kernel ends a piece at the next one that has some."""

_SIGNALS = valid_signals()


class Channel:
    """Whoever waits receives, for all: there is no thread of our own in a plugin's process.

    What travels is encoded by msgspec, which no plugin that tampers with `json` can reach.
    """

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._lines = LineBuffer()
        self._ids = count(1)
        self._calls: deque[Call] = deque()
        self._replies: dict[int, dict[str, Any] | None] = {}
        self._descriptors: deque[int | None] = deque()
        self._changed = threading.Condition()
        self._sending = threading.Lock()
        self._is_receiving = False
        self._is_closed = False
        self.is_ours = True
        """False in a child that the plugin forked."""
        os.register_at_fork(after_in_child=self._leave_to_parent)

    def request(self, payload: Mapping[str, Any], timeout: float) -> dict[str, Any]:
        """The reply to `payload`. TimeoutError, ConnectionRefusedError where the daemon is gone.

        What the daemon hands over with it is `descriptor` in it, and the caller's to close.
        """
        deadline = time.monotonic() + timeout
        number = next(self._ids)
        line = msgspec.json.encode({**payload, "id": number})
        if len(line) > MAX_LINE:
            sentence = f"the request has {len(line)} bytes, at most {MAX_LINE} can be sent"
            return {"ok": False, "error": sentence, "code": "too_large"}
        self._replies[number] = None
        try:
            with _undisturbed():
                self._send(line)
            self._wait(lambda: self._replies[number] is not None, deadline)
            reply = self._replies[number]
        finally:
            del self._replies[number]
        if reply is None:
            raise (
                ConnectionRefusedError("the daemon is gone")
                if self._is_closed
                else TimeoutError("timed out")
            )
        return {name: value for name, value in reply.items() if name != "id"}

    def next_call(self) -> Call | None:
        """The next call of the daemon's; None when the channel was closed."""
        self._wait(lambda: bool(self._calls), None)
        return self._calls.popleft() if self._calls and not self._is_closed else None

    def answer(self, answer: Answer) -> None:
        """Answer the call that is under way. OSError where the daemon is gone."""
        self._send(msgspec.json.encode(answer))

    def _wait(self, is_there: Callable[[], bool], deadline: float | None) -> None:
        """Return once it is there, the channel is closed, or the deadline has come."""
        while not is_there() and not self._is_closed:
            left = None if deadline is None else deadline - time.monotonic()
            if left is not None and left <= 0:
                return
            with self._changed:
                if self._is_receiving:
                    self._changed.wait_for(lambda: not self._is_receiving or is_there(), left)
                    continue
                self._is_receiving = True
            try:
                self._receive(left)
            finally:
                with self._changed:
                    self._is_receiving = False
                    self._changed.notify_all()

    def _receive(self, left: float | None) -> None:
        """Take what is there within so many seconds, and tell those who wait for it."""
        if left is not None and not self._is_readable(left):
            return
        # With nothing under way a handler that raises ends the process; there is nothing to keep.
        with nullcontext() if left is None else _undisturbed():
            try:
                data = self._received()
            except ConnectionResetError:
                data = b""
            self._is_closed = not data
            for line in self._lines.feed(data):
                self._sort(line)

    def _received(self) -> bytes:
        """The bytes that are there; descriptors wait for the lines that they belong to."""
        data, ancillary, flags, _ = self._connection.recvmsg(
            READ_SIZE, _ROOM, socket.MSG_CMSG_CLOEXEC
        )
        for level, kind, rights in ancillary:
            if (level, kind) == (socket.SOL_SOCKET, socket.SCM_RIGHTS):
                self._descriptors.extend(struct.unpack(f"{len(rights) // _INT}i", rights))
        if flags & socket.MSG_CTRUNC:
            self._descriptors.append(None)  # there was no number left for it
        return data

    def _is_readable(self, left: float) -> bool:
        waiting = select.poll()
        waiting.register(self._connection.fileno(), select.POLLIN)
        return bool(waiting.poll(left * 1000))

    def _sort(self, line: bytes) -> None:
        said = msgspec.json.decode(line)
        if said.pop("descriptors", 0):
            said["descriptor"] = self._descriptors.popleft()
        if "do" in said:
            self._calls.append(msgspec.convert(said, Call))
        elif said.get("id") in self._replies:
            self._replies[said["id"]] = said
        elif said.get("descriptor") is not None:
            os.close(said["descriptor"])  # nobody waits for it any longer

    def _send(self, line: bytes) -> None:
        with self._sending:
            try:
                self._connection.sendall(line + b"\n")
            except (BrokenPipeError, ConnectionResetError):
                self._is_closed = True

    def _leave_to_parent(self) -> None:
        """In a forked child: never take what is the parent's."""
        if self.is_ours:
            self.is_ours = False
            self._is_closed = True
            with suppress(OSError):
                self._connection.close()


@contextmanager
def _undisturbed() -> Iterator[None]:
    """No handler of the plugin's runs, and raises, between what belongs together."""
    mask = pthread_sigmask(SIG_BLOCK, ())
    try:
        pthread_sigmask(SIG_BLOCK, _SIGNALS)
        yield
    finally:
        pthread_sigmask(SIG_SETMASK, mask)
