"""One client's connection: lines in, replies out, never blocking, never growing without bound."""

import asyncio
import logging
from _socket import MSG_DONTWAIT, socket
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any, Protocol

from axium.daemon.caller import USER, Caller
from axium.daemon.handing import Handing
from axium.daemon.poller import READ, WRITE, Poller
from axium.wire.envelope import encode_refusal
from axium.wire.lines import MAX_LINE, LineBuffer, TooLong

log = logging.getLogger("axium.connection")

FIRST_LINE_SECS = 5.0
"""How long a client may take to complete its first line (spec: Transport)."""

CHUNK = 64 * 1024
"""Bytes that are read at once."""
_FULL = 1024 * 1024
"""Bytes that wait to be read by the client before we stop reading what it asks."""
_MOST_AT_ONCE = 256
"""Requests in flight on one connection before we stop reading more."""
_MOST_HANDED = 64
"""Replies with a descriptor that wait to be sent before we stop reading more."""
_LINES_PER_TURN = 64
"""Lines of one connection that are answered before others have their turn."""
PATIENCE_SECS = 30.0
"""How long a client may leave its answers unread before it is dropped; a subscriber may for ever,
since what waits for it is bounded."""


class Port(Protocol):
    """The other side of a connection: what answers its lines."""

    def remembered(self, chunk: bytes) -> tuple[bytes, bool] | None:
        """The replies to exactly these whole lines, and whether the connection closes then."""

    def answer(self, line: bytes, connection: "Connection") -> bytes | None:
        """Answer one line: the reply, or None where a spawned task sends it later.

        Calls `connection.close_after()` where this reply is to be the last.
        """

    def closed(self, connection: "Connection") -> None:
        """The connection is gone: end what was kept for it."""


