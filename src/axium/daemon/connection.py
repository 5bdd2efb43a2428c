"""One client's connection: lines in, replies out, never blocking, never growing without bound."""

import asyncio
import logging
import socket
from collections import deque
from collections.abc import Callable
from typing import Any, Protocol

from axium.wire.envelope import encode_refusal
from axium.wire.lines import MAX_LINE, LineBuffer, TooLong

log = logging.getLogger("axium.connection")

FIRST_LINE_SECS = 5.0
"""How long a client may take to complete its first line (spec: Transport)."""

_CHUNK = 256 * 1024
_FULL = 1024 * 1024
"""Bytes that wait to be read by the client before we stop reading what it asks."""
_MOST_AT_ONCE = 256
"""Requests in flight on one connection before we stop reading more."""
_LINGER_SECS = 30.0
"""How long an answered client may leave its answer unread before it is dropped."""


class Port(Protocol):
    """The other side of a connection: what answers its lines."""

    def answer(self, line: bytes, connection: "Connection") -> bytes | None:
        """Answer one line: the reply, or None where a spawned task sends it later.

        Calls `connection.close_after()` where this reply is to be the last.
        """

    def closed(self, connection: "Connection") -> None:
        """The connection is gone: end what was kept for it."""


class Connection:
    """A client's connection, from accept to close; it lives on the event loop alone."""

    def __init__(
        self, accepted: socket.socket, port: Port, *, on_close: Callable[["Connection"], None]
    ) -> None:
        self._socket = accepted
        self._fd = accepted.fileno()
        self._port = port
        self._on_close = on_close
        self._loop = asyncio.get_running_loop()
        self._input = LineBuffer()
        self._held: deque[bytes] = deque()
        self._output = bytearray()
        self._tasks: set[asyncio.Task[Any]] = set()
        self._deadline: asyncio.TimerHandle | None = None
        self._reading = False
        self._ended = False
        self._closing = False
        self.is_open = True
        self.on_drained: Callable[[], None] | None = None

    def begin(self) -> None:
        """Answer at once what came with the connection; else wait for it."""
        self._readable()
        if self.is_open and not self._closing and not self._ended:
            self._read_on()
            if not self._tasks:
                self._deadline = self._loop.call_later(FIRST_LINE_SECS, self._too_late)

    @property
    def has_unsent(self) -> bool:
        """Whether bytes wait for the client to read."""
        return bool(self._output)

    def close_after(self) -> None:
        """Close when all that was asked so far is answered and sent; read no more."""
        self._closing = True
        self._stop_reading()

    def spawn(self, work: asyncio.Task[Any]) -> None:
        """Keep a task that answers one request of this connection."""
        self._tasks.add(work)
        work.add_done_callback(self._task_done)

    def send(self, data: bytes) -> None:
        """Send, now as far as the client takes it, the rest when it reads."""
        if not self.is_open:
            return
        if self._output:
            self._output += data
            return
        try:
            sent = self._socket.send(data)
        except (BlockingIOError, InterruptedError):
            sent = 0
        except OSError:
            self.close()
            return
        if sent < len(data):
            self._output += data[sent:]
            self._wait_for_room()

    async def finish(self, deadline: float) -> None:
        """Let the requests in flight end until this time of the loop, then close."""
        left = deadline - self._loop.time()
        if self._tasks and left > 0:
            await asyncio.wait(self._tasks, timeout=left)
        for task in self._tasks:
            task.cancel()
        self.close()

    def close(self) -> None:
        """Close now; what was not sent is lost."""
        if not self.is_open:
            return
        self.is_open = False
        self._cancel_deadline()
        self._stop_reading()
        self._loop.remove_writer(self._fd)
        self._socket.close()
        self._on_close(self)
        self._port.closed(self)

    def _readable(self) -> None:
        try:
            data = self._socket.recv(_CHUNK)
        except (BlockingIOError, InterruptedError):
            return
        except OSError:
            self.close()
            return
        if not data:
            self._end_of_input()
            return
        self._received(data)

    def _received(self, data: bytes) -> None:
        try:
            lines = self._input.feed(data)
        except TooLong:
            self._refuse_and_close("too_large", f"the line is longer than {MAX_LINE} bytes")
            return
        if lines:
            self._cancel_deadline()
            self._held.extend(lines)
            self._answer_held()

    def _answer_held(self) -> None:
        """Answer what has been read, until too much is in flight or unread by the client."""
        held, answer, replies, size = self._held, self._port.answer, [], len(self._output)
        while held and not self._closing and size < _FULL and len(self._tasks) < _MOST_AT_ONCE:
            reply = answer(held.popleft(), self)
            if reply is not None:
                replies.append(reply)
                size += len(reply)
        if replies:
            self.send(b"".join(replies))
        if held:
            self._stop_reading()
        self._close_if_done()

    def _end_of_input(self) -> None:
        self._ended = True
        self._stop_reading()
        self._cancel_deadline()
        rest = self._input.rest()
        if rest:
            self._held.append(rest)
        self._answer_held()

    def _go_on(self) -> None:
        """There is room again: answer what was held back, then read more."""
        if self._held and not self._closing:
            self._answer_held()
        if self.is_open and not self._held and not self._closing:
            self._read_on()

    def _close_if_done(self) -> None:
        if not self.is_open:
            return
        nothing_more = self._closing or (self._ended and not self._held)
        if not nothing_more or self._tasks:
            return
        if not self._output:
            self.close()
        elif self._deadline is None:
            self._deadline = self._loop.call_later(_LINGER_SECS, self.close)

    def _task_done(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if not self.is_open:
            return
        self._go_on()
        self._close_if_done()

    def _too_late(self) -> None:
        begun = self._input.rest().lstrip()
        if begun.startswith(b"{"):
            self._refuse_and_close(
                "timeout", f"no complete line within {FIRST_LINE_SECS:g} seconds"
            )
            return
        self.close_after()
        self.send(b"ERR: Connection timeout\n")
        self._close_if_done()

    def _refuse_and_close(self, code: str, sentence: str) -> None:
        self.close_after()
        self.send(encode_refusal(code, sentence))
        self._close_if_done()

    def _wait_for_room(self) -> None:
        self._loop.add_writer(self._fd, self._writable)
        if len(self._output) >= _FULL:
            self._stop_reading()

    def _writable(self) -> None:
        try:
            sent = self._socket.send(self._output)
        except (BlockingIOError, InterruptedError):
            return
        except OSError:
            self.close()
            return
        del self._output[:sent]
        if not self._output:
            self._drained()

    def _drained(self) -> None:
        self._loop.remove_writer(self._fd)
        self._close_if_done()
        if not self.is_open:
            return
        self._go_on()
        if self.on_drained is not None:
            self.on_drained()

    def _read_on(self) -> None:
        if not self._reading and not self._ended:
            self._reading = True
            self._loop.add_reader(self._fd, self._readable)

    def _stop_reading(self) -> None:
        if self._reading:
            self._reading = False
            self._loop.remove_reader(self._fd)

    def _cancel_deadline(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None
