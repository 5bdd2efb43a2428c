"""The tmux servers that are served: what they show follows the truth, and the truth their panes."""

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from typing import NamedTuple

from axium.daemon.services.counters import Counters
from axium.daemon.services.events import Events
from axium.daemon.services.hud import Hud
from axium.daemon.services.mending import misses_pointer, pointing_anew
from axium.daemon.services.panes import Panes
from axium.daemon.services.snapshot import Snapshot
from axium.daemon.services.store import Change, Store
from axium.daemon.services.tmux import HudTexts, Look, Tmux
from axium.daemon.services.tmux.notes import noted_servers
from axium.daemon.tasks import Tasks
from axium.model.colors import tmux_color
from axium.model.events import HudRefresh, PaneClosed
from axium.model.panes import Server, pane_key, split_key
from axium.model.state import State
from axium.thin.paths import Home
from axium.wire.errors import Refusal

log = logging.getLogger("axium.terminals")


class _Own(NamedTuple):
    """What the panes of one server show that have an environment of their own."""

    texts: dict[str, str]
    looks: dict[str, Look]


_NONE = _Own({}, {})


class Terminals:
    """Pushes HUD texts to every served tmux server, and forgets panes that died.

    A server is served once a pane of it was set, or it was attached; pushes of
    one burst are made together, after the replies of the changes that caused them.
    """

    def __init__(
        self,
        home: Home,
        store: Store,
        hud: Hud,
        tmux: Tmux,
        panes: Panes,
        events: Events,
        counters: Counters,
        *,
        clock: Callable[[], float],
    ) -> None:
        self._home = home
        self._store = store
        self._hud = hud
        self._tmux = tmux
        self._panes = panes
        self._events = events
        self._counters = counters
        self._clock = clock
        self._loop = asyncio.get_running_loop()
        self._served: dict[str, Server] = {}
        self._hidden: set[Server | None] = set()
        self._own: dict[str, _Own] = {}
        self._own_made_of: tuple[dict[str, str] | None, int] = (None, 0)
        self._push_due: asyncio.Handle | None = None
        self._tick: asyncio.TimerHandle | None = None
        self._work = Tasks(log)

    def begin(self) -> None:
        """Serve the servers that the state knows; their panes that died meanwhile are forgotten."""
        self._serve_known(self._store.committed.state)
        self.refresh()
        self._work.spawn("attach the servers that left a note", self._attach_noted())

    async def _attach_noted(self) -> None:
        for text in noted_servers(self._home.root):
            with suppress(Refusal):  # it ended just now
                await self.attach(text)

    async def attach(self, text: str) -> str:
        """Serve the tmux server that `$TMUX` means from now on; its name. Refusal."""
        place = self._panes.attached(text)
        self._hidden.discard(place.server)
        await self._store.change(lambda found: found.step(place.known_in))
        if place.server is not None:
            self._tmux.look_again(place.server)
        self.refresh()
        return place.name

    async def detach(self, text: str) -> None:
        """Push nothing more to this server, until it is attached again. Refusal."""
        place = self._panes.attached(text)
        self._hidden.add(place.server)
        if place.server is not None:
            self._tmux.forget(place.server)

    def expect(self, change: Change) -> None:
        """The truth is about to change: have a tmux start where that will be seen."""
        old, new = change.old.state, change.new.state
        named = {split_key(key)[0] for key, _env in old.panes.items() ^ new.panes.items()}
        for name, server in self._served.items():
            if (name in named or old.active_env != new.active_env) and server not in self._hidden:
                self._tmux.prepare(server)

    def committed(self, change: Change) -> None:
        """The truth changed: serve new servers, and show it everywhere."""
        if change.old.state.servers is not change.new.state.servers:
            self._serve_known(change.new.state)
        self.refresh()

    def refresh(self) -> None:
        """Have every served server show the present texts soon; a burst costs one push."""
        if self._push_due is None and self._served:
            self._push_due = self._loop.call_soon(self._push)

    @property
    def is_watched(self) -> bool:
        """Whether there is a terminal to show anything."""
        return any([server not in self._hidden for server in self._served.values()])

    async def close(self) -> None:
        """End all timers and watches."""
        for timer in (self._push_due, self._tick):
            if timer is not None:
                timer.cancel()
        await self._work.close()
        await self._tmux.close()

    def _serve_known(self, state: State) -> None:
        for name, server in state.servers.items():
            if self._served.get(name) != server:
                self._served[name] = server
                self._watch(name, server)
        for name in set(self._served) - set(state.servers):
            self._tmux.forget(self._served.pop(name))
        self._plan_tick()

    def _watch(self, name: str, server: Server) -> None:
        def pane_gone(pane: str) -> None:
            self._work.spawn("forget a pane", self._forget_pane(name, server, pane))

        def server_gone() -> None:
            self._work.spawn("forget a tmux server", self._forget_server(name, server))

        self._tmux.watch(server, on_pane_gone=pane_gone, on_server_gone=server_gone)

    def _push(self) -> None:
        self._push_due = None
        active = self._store.committed.state.active_env
        everywhere = self._hud.pushed(active, None)
        own = self._own_texts()
        for name, server in self._served.items():
            if server in self._hidden:
                continue
            panes = own.get(name, _NONE)
            self._tmux.push(
                server, HudTexts(everywhere, panes.texts, self._look(active), panes.looks)
            )

    def _own_texts(self) -> dict[str, _Own]:
        """What each pane with an environment of its own shows, by server.

        The same object as long as it is the same: a global change, the most
        frequent one, costs nothing for the panes that it does not concern.
        """
        panes = self._store.committed.state.panes
        made_of = (panes, self._hud.current_epoch())
        if self._own_made_of[0] is not panes or self._own_made_of[1] != made_of[1]:
            self._own_made_of = made_of
            self._own = {}
            for key, env in panes.items():
                name, pane = split_key(key)
                own = self._own.setdefault(name, _Own({}, {}))
                own.texts[pane] = self._hud.pushed(env, key)
                own.looks[pane] = self._look(env)
        return self._own

    def _look(self, env: str | None) -> Look:
        found = self._store.committed.environment(env)
        color = "" if found is None else found.texts.get("color", "")
        return Look(env or "", tmux_color(color))

    def _plan_tick(self) -> None:
        """The HUD shows minutes: push at each one while there is a server to show them."""
        if self._tick is None and self._served:
            due = self._hud.changes_at()
            self._tick = self._loop.call_later(due - self._clock(), self._ticked, due)

    def _ticked(self, due: float) -> None:
        self._tick = None
        self._counters.lagged(self._clock() - due)
        self._work.spawn("mend pointers", self._mend_pointers())
        self.refresh()
        self._plan_tick()

    async def _mend_pointers(self) -> None:
        """Have pointers back that somebody removed: their panes would follow the global one."""
        if misses_pointer(self._home.run, self._store.committed.state):
            await self._store.change(lambda found: found.step(pointing_anew))

    async def _forget_pane(self, name: str, server: Server, pane: str) -> None:
        key = pane_key(name, pane)

        def step(found: Snapshot) -> Snapshot:
            if found.state.servers.get(name) != server:
                return found
            return found.step(lambda state: state.without_pane(key))

        change = await self._store.change(step)
        if key in change.old.state.panes and key not in change.new.state.panes:
            self._events.emit(PaneClosed(pane=key))
            self._events.emit(HudRefresh())

    async def _forget_server(self, name: str, server: Server) -> None:
        def step(found: Snapshot) -> Snapshot:
            if found.state.servers.get(name) != server:
                return found
            return found.step(lambda state: state.without_server(name))

        change = await self._store.change(step)
        for key in change.old.state.panes.keys() - change.new.state.panes.keys():
            self._events.emit(PaneClosed(pane=key))
