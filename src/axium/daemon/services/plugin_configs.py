"""The configurations of plugins: read when they are asked for, kept until something changes."""

import asyncio
import logging
import os
from collections.abc import Callable, Collection, Mapping
from concurrent.futures import Executor
from typing import TYPE_CHECKING, Literal, NamedTuple, TypeVar

from axium.daemon.caller import PluginKind
from axium.daemon.services.confinements import Confinements
from axium.daemon.services.environments import required
from axium.daemon.services.events import Events
from axium.daemon.services.settings import Settings
from axium.daemon.services.store import Change, Store
from axium.daemon.tasks import Tasks
from axium.model.environments import Environment
from axium.model.events import ConfigReloaded
from axium.model.manifests import Kind
from axium.model.marks import Fault
from axium.model.plugin_config import Content, made
from axium.model.templates import Scope
from axium.plugins.environ import of_gear
from axium.wire.errors import Refusal

if TYPE_CHECKING:
    from axium.config.plugin_config import PluginFiles
    from axium.daemon.services.watch import FileWatch

log = logging.getLogger("axium.configs")

T = TypeVar("T")

_KINDS: dict[PluginKind, Kind] = {"spoke": "spokes", "gear": "gears"}


class Asked(NamedTuple):
    """What is asked for: a plugin's configuration from one base file in one environment."""

    name: str
    filename: str | None
    env: str | None
    env_aware: bool
    kind: PluginKind | None = None


class Config(NamedTuple):
    """A configuration in full, and what is wrong with its files."""

    content: Content
    faults: tuple[Fault, ...]
    source: Literal["cache", "loaded"]


class _Stock(NamedTuple):
    """What is wrong with all files that were read, and where a change of them shows."""

    faults: tuple[Fault, ...]
    places: list[str]


class _Filled(NamedTuple):
    """What fills a gear's configuration: granted variables, maybe the data of environments."""

    variables: tuple[str, ...]
    has_env_data: bool


