"""Plugins' HUD segments: their values for each place, and when they are rendered anew."""

import asyncio
from collections.abc import Callable
from typing import Protocol

from axium.daemon.services.events import Events
from axium.daemon.services.store import Store
from axium.model.hud import Extra
from axium.wire.channel import Answer, Place, Segment

ON_DEMAND_SECS = 0.02
"""How long `get_hud` waits for segments that are rendered for it (spec: HUD segments)."""

CACHED_SECS = 300.0
"""How often cached segments are rendered while somebody looks (spec: HUD segments)."""

SHORTEST_REFRESH_SECS = 0.5
MOST_PLACES = 256
"""Panes for which segments are rendered at an event; the others show what is the same for all."""

_MOST_KEPT = 1024


class Renderer(Protocol):
    """The host of a plugin that has segments."""

    @property
    def is_busy(self) -> bool:
        """Whether a call made now would have to wait for another one."""

    def render(
        self,
        segments: list[str],
        places: list[Place],
        *,
        is_update: bool,
        round: int,  # noqa: A002
        then: Callable[[Answer | None], None],
    ) -> None:
        """Have segments rendered; `then` gets their values."""


class Values:
    """What segments showed last: by place, by owner and name; None for one that hides."""

    def __init__(self) -> None:
        self._segments: dict[tuple[str, str], Segment] = {}
        self._by_place: dict[Place, dict[tuple[str, str], str | None]] = {}

    def is_own(self, env: str | None, pane: str | None) -> bool:
        """Whether a pane shows something else than all of its environment."""
        here = self._by_place.get(Place(env, pane)) if pane is not None else None
        return bool(here) and here != self._by_place.get(Place(env, None))

    def extras(self, env: str | None, pane: str | None) -> list[Extra]:
        """The segments to show in a pane, or in every pane of an environment."""
        here = self._by_place.get(Place(env, pane), {})
        everywhere = self._by_place.get(Place(env, None), {})
        return [
            Extra(
                name=segment.name,
                value=value,
                priority=segment.priority,
                owner=owner,
                is_verbatim=segment.is_verbatim,
            )
            for (owner, _name), segment in self._segments.items()
            if (value := here.get((owner, _name), everywhere.get((owner, _name))))
        ]

    def segments(self) -> list[tuple[str, Segment]]:
        """Every segment with its owner."""
        return [(owner, segment) for (owner, _name), segment in self._segments.items()]

    def give(self, owner: str, segments: list[Segment]) -> None:
        """A plugin has these segments from now on."""
        for segment in segments:
            self._segments[owner, segment.name] = segment

    def take(self, owner: str) -> None:
        """It has none, and what they showed is forgotten."""
        for key in [key for key in self._segments if key[0] == owner]:
            del self._segments[key]
        for values in self._by_place.values():
            for key in [key for key in values if key[0] == owner]:
                del values[key]

    def put(
        self, owner: str, names: list[str], places: list[Place], rows: list[list[str | None]]
    ) -> bool:
        """Take in what was rendered; whether anything is another one now."""
        if len(self._by_place) > _MOST_KEPT:
            self._by_place.clear()
        changed = False
        for place, row in zip(places, rows, strict=False):
            values = self._by_place.setdefault(place, {})
            for name, value in zip(names, row, strict=False):
                changed |= values.get((owner, name)) != value
                values[owner, name] = value
        return changed


class _Owned:
    """One plugin's segments, and the host that renders them; `again` is the round of the next."""

    def __init__(self, name: str, host: Renderer, segments: list[Segment]) -> None:
        self.name = name
        self.host = host
        self.names = [segment.name for segment in segments]
        self.on_demand = [segment.name for segment in segments if not segment.cached]
        self.timed = [segment for segment in segments if segment.refresh and not segment.cached]
        self.is_rendering = False
        self.again = 0


