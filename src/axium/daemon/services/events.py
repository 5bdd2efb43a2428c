"""Events: to the streams of the wire at once; to the plugins that listen, in order and in time."""

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine
from contextvars import ContextVar
from typing import Any, Protocol, TypeVar

from axium.daemon.services.subscriptions import Emitted, Subscriptions
from axium.daemon.tasks import Tasks

log = logging.getLogger("axium.events")

Result = TypeVar("Result")

DEADLINE_SECS = 1.0
"""How long a request waits for the listeners of all that it emitted (spec: Events)."""

MOST_ROUNDS = 8
"""Events that listeners cause by what they do at events, one after another."""

_MOST_HELD = 1000
"""Events that are held while paused; further ones are dropped, and counted in the log."""


class Listener(Protocol):
    """Somebody who is called at events: a plugin's host."""

    def deliver(self, event: Emitted, *, round: int, done: Callable[[], None]) -> None:  # noqa: A002
        """Run the listeners; `done` is called once, also where that can't be done."""


class Deliveries:
    """The calls of listeners that one request caused; `round` is that of its events."""

    def __init__(self, round: int = 1) -> None:  # noqa: A002
        self.round = round
        self.is_over = False
        self._pending = 0
        self._waiter: asyncio.Future[None] | None = None

    def begin(self) -> Callable[[], None]:
        """One more call; what to call at its end."""
        self._pending += 1
        return self._end

    async def settled(self) -> None:
        """Wait until all of them are done, or until the deadline."""
        if self._pending:
            self._waiter = asyncio.get_running_loop().create_future()
            await asyncio.wait([self._waiter], timeout=DEADLINE_SECS)

    def _end(self) -> None:
        self._pending -= 1
        if not self._pending and self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)


_asked: ContextVar[Deliveries] = ContextVar("asked")
"""The deliveries of the request that is being carried out.

What it leaves behind, timers above all, has them too: they count only until they are over.
"""


class Events:
    """Hands each event to the streams and to every listener of its name."""

    def __init__(self, subscriptions: Subscriptions) -> None:
        self._subscriptions = subscriptions
        self._listeners: dict[str, dict[Listener, None]] = {}
        self._followers: dict[Callable[[int], None], None] = {}
        self._held: deque[tuple[Emitted, int]] = deque()
        self._is_paused = False
        self._dropped = 0
        self._work = Tasks(log)

    @property
    def is_heard(self) -> bool:
        """Whether any plugin listens, or renders at events."""
        return bool(self._listeners or self._followers)

    def listen(self, listener: Listener, names: list[str]) -> None:
        """Call `listener` at events of these names, after those who listen already."""
        for name in names:
            self._listeners.setdefault(name, {})[listener] = None

    def forget(self, listener: Listener) -> None:
        """Call it no more."""
        for name, listeners in list(self._listeners.items()):
            listeners.pop(listener, None)
            if not listeners:
                del self._listeners[name]

    def follow(self, follower: Callable[[int], None]) -> None:
        """Call `follower(round)` after each event was handed out."""
        self._followers[follower] = None

    def unfollow(self, follower: Callable[[int], None]) -> None:
        """Call it no more."""
        self._followers.pop(follower, None)

    def emit(self, event: Emitted) -> Deliveries:
        """Tell everybody who wants to know."""
        self._subscriptions.emit(event)
        deliveries = _asked.get(None)
        if deliveries is None or deliveries.is_over:
            deliveries = Deliveries()
        if self.is_heard:
            self._tell(event, deliveries)
        return deliveries

    def to_plugins(self, event: Emitted) -> None:
        """Tell plugins alone of what the streams were told when there were no plugins yet."""
        self._tell(event, Deliveries())

    def later(self, name: str, work: Coroutine[Any, Any, object], *, round: int) -> None:  # noqa: A002
        """Do what a listener asked for, in its round, when nobody waits for it."""

        async def done() -> None:
            await self.heard_out(work, round=round, waits=False)

        self._work.spawn(name, done())

    async def close(self) -> None:
        """Let go of what nobody waits for."""
        await self._work.close()

    async def heard_out(
        self,
        work: Awaitable[Result],
        *,
        round: int = 0,  # noqa: A002
        waits: bool = True,
    ) -> Result:
        """Do what a request of this round asks; its events are heard, or late, when this ends.

        Without `waits` nobody is waited for. Runs in a task of its own.
        """
        deliveries = Deliveries(round + 1)
        _asked.set(deliveries)
        try:
            result = await work
            if waits:
                await deliveries.settled()
            return result
        finally:
            deliveries.is_over = True

    def pause(self) -> None:
        """Hold events back from now on."""
        self._is_paused = True
        self._subscriptions.pause()

    def resume(self) -> None:
        """Deliver what was held back, in order, and go on."""
        self._is_paused = False
        self._subscriptions.resume()
        if self._dropped:
            log.warning("%d events were dropped while paused: too many waited", self._dropped)
            self._dropped = 0
        while self._held:
            event, round_ = self._held.popleft()
            self._hand_out(event, Deliveries(round_))

    def _tell(self, event: Emitted, deliveries: Deliveries) -> None:
        if not self._is_paused:
            self._hand_out(event, deliveries)
        elif len(self._held) < _MOST_HELD:
            self._held.append((event, deliveries.round))
        else:
            self._dropped += 1

    def _hand_out(self, event: Emitted, deliveries: Deliveries) -> None:
        for listener in list(self._listeners.get(event.name, ())):
            listener.deliver(event, round=deliveries.round, done=deliveries.begin())
        for follower in list(self._followers):
            follower(deliveries.round)