class PluginConfigs:
    """Configurations by what was asked for, and faults by file.

    `variables` are what `$NAME` means. A gear's is filled with no others than the gear itself
    gets, and with properties of the environment only where it may have `get_env_data`.
    """

    def __init__(
        self,
        root: str,
        store: Store,
        settings: Settings,
        events: Events,
        confinements: Confinements,
        *,
        executor: Executor,
        variables: Mapping[str, str],
        user_home: str,
    ) -> None:
        self._root = root
        self._store = store
        self._settings = settings
        self._events = events
        self._confinements = confinements
        self._executor = executor
        self._variables = variables
        self._user_home = user_home
        self._kept: dict[tuple[Asked, _Filled | None], Config] = {}
        self._dropped = 0
        self._files: PluginFiles | None = None
        self._watch: FileWatch | None = None
        self._tasks = Tasks(log)

    async def get(self, asked: Asked) -> Config:
        """A configuration; env None is the global one.

        Refusal `not_loaded` (no such plugin), `not_found` (no such file), `unknown_env`,
        `invalid` (a bad name of a file), `failed` (the plugin's own file has an error).
        """
        found = self._store.committed
        env = required(found, asked.env) if asked.env else found.active_environment
        asked = asked._replace(env=env.name if env else None)
        filled = self._filled(asked.name)
        if kept := self._kept.get((asked, filled)):
            return kept._replace(source="cache")
        scope = self._scope(env, filled)
        known, dropped = frozenset(found.configuration.environments), self._dropped
        config = await self._read(lambda files: self._load(files, asked, scope, known))
        if dropped == self._dropped:
            self._kept[asked, filled] = config
        return config

    def forget(self, name: str | None = None) -> None:
        """Have a plugin's files read when it is next asked for; those of all without a name."""
        self._dropped += 1
        self._kept = {
            key: config for key, config in self._kept.items() if name not in (None, key[0].name)
        }

    def committed(self, change: Change) -> None:
        """Another environment, or other files of the user's: what was made of them is outdated."""
        if change.new is not change.old:
            self.forget()

    async def reload(self) -> None:
        """Forget all, and see what is wrong with the user's files."""
        self.forget()
        if self._files is not None or self._has_overrides():
            await self._read(self._look)

    def follow_files(self) -> None:
        """See what is wrong with the user's files, now and whenever one changes."""
        # ctypes takes 4 ms to import: not before the first answer.
        from axium.daemon.services.watch import FileWatch

        self._watch = FileWatch(self._changed)
        self._watch.follow([f"{self._root}/overrides"])
        self._tasks.spawn("look at the overrides", self.reload())

    async def close(self) -> None:
        """Watch nothing more."""
        if self._watch is not None:
            self._watch.close()
        await self._tasks.close()

    def _changed(self) -> None:
        async def changed() -> None:
            await self.reload()
            self._events.emit(ConfigReloaded())

        self.forget()
        self._tasks.spawn("read the changed files of plugins", changed())

    def _filled(self, name: str) -> _Filled | None:
        """What fills a gear's configuration; None for a spoke's, which anything does."""
        if name not in self._confinements:
            return None
        rights = self._confinements.of(name).rights
        return _Filled(rights.env, "get_env_data" in rights.ipc)

    def _scope(self, env: Environment | None, filled: _Filled | None) -> Scope:
        if filled is None:
            return Scope(env, None, self._variables, self._user_home)
        if env is not None and not filled.has_env_data:
            env = Environment(env.name, env.where)
        variables = of_gear(self._variables, filled.variables)
        return Scope(env, None, variables, self._user_home)

    async def _read(self, work: Callable[["PluginFiles"], T]) -> T:
        """What reading files on the writer thread gives, or the Refusal that it ends in."""
        loop = asyncio.get_running_loop()
        outcome, stock = await loop.run_in_executor(self._executor, self._carry_out, work)
        self._settings.take_plugin_faults(stock.faults)
        if self._watch is not None:
            self._watch.follow(stock.places)
        if isinstance(outcome, Refusal):
            raise outcome
        return outcome

    def _carry_out(self, work: Callable[["PluginFiles"], T]) -> tuple[T | Refusal, _Stock]:
        if self._files is None:
            # 12 ms for YAML, if nothing needed it before.
            from axium.config.plugin_config import PluginFiles

            self._files = PluginFiles()
        outcome: T | Refusal
        try:
            outcome = work(self._files)
        except Refusal as refusal:
            outcome = refusal
        paths = [f"{self._root}/overrides", *self._files.known]
        return outcome, _Stock(self._files.faults, sorted({_there(path) for path in paths}))

    def _load(
        self, reading: "PluginFiles", asked: Asked, scope: Scope, known: Collection[str]
    ) -> Config:
        from axium.config.plugin_config import BrokenConfig, files_of, find_plugin

        plugin = find_plugin(self._root, asked.name, asked.kind and _KINDS[asked.kind])
        if plugin is None:
            hint = f"there is no plugin `{asked.name}` in {self._root}"
            raise Refusal("not_loaded", "spoke not loaded", hint=hint)
        try:
            files = files_of(self._root, plugin, asked.filename)
            parts = reading.parts(files, within=plugin.directory)
        except FileNotFoundError as missing:
            raise Refusal("not_found", str(missing), hint=f"in {self._root}") from None
        except BrokenConfig as broken:
            raise Refusal("failed", str(broken), hint=broken.fault.hint) from None
        except ValueError as bad:
            raise Refusal("invalid", str(bad)) from None
        content, warnings = made(parts, scope, known, env_aware=asked.env_aware)
        return Config(content, (*reading.faults_of(files), *warnings), "loaded")

    def _has_overrides(self) -> bool:
        return os.path.isdir(f"{self._root}/overrides")

    def _look(self, reading: "PluginFiles") -> None:
        from axium.config.plugin_config import overridden, override_of

        reading.read_again()
        for name in overridden(self._root):
            reading.read(override_of(self._root, name))


def _there(path: str) -> str:
    """`path`, or the part of it that has to come first."""
    while not os.path.isdir(os.path.dirname(path)):
        path = os.path.dirname(path)
    return path