class Segments:
    """Has hosts render: after events, when asked for, and in time while somebody looks."""

    def __init__(
        self, store: Store, events: Events, values: Values, *, changed: Callable[[], None]
    ) -> None:
        self._store = store
        self._events = events
        self._values = values
        self._changed = changed
        self._loop = asyncio.get_running_loop()
        self._owned: dict[str, _Owned] = {}
        self._due: asyncio.Handle | None = None
        self._round = 0
        self._timers: dict[str, list[asyncio.TimerHandle]] = {}
        self.is_watched: Callable[[], bool] = lambda: False

    @property
    def is_on_demand(self) -> bool:
        """Whether a HUD has segments that are rendered whenever it is asked for."""
        return any([owned.on_demand for owned in self._owned.values()])

    def give(self, owner: str, host: Renderer, segments: list[Segment]) -> None:
        """A plugin has these segments from now on; they are rendered at once."""
        if not segments:
            return
        self._values.give(owner, segments)
        self._owned[owner] = _Owned(owner, host, segments)
        self._events.follow(self.render_soon)
        self.look()
        self.render_soon(1)
        self._changed()

    def rest(self, owner: str) -> None:
        """Its host is gone: what it showed last stays, until it is loaded again."""
        self._owned.pop(owner, None)
        for timer in self._timers.pop(owner, []):
            timer.cancel()
        if not self._owned:
            self._events.unfollow(self.render_soon)

    def take(self, owner: str) -> None:
        """A plugin has no segments any more."""
        self.rest(owner)
        if any([other == owner for other, _ in self._values.segments()]):
            self._values.take(owner)
            self._changed()

    def close(self) -> None:
        """Render nothing more."""
        for owner in list(self._owned):
            self.rest(owner)
        if self._due is not None:
            self._due.cancel()

    def render_soon(self, round: int) -> None:  # noqa: A002
        """Something happened, in that round of events: render all; a burst is one rendering."""
        self._round = max(self._round, round)
        if self._due is None:
            self._due = self._loop.call_soon(self._render_all)

    async def refreshed(self, env: str | None, pane: str | None) -> None:
        """Render for one HUD what is rendered on demand, within a bound.

        A host that is busy, with something that hangs perhaps, is not waited for.
        """
        waiting = []
        for owned in self._owned.values():
            if owned.on_demand and not owned.host.is_busy:
                done: asyncio.Future[None] = self._loop.create_future()
                self._render(owned, owned.on_demand, [Place(env, pane)], round_=1, done=done)
                waiting.append(done)
        if waiting:
            await asyncio.wait(waiting, timeout=ON_DEMAND_SECS)

    def look(self) -> None:
        """Somebody may be looking now: begin to render in time what wants that."""
        if len(self._timers) < len(self._owned) and self.is_watched():
            for owned in self._owned.values():
                if owned.name not in self._timers:
                    self._plan(owned)

    def _plan(self, owned: _Owned) -> None:
        timers = self._timers[owned.name] = []

        def plan(position: int, secs: float, names: list[str], *, is_update: bool) -> None:
            def tick() -> None:
                if not self.is_watched():
                    self._stop_timers(owned.name)
                    return
                if not owned.host.is_busy:
                    self._render(owned, names, self._places(), round_=1, is_update=is_update)
                plan(position, secs, names, is_update=is_update)

            timers[position : position + 1] = [self._loop.call_later(secs, tick)]

        for segment in owned.timed:
            secs = max(segment.refresh or 0.0, SHORTEST_REFRESH_SECS)
            plan(len(timers), secs, [segment.name], is_update=False)
        plan(len(timers), CACHED_SECS, owned.names, is_update=True)

    def _stop_timers(self, owner: str) -> None:
        for timer in self._timers.pop(owner, []):
            timer.cancel()

    def _render_all(self) -> None:
        self._due = None
        round_, self._round = self._round, 0
        places = self._places()
        for owned in self._owned.values():
            if owned.is_rendering:
                owned.again = max(owned.again, round_)
            else:
                self._render_after_event(owned, places, round_)

    def _render_after_event(self, owned: _Owned, places: list[Place], round_: int) -> None:
        owned.is_rendering = True

        def ended() -> None:
            owned.is_rendering = False
            again, owned.again = owned.again, 0
            if again and self._owned.get(owned.name) is owned:
                self._render_after_event(owned, self._places(), again)

        done: asyncio.Future[None] = self._loop.create_future()
        done.add_done_callback(lambda _done: ended())
        self._render(owned, owned.names, places, round_=round_, is_update=True, done=done)

    def _render(
        self,
        owned: _Owned,
        names: list[str],
        places: list[Place],
        *,
        round_: int,
        is_update: bool = False,
        done: asyncio.Future[None] | None = None,
    ) -> None:
        def rendered(answer: Answer | None) -> None:
            rows = answer.values if answer is not None else []
            is_owned = self._owned.get(owned.name) is owned
            if is_owned and self._values.put(owned.name, names, places, rows):
                self._changed()
            if done is not None and not done.done():
                done.set_result(None)

        owned.host.render(names, places, is_update=is_update, round=round_, then=rendered)

    def _places(self) -> list[Place]:
        """What is the same for all of an environment, and the panes that have their own."""
        state = self._store.committed.state
        environments = dict.fromkeys((state.active_env, *state.panes.values()))
        panes = [Place(env, key) for key, env in list(state.panes.items())[:MOST_PLACES]]
        return [*(Place(env, None) for env in environments), *panes]
