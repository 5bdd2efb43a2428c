"""The daemon's own life: pausing, resuming, reloading, stopping, and what it says of itself."""

import asyncio
import os
from collections.abc import Callable

from axium import __version__
from axium.daemon.services.events import Events
from axium.daemon.services.hud import Hud
from axium.daemon.services.links import Links
from axium.daemon.services.plugin_configs import PluginConfigs
from axium.daemon.services.plugins import Plugins
from axium.daemon.services.settings import Settings
from axium.daemon.services.state_file import StateFile
from axium.daemon.services.store import Store
from axium.model.events import ConfigReloaded, DaemonReload, HudRefresh
from axium.model.marks import Fault

PROTOCOL = 1
"""Counts incompatible changes of the wire; clients ask for capabilities instead."""


class Lifecycle:
    """What concerns the daemon as a whole."""

    def __init__(
        self,
        store: Store,
        settings: Settings,
        events: Events,
        hud: Hud,
        state_file: StateFile,
        plugins: Plugins,
        plugin_configs: PluginConfigs,
        links: Links,
        *,
        started_at: float,
        iso: Callable[[float], str],
        tmux_pane: str | None,
    ) -> None:
        self._store = store
        self._settings = settings
        self._events = events
        self._hud = hud
        self._state_file = state_file
        self._plugins = plugins
        self._plugin_configs = plugin_configs
        self._links = links
        self.started_at = started_at
        self.started = iso(started_at)
        self.tmux_pane = tmux_pane
        self.connections: Callable[[], int] = lambda: 0
        self.pid = os.getpid()
        self.version = __version__
        self.stopping = asyncio.Event()
        self.keeps_links = True

    @property
    def uptime_secs(self) -> int:
        """Whole seconds since the start."""
        return self._hud.uptime_secs

    @property
    def is_paused(self) -> bool:
        """Whether background work and event delivery are held."""
        return self._store.committed.state.paused

    @property
    def mode(self) -> str:
        """`monitoring`, or `paused`."""
        return "paused" if self.is_paused else "monitoring"

    async def pause(self) -> bool:
        """Hold background work; False where it is held already."""
        change = await self._store.change(
            lambda found: found if found.state.paused else found.step(lambda s: s.with_pause())
        )
        self._events.pause()
        self._links.hold(is_held=True)
        return change.new is not change.old

    async def resume(self) -> bool:
        """Go on with it; False where nothing was held."""
        change = await self._store.change(
            lambda found: found.step(lambda s: s.with_resume()) if found.state.paused else found
        )
        self._events.resume()
        self._links.hold(is_held=False)
        return change.new is not change.old

    async def begin_session(self) -> None:
        """Begin a new session in the journal."""
        await self._store.change(lambda found: found.step(lambda s: s.with_session()))

    async def reload(self) -> tuple[Fault, ...]:
        """Read everything again; what is wrong with it. Refusal `failed`."""
        await self._settings.reload(await self._state_file.reread())
        await self._plugin_configs.reload()
        await self._links.reload()
        self._events.emit(HudRefresh())
        await self._plugins.reload_all()
        for event in (DaemonReload(), ConfigReloaded(), HudRefresh()):
            self._events.emit(event)
        return self._settings.faults

    def stop(self, *, keeps_links: bool = True) -> None:
        """Begin to stop once the replies that are under way are out.

        `keeps_links`: their connections wait for the next daemon.
        """
        self.keeps_links = keeps_links
        self.stopping.set()


def uptime_in_full(secs: int) -> str:
    """`2h 15m 30s`; hours are left out when 0, minutes when both are."""
    hours, rest = divmod(secs, 3600)
    minutes, seconds = divmod(rest, 60)
    if hours:
        return f"{hours}h {minutes}m {seconds}s"
    if minutes:
        return f"{minutes}m {seconds}s"
    return f"{seconds}s"
