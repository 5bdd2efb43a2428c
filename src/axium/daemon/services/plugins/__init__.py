"""Plugins, for whom there may be none: nothing of theirs is imported before the first is there."""

import logging
import os
from typing import TYPE_CHECKING

from axium.daemon.caller import PluginKind
from axium.daemon.connection import Port
from axium.daemon.services.confinements import Confined
from axium.daemon.services.plugins.kinds import KINDS
from axium.daemon.services.plugins.needs import Needs
from axium.daemon.tasks import Tasks
from axium.model.events import DaemonReady
from axium.model.plugins import GearRow, Row
from axium.thin.paths import Home
from axium.thin.published import read

if TYPE_CHECKING:
    from axium.daemon.services.plugins.loading import Loading

log = logging.getLogger("axium.plugins")


class Plugins:
    """What is asked about plugins, and the place from which they are begun."""

    def __init__(self, needs: Needs) -> None:
        self._needs = needs
        self._loading: Loading | None = None
        self._tasks = Tasks(log)
        self.logs = needs.logs
        self.port: Port | None = None

    def begin(self) -> None:
        """Load what there is, in the background."""
        if self._has_some(*KINDS) or _is_told_of(self._needs.home):
            self._tasks.spawn("load the plugins", self._first_load())

    async def close(self) -> None:
        """Tell of the end, and have every process of a plugin end, within some seconds."""
        await self._tasks.close()
        if self._loading is not None:
            await self._loading.close()
        await self.logs.close()

    @property
    def active(self) -> int:
        """How many are loaded."""
        return sum(row.status == "active" for row in (*self.spokes(), *self.gears()))

    def names(self, kind: PluginKind) -> list[str]:
        """Every plugin of this kind in the home, sorted."""
        return [] if self._loading is None else self._loading.names(kind)

    def restarts(self) -> dict[str, int]:
        """How often hosts were started again, of those that were."""
        rows = (*self.spokes(), *self.gears())
        return {row.name: row.restarts for row in rows if row.restarts}

    def spokes(self) -> list[Row]:
        """How each spoke is, by name."""
        return [] if self._loading is None else self._loading.spokes()

    def gears(self) -> list[GearRow]:
        """How each gear is, by name."""
        return [] if self._loading is None else self._loading.gears()

    async def reload_all(self, *kinds: PluginKind) -> None:
        """Load all of these kinds again, new ones too; those that are gone are unloaded. Refusal.

        Without any they are all.
        """
        kinds = kinds or tuple(KINDS)
        if self._loading is not None or self._has_some(*kinds):
            await self.loading.reload_all(kinds)

    async def reload(self, kind: PluginKind, name: str) -> None:
        """Load one again, or for the first time. Refusal `not_loaded`, `failed`, `timeout`."""
        await self.loading.reload(kind, name)

    async def unload(self, kind: PluginKind, name: str) -> None:
        """End one, before its files go. Refusal `not_loaded`."""
        await self.loading.unload(kind, name)

    async def admit(self, gear: str, *, here: str | None = None) -> Confined:
        """Look again whether a gear may run; what holds a program of it that is started in `here`.

        Refusal `not_loaded`, whose hint says why it may not.
        """
        return await self.loading.admit(gear, here=here)

    @property
    def loading(self) -> "Loading":
        """Those who carry it out, made when the first plugin is in sight."""
        if self._loading is None:
            # With YAML 30 ms and 3 MiB: not where there are no plugins.
            from axium.daemon.services.plugins.loading import Loading

            assert self.port is not None
            self._loading = Loading(self._needs, self.port)
        return self._loading

    async def _first_load(self) -> None:
        await self.loading.reload_all(tuple(KINDS))
        self._needs.events.to_plugins(DaemonReady())

    def _has_some(self, *kinds: PluginKind) -> bool:
        """Whether the home has a directory that may be a plugin."""
        return any([_has_directories(f"{self._needs.home.root}/{kind}s") for kind in kinds])


def _has_directories(path: str) -> bool:
    try:
        with os.scandir(path) as entries:
            return any([not entry.name.startswith(".") for entry in entries])
    except OSError:
        return False


def _is_told_of(home: Home) -> bool:
    """Whether the catalogue has commands of plugins, which may be gone."""
    try:
        return any(
            ["\tspoke:" in record or "\tgear:" in record for record in read(home.catalogue) or ()]
        )
    except ValueError:
        return False
