"""What the daemon asks of one host: one call at a time, in order, each with its deadline."""

import asyncio
from collections import deque
from collections.abc import Callable
from typing import NamedTuple, Protocol

import msgspec

from axium.daemon.services.events import DEADLINE_SECS
from axium.wire.channel import Answer, Call, Fault

MOST_WAITING = 1000
"""Calls that wait for one host; further ones are dropped."""

KILLED_SECS = 30.0
"""How long a call may be left unanswered."""

_encode = msgspec.json.Encoder(enc_hook=str).encode


class Watcher(Protocol):
    """Who is told how a host fares."""

    def raised(self, faults: list[Fault]) -> None:
        """Code of the plugin raised."""

    def late(self, what: str) -> None:
        """A call was not answered by its deadline."""

    def overrun(self) -> None:
        """Calls are dropped, because `MOST_WAITING` wait already."""

    def hangs(self, what: str) -> None:
        """A call was left unanswered for so long that the host is of no use any more."""


class _Waiting:
    """A call that was not answered yet; `make` gives it its number."""

    __slots__ = ("asked", "call", "late", "make", "round", "then", "what")

    def __init__(
        self,
        what: str,
        make: Callable[[int], Call],
        round_: int,
        then: Callable[[Answer | None], None],
    ) -> None:
        self.what, self.make, self.round, self.then = what, make, round_, then
        self.call = 0
        self.late: asyncio.TimerHandle | None = None
        self.asked: asyncio.TimerHandle | None = None

    def end(self, answer: Answer | None) -> None:
        """It was answered, or will not be."""
        for timer in (self.late, self.asked):
            if timer is not None:
                timer.cancel()
        self.then(answer)


class Bounds(NamedTuple):
    """Seconds after which a call is late, and after which its host is of no use any more."""

    late: float = DEADLINE_SECS
    killed: float = KILLED_SECS


class Line(Protocol):
    """The channel, as far as calls need it."""

    round: int

    @property
    def is_open(self) -> bool:
        """Whether anything can be sent."""

    def send(self, data: bytes) -> None:
        """Send a line."""

    def close_after(self) -> None:
        """The host broke the rules."""


class Calls:
    """The calls of one channel."""

    def __init__(self, channel: Line, watcher: Watcher, bounds: Bounds = Bounds()) -> None:  # noqa: B008
        self._channel = channel
        self._watcher = watcher
        self._bounds = bounds
        self._loop = asyncio.get_running_loop()
        self._queue: deque[_Waiting] = deque()
        self._under_way: _Waiting | None = None
        self._number = 0
        self._dropped = 0
        self._idle: asyncio.Future[None] | None = None

    @property
    def is_idle(self) -> bool:
        """Whether a call made now would be answered next."""
        return self._under_way is None

    def ask(
        self,
        what: str,
        make: Callable[[int], Call],
        *,
        round: int,  # noqa: A002
        then: Callable[[Answer | None], None],
        has_deadline: bool = True,
    ) -> None:
        """Make a call in its turn; `then` gets its answer, None where none will come."""
        if not self._channel.is_open:
            then(None)
            return
        if len(self._queue) >= MOST_WAITING:
            self._drop(then)
            return
        waiting = _Waiting(what, make, round, then)
        if has_deadline:
            waiting.late = self._loop.call_later(self._bounds.late, self._watcher.late, what)
        self._queue.append(waiting)
        self._go_on()

    def answered(self, answer: Answer) -> None:
        """The host answered."""
        waiting = self._under_way
        if waiting is None or waiting.call != answer.answer:
            self._channel.close_after()
            return
        self._rest()
        if answer.faults:
            self._watcher.raised(answer.faults)
        waiting.end(answer)
        if not self._queue:
            self._dropped = 0
        self._go_on()

    async def idle(self, most_secs: float) -> None:
        """Wait until nothing is under way or waits, within a bound."""
        if self._under_way is not None:
            self._idle = self._loop.create_future()
            await asyncio.wait([self._idle], timeout=most_secs)

    def end(self) -> None:
        """The channel is closed: nothing will be answered any more."""
        left = [] if self._under_way is None else [self._under_way]
        left += self._queue
        self._rest()
        self._queue.clear()
        for waiting in left:
            waiting.end(None)
        self._tell_idle()

    def _go_on(self) -> None:
        if self._under_way is not None or not self._channel.is_open:
            return
        if not self._queue:
            self._tell_idle()
            return
        waiting = self._under_way = self._queue.popleft()
        self._number += 1
        waiting.call = self._number
        self._channel.round = waiting.round
        waiting.asked = self._loop.call_later(
            self._bounds.killed, self._watcher.hangs, waiting.what
        )
        self._channel.send(_encode(waiting.make(self._number)) + b"\n")

    def _rest(self) -> None:
        self._under_way = None
        self._channel.round = 0

    def _tell_idle(self) -> None:
        if self._idle is not None and not self._idle.done():
            self._idle.set_result(None)

    def _drop(self, then: Callable[[Answer | None], None]) -> None:
        self._dropped += 1
        if self._dropped == 1:
            self._watcher.overrun()
        then(None)
