"""The configuration in force: read from the user's files, kept where a file is at fault."""

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import Executor

from axium.config.loaded import Loaded
from axium.config.remembered import read_configuration
from axium.daemon.services.events import Events
from axium.daemon.services.store import Store
from axium.model.events import ConfigReloaded
from axium.model.marks import Fault

log = logging.getLogger("axium.settings")


class Settings:
    """Reads the user's files again, and tells what is wrong with them."""

    def __init__(
        self,
        root: str,
        memory: str,
        first: Loaded,
        saved_faults: tuple[Fault, ...],
        store: Store,
        events: Events,
        *,
        executor: Executor,
        show_faults: Callable[[tuple[Fault, ...]], None],
    ) -> None:
        self._root = root
        self._memory = memory
        self._store = store
        self._events = events
        self._executor = executor
        self._show_faults = show_faults
        self._reading = asyncio.Lock()
        self._saved_faults = saved_faults
        self._plugin_faults: tuple[Fault, ...] = ()
        self._link_faults: tuple[Fault, ...] = ()
        self._loaded = first
        self._tell((), self.faults)

    @property
    def faults(self) -> tuple[Fault, ...]:
        """What is wrong with the saved state and the user's files, as they were last read."""
        return (*self._saved_faults, *self._loaded.faults, *self._plugin_faults, *self._link_faults)

    def take_plugin_faults(self, faults: tuple[Fault, ...]) -> None:
        """These are wrong now in the files that configure plugins."""
        before, self._plugin_faults = self.faults, faults
        self._tell(before, self.faults)

    def take_link_faults(self, faults: tuple[Fault, ...]) -> None:
        """These are wrong now in links.yaml."""
        before, self._link_faults = self.faults, faults
        self._tell(before, self.faults)

    async def reload(self, saved_faults: tuple[Fault, ...] | None = None) -> None:
        """Read all files and put them in force. Refusal `failed`.

        `saved_faults`: what was just found wrong with the saved state; None: as before.
        """
        async with self._reading:
            loaded = await asyncio.get_running_loop().run_in_executor(
                self._executor,
                read_configuration,
                self._root,
                self._memory,
                self._store.committed.configuration,
            )
            await self._store.change(lambda found: found.taking(loaded.configuration))
            before, self._loaded = self.faults, loaded
            if saved_faults is not None:
                self._saved_faults = saved_faults
            self._tell(before, self.faults)

    async def catch_up(self) -> None:
        """Take in what changed after the first reading and before the files were watched."""
        loaded = await asyncio.get_running_loop().run_in_executor(
            self._executor, read_configuration, self._root, self._memory, None
        )
        if loaded != self._loaded:
            await self.changed_on_disk()

    async def changed_on_disk(self) -> None:
        """A file changed: read all of them again, and tell."""
        await self.reload()
        self._events.emit(ConfigReloaded())

    def _tell(self, before: tuple[Fault, ...], now: tuple[Fault, ...]) -> None:
        if now != before:
            for fault in now:
                log.warning("%s", fault)
        self._show_faults(now)