class Connection:
    """A client's connection, from accept to close; it lives on the event loop alone.

    `caller` is who asks on it; `round` counts the events that led to what is asked now.
    """

    caller: Caller = USER
    round = 0

    def __init__(
        self,
        accepted: socket,
        port: Port,
        poller: Poller,
        *,
        on_close: Callable[["Connection"], None],
    ) -> None:
        self._socket = accepted
        self._fd = accepted.fileno()
        self._port = port
        self._remembered = port.remembered
        self._receive = accepted.recv
        self._poller = poller
        self._on_close = on_close
        self._loop = asyncio.get_running_loop()
        self._input = LineBuffer()
        self._is_within_line = False
        self._held: deque[bytes] = deque()
        self._output = bytearray()
        self._handed = Handing()
        self._tasks: set[asyncio.Task[Any]] = set()
        self._owed = 0
        self._sent = 0
        self._gone: asyncio.Future[None] = self._loop.create_future()
        self._deadline: asyncio.TimerHandle | None = None
        self._patience: asyncio.TimerHandle | None = None
        self._turn: asyncio.Handle | None = None
        self._events = READ
        self._asked = False
        self._ended = False
        self._closing = False
        self.is_open = True
        self._when_drained: dict[str, Callable[[], None]] = {}
        poller.watch(self._fd, READ, self._ready)

    def begin(self, data: bytes | None, known: tuple[bytes, bool] | None = None) -> None:
        """Answer what came with the connection, by what is `known`; wait for the rest of a line."""
        if known is not None:
            self._answer_known(known)
        elif data is not None:
            self._take(data)
        if self.is_open and not (self._asked or self._ended or self._closing):
            self._deadline = self._loop.call_later(FIRST_LINE_SECS, self._too_late)

    def conclude(self, data: bytes) -> None:
        """Send the rest of an answer that is the only one, then close."""
        self.close_after()
        self.send(data)
        self._close_if_done()

    @property
    def has_unsent(self) -> bool:
        """Whether bytes wait for the client to read."""
        return bool(self._output)

    @property
    def unsent(self) -> int:
        """How many bytes do."""
        return len(self._output)

    def when_drained(self, who: str, callback: Callable[[], None]) -> None:
        """Call `who` back whenever all was sent; a client may take as long as it likes for that."""
        self._when_drained[who] = callback

    def drained_no_more(self, who: str) -> None:
        """Call `who` back no more."""
        self._when_drained.pop(who, None)

    def close_after(self) -> None:
        """Close when all that was asked so far is answered and sent; read no more."""
        self._cancel_deadline()
        self._closing = True
        self._want()

    def spawn(self, work: asyncio.Task[Any]) -> None:
        """Keep a task that answers one request of this connection."""
        self._tasks.add(work)
        work.add_done_callback(self._task_done)

    def owe(self) -> None:
        """One more answer comes by `pay`, without a task that waits for it."""
        self._owed += 1

    def pay(self, data: bytes) -> None:
        """Send an answer that was owed."""
        self._owed -= 1
        self.send(data)
        if self._held or not self._events & READ:
            self._want()
            self._close_if_done()

    @property
    def _under_way(self) -> int:
        return len(self._tasks) + self._owed

    def send(self, data: bytes, descriptors: Sequence[int] = ()) -> None:
        """Send, now as far as the client takes it, the rest when it reads.

        Descriptors go with the first byte, and are closed then.
        """
        if descriptors:
            self._handed.add(self._sent + len(self._output), descriptors)
        if not self.is_open:
            self._handed.close()
            return
        if self._output:
            self._output += data
            return
        sent = self._try_send(data)
        if sent is not None and sent < len(data):
            self._output += data[sent:]
            self._want()

    def finish(self) -> asyncio.Future[None]:
        """Read no more, and close when all that was asked is answered and sent; ends then."""
        self._ended = True
        self._cancel_deadline()
        self._want()
        self._close_if_done()
        return self._gone

    def abandon(self) -> None:
        """Close now, and let go of what is still being done for the client."""
        for task in self._tasks:
            task.cancel()
        self.close()

    def close(self) -> None:
        """Close now; what was not sent is lost, what was asked is carried out."""
        if not self.is_open:
            return
        self.is_open = False
        for timer in (self._deadline, self._patience, self._turn):
            if timer is not None:
                timer.cancel()
        self._gone.set_result(None)
        self._poller.forget(self._fd)
        self._socket.close()
        self._handed.close()
        self._on_close(self)
        self._port.closed(self)

    def _ready(self, events: int) -> None:
        try:
            if events & WRITE:
                self._writable()
            if events != WRITE and self.is_open:
                self._readable()
        except MemoryError:
            self._give_up()

    def _give_up(self) -> None:
        """Let go of a request that there is no memory for, and with it of the rest of its line."""
        self._input = LineBuffer()
        self._held.clear()
        log.error("a connection was closed: there is no memory for what it asks")
        self._refuse_and_close("unavailable", "the daemon has no memory for this request")

    def _readable(self) -> None:
        if not self._events & READ:
            # Nothing is to be read now, and still the peer is gone: nobody waits for an answer.
            self.close()
            return
        try:
            data = self._receive(CHUNK, MSG_DONTWAIT)
        except (BlockingIOError, InterruptedError):
            return
        except OSError:
            self.close()
            return
        known = None if self._held or self._is_within_line else self._remembered(data)
        if known is not None:
            self._answer_known(known)
        else:
            self._take(data)

    def _take(self, data: bytes) -> None:
        if not data:
            self._end_of_input()
            return
        try:
            lines = self._input.feed(data)
        except TooLong:
            self._refuse_and_close("too_large", f"the line is longer than {MAX_LINE} bytes")
            return
        self._is_within_line = bool(self._input)
        if lines:
            self._asked = True
            self._cancel_deadline()
            self._held.extend(lines)
            self._answer_held()

    def _answer_known(self, known: tuple[bytes, bool]) -> None:
        replies, closes = known
        self._asked = True
        if self._deadline is not None:
            self._cancel_deadline()
        if closes:
            self.conclude(replies)
        else:
            self.send(replies)

    def _answer_held(self) -> None:
        """Answer what has been read, until it is another's turn or too much waits to be sent."""
        held, answer = self._held, self._port.answer
        replies, size = [], len(self._output)
        for _ in range(min(len(held), self._lines_now())):
            if self._closing or size >= _FULL or self._under_way >= _MOST_AT_ONCE:
                break
            reply = answer(held.popleft(), self)
            if reply is not None:
                replies.append(reply)
                size += len(reply)
        if replies:
            self.send(b"".join(replies))
        self._want()
        self._close_if_done()

    def _end_of_input(self) -> None:
        self._ended = True
        self._cancel_deadline()
        rest = self._input.rest()
        if rest:
            self._held.append(rest)
        self._answer_held()

    def _lines_now(self) -> int:
        """How many lines may be answered before it is another's turn."""
        return _LINES_PER_TURN

    def _has_room(self) -> bool:
        return (
            len(self._output) < _FULL
            and self._under_way < _MOST_AT_ONCE
            and len(self._handed) < _MOST_HANDED
        )

    def _want(self) -> None:
        """Wait for what can be dealt with now: more to read, room to send, or our next turn."""
        if not self.is_open:
            return
        may_go_on = not self._closing and self._has_room()
        if may_go_on and self._held and self._turn is None:
            self._turn = self._loop.call_soon(self._next_turn)
        reads = may_go_on and not self._held and not self._ended
        if self._output and self._patience is None and not self._when_drained:
            self._patience = self._loop.call_later(PATIENCE_SECS, self._lose_patience, self._sent)
        events = (READ if reads else 0) | (WRITE if self._output else 0)
        if events != self._events:
            self._events = events
            self._poller.change(self._fd, events)

    def _lose_patience(self, sent_before: int) -> None:
        """Drop a client that leaves its answers unread, so that another can have its place."""
        self._patience = None
        if self._output and self._sent == sent_before:
            self.close()
        else:
            self._want()

    def _next_turn(self) -> None:
        self._turn = None
        self._answer_held()

    def _close_if_done(self) -> None:
        if not self.is_open:
            return
        nothing_more = self._closing or (self._ended and not self._held)
        if not nothing_more or self._under_way:
            return
        if not self._output:
            self.close()

    def _task_done(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        self._want()
        self._close_if_done()

    def _too_late(self) -> None:
        self._deadline = None
        begun = self._input.rest().lstrip()
        if begun.startswith(b"{"):
            self._refuse_and_close(
                "timeout", f"no complete line within {FIRST_LINE_SECS:g} seconds"
            )
            return
        self.conclude(b"ERR: Connection timeout\n")

    def _refuse_and_close(self, code: str, sentence: str) -> None:
        self.conclude(encode_refusal(code, sentence))

    def _try_send(self, data: bytes | bytearray) -> int | None:
        """How much the client took; None, and the connection closed, where it is gone."""
        try:
            if self._handed:
                sent = self._handed.send(self._socket, data, self._sent)
            else:
                sent = self._socket.send(data, MSG_DONTWAIT)
        except (BlockingIOError, InterruptedError):
            return 0
        except OSError:
            self.close()
            return None
        self._sent += sent
        return sent

    def _writable(self) -> None:
        sent = self._try_send(self._output)
        if sent is None:
            return
        del self._output[:sent]
        if self._output:
            return
        self._want()
        for callback in list(self._when_drained.values()):
            callback()
        self._close_if_done()

    def _cancel_deadline(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None
