"""One session joined to its transport, to the clock, and to whoever is told."""

import asyncio
import logging
import time
from collections.abc import Callable, Coroutine, Mapping
from functools import partial
from random import SystemRandom
from typing import Any

from axium.links import dialogue as d
from axium.links.channel import Row, row_of
from axium.links.connection import State
from axium.links.definition import Link
from axium.links.profiles import profile_of
from axium.links.session import Session
from axium.links.transport import NotOpened, Transport, opened

log = logging.getLogger("axium.links")

JUMP_SECS = 5.0
"""By how much the wall clock must leave the other one for the machine to have slept."""

Told = Callable[[d.Tell], None]


class Upstream:
    """A link at work."""

    def __init__(
        self,
        link: Link,
        environ: Mapping[str, str],
        tell: Told,
        *,
        changed: Callable[[], None],
        wall: Callable[[], float] = time.time,
    ) -> None:
        self.link = link
        self._profile = profile_of(link)
        self._environ = environ
        self._changed = changed
        self._loop = asyncio.get_running_loop()
        chance = partial(SystemRandom().uniform, -1.0, 1.0)
        self._session = Session(self._profile, idle=link.idle, chance=chance)
        self._transport: Transport | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._opening: asyncio.Task[None] | None = None
        self._is_paused = False
        self._timer: asyncio.TimerHandle | None = None
        self._wall = wall
        self._offset = wall() - self._loop.time()
        self._shown = (State.CLOSED, 0)
        self._do: dict[type, Callable[[Any], object]] = {
            d.Tell: tell,
            d.Send: self._send,
            d.Connect: self._connect,
            d.Ping: self._ping,
            d.Work: lambda given: self._spawn("log in", self._work(given)),
            d.Close: lambda _given: self._close(),
        }

    def take(self, given: d.Input) -> None:
        """Give the session an input, and do what follows."""
        self._look_at_clock()
        self._give(given)

    async def close(self, why: str) -> None:
        """Tell whoever waits, and close the connection."""
        self.take(d.Shut(why))
        if self._timer is not None:
            self._timer.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def pause(self, *, is_paused: bool) -> None:
        """Read nothing more of the server, or go on."""
        self._is_paused = is_paused
        if self._transport is not None:
            self._transport.socket.pause(is_paused=is_paused)

    @property
    def awaits_pong(self) -> bool:
        """Whether it matters that bytes come."""
        return self._session.awaits_pong

    def row(self) -> Row:
        """How it is."""
        session = self._session
        in_flight, queued, jobs, subscriptions = session.load
        return row_of(
            self.link,
            state=session.state.value,
            why=session.why,
            in_flight=in_flight,
            queued=queued,
            jobs=jobs,
            subscriptions=subscriptions,
            **{name: getattr(session.figures, name) for name in session.figures.__struct_fields__},
        )

    def _give(self, given: d.Input) -> None:
        for output in self._session.take(given, self._loop.time()):
            self._do[type(output)](output)
        self._set_timer()
        shown = (self._session.state, self._session.load[2])
        if shown != self._shown:
            self._shown = shown
            self._changed()

    def _look_at_clock(self) -> None:
        """Find out whether the machine slept: its monotonic clock did not see that."""
        offset = self._wall() - self._loop.time()
        if abs(offset - self._offset) > JUMP_SECS:
            log.info("link `%s`: the clock jumped by %.0f s", self.link.name, offset - self._offset)
            self._offset = offset
            self._give(d.Jumped())

    def _set_timer(self) -> None:
        when = self._session.wake_at
        if self._timer is not None:
            if when == self._timer.when():
                return
            self._timer.cancel()
        self._timer = None if when is None else self._loop.call_at(when, self._wake)

    def _wake(self) -> None:
        self._timer = None
        self.take(d.Tick())

    def _spawn(self, name: str, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(work, name=f"{name} `{self.link.name}`")
        self._tasks.add(task)
        task.add_done_callback(self._ended)
        return task

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (fault := task.exception()) is not None:
            log.error("could not %s", task.get_name(), exc_info=fault)

    def _connect(self, given: d.Connect) -> None:
        self._opening = self._spawn("open a link", self._open(given.number))
        self._opening.add_done_callback(partial(self._opened, given.number))

    def _opened(self, number: int, task: asyncio.Task[None]) -> None:
        """What went wrong in a way that nobody thought of is told too: others wait."""
        if not task.cancelled() and (fault := task.exception()) is not None:
            why = f"axium itself failed: {type(fault).__name__}"
            self.take(d.Unconnected(number, "link_down", why))

    async def _open(self, number: int) -> None:
        try:
            transport = await opened(self.link, self._profile, self._environ)
        except NotOpened as fault:
            log.warning("link `%s`: %s", self.link.name, fault)
            self.take(fault.report(number))
            return
        self._transport = transport
        self.take(d.Connected(number, transport.login))
        transport.socket.pause(is_paused=self._is_paused)
        transport.socket.listen(_Heard(self, number, transport))

    async def _work(self, given: d.Work) -> None:
        self.take(d.Computed(given.number, await asyncio.to_thread(given.work)))

    def _send(self, given: d.Send) -> None:
        if self._transport is not None:
            self._transport.socket.send(given.data)

    def _ping(self, given: d.Ping) -> None:
        if self._transport is not None:
            self._transport.socket.ping(given.token)

    def _close(self) -> None:
        transport, self._transport = self._transport, None
        if self._opening is not None and self._opening is not asyncio.current_task():
            self._opening.cancel()
        if transport is not None:
            self._spawn("close", transport.socket.close())


class _Heard:
    """What comes on one connection of a link, by its number."""

    def __init__(self, upstream: Upstream, number: int, transport: Transport) -> None:
        self._upstream = upstream
        self._number = number
        self._login = transport.login

    def received(self, data: bytes) -> None:
        """See `Listener`."""
        self._upstream.take(d.Received(self._number, data))

    def ponged(self, token: int) -> None:
        """See `Listener`."""
        self._upstream.take(d.Ponged(self._number, token))

    def bytes_came(self) -> None:
        """See `Listener`."""
        if self._upstream.awaits_pong:
            self._upstream.take(d.Heard(self._number))

    def lost(self, why: str) -> None:
        """See `Listener`."""
        why = self._login.hidden(why)
        log.info("link `%s`: %s", self._upstream.link.name, why)
        self._upstream.take(d.Lost(self._number, why))
