"""Commands of plugins: found in the catalogue, and loaded when one is run, that plugin alone."""

from collections.abc import Callable
from functools import partial
from typing import Any, NoReturn, Protocol

import typer
from typer._click.core import Command, Context
from typer.core import TyperCommand, TyperGroup

from axium.cli.show import Failure
from axium.core.cli import HelpfulGroup, add_verbose, is_verbose
from axium.thin import catalogue
from axium.thin.paths import Home


class Loader(Protocol):
    """Who can load plugins into this process; a package of the command line's own floor."""

    def load(self, name: str) -> TyperGroup:
        """The commands of one spoke, loaded now. Whatever the spoke's own code raises."""

    def told(self, name: str, error: BaseException) -> tuple[str, str]:
        """What there is to tell of an error of its code: in a line, and the traceback."""

    def become(self, gear: str, words: list[str]) -> int:
        """Become a command of a gear, in its confinement; the exit code where it can't be had."""


class PluginCommands:
    """The commands of all plugins; `running` is the spoke whose code is in this process."""

    kind = "spoke"

    def __init__(self, home: Home, loader: Callable[[], Loader]) -> None:
        self._home = home
        self._loader = loader
        self._heads: dict[str, list[catalogue.Command]] | None = None
        self._loaded: dict[str, TyperGroup] = {}
        self.running: str | None = None

    def names(self) -> list[str]:
        """The words with which they begin."""
        return list(self._by_head())

    def command(self, head: str) -> Command | None:
        """What stands for the command or group of this name, nothing of it loaded."""
        records = self._by_head().get(head)
        return None if records is None else self._stub([head], records)

    def forget(self) -> None:
        """Look into the catalogue again, which has changed."""
        self._heads = None

    def told(self, error: BaseException) -> tuple[str, str]:
        """What there is to tell of what the running plugin raised."""
        assert self.running is not None
        return self._loader().told(self.running, error)

    def become(self, gear: str, words: list[str]) -> NoReturn:
        """Leave this process to a gear's command: nothing of a gear's is loaded into it."""
        verbose = ["-v"] if is_verbose() else []
        raise typer.Exit(self._loader().become(gear, [*verbose, *words]))

    def real(self, plugin: str, words: list[str]) -> Command:
        """The command itself. Failure where the plugin does not have it any more."""
        self.running = plugin
        if plugin not in self._loaded:
            self._loaded[plugin] = self._loader().load(plugin)
        found: Command | None = self._loaded[plugin]
        for word in words:
            found = found.commands.get(word) if isinstance(found, TyperGroup) else None
        if found is None:
            raise Failure(
                f"spoke `{plugin}` has no command `{' '.join(words)}` any more",
                f"`axium spoke reload {plugin}` has it forgotten",
            )
        add_verbose(found)
        return found

    def _by_head(self) -> dict[str, list[catalogue.Command]]:
        if self._heads is None:
            self._heads = {}
            for command in catalogue.catalogue(self._home):
                if command.plugin:
                    self._heads.setdefault(command.name.split(" ")[0], []).append(command)
        return self._heads

    def _stub(self, words: list[str], records: list[catalogue.Command]) -> Command:
        """For the commands whose names begin with `words`, all of them in `records`."""
        name, depth = words[-1], len(words)
        sections = {record.section for record in records}
        if len(records) == 1 and len(records[0].name.split(" ")) == depth:
            return self._leaf(words, records[0])
        inner: dict[str, list[catalogue.Command]] = {}
        for record in records:
            rest = record.name.split(" ")[depth:]
            if rest:
                inner.setdefault(rest[0], []).append(record)
        commands = {word: self._stub([*words, word], theirs) for word, theirs in inner.items()}
        if len(sections) > 1:
            return HelpfulGroup(name=name, commands=commands, rich_markup_mode=None)
        if records[0].gear:
            return _ConfinedGroup(name, partial(self.become, records[0].gear), words, commands)
        return _Group(name, partial(self.real, records[0].plugin, words), commands)

    def _leaf(self, words: list[str], record: catalogue.Command) -> Command:
        if record.gear:
            return _ConfinedLeaf(words, partial(self.become, record.gear), record.help)
        return _Leaf(words[-1], partial(self.real, record.plugin, words), record.help)


class _Deferred(Command):
    """What the catalogue knows of a command, until it is run or its help is asked for."""

    real: Callable[[], Command]
    """Loads the plugin, and finds the command itself there."""

    def make_context(
        self, info_name: str | None, args: list[str], parent: Context | None = None, **extra: Any
    ) -> Context:
        """That of the command itself."""
        return self.real().make_context(info_name, args, parent=parent, **extra)

    def get_help(self, ctx: Context) -> str:
        """That of the command itself."""
        command = self.real()
        return command.get_help(Context(command, parent=ctx.parent, info_name=ctx.info_name))


class _Leaf(_Deferred, TyperCommand):
    """One command of a plugin."""

    def __init__(self, name: str, real: Callable[[], Command], help_line: str) -> None:
        super().__init__(name=name, short_help=help_line, rich_markup_mode=None)
        self.real = real


class _Group(_Deferred, HelpfulGroup):
    """A group of one plugin's commands."""

    def __init__(
        self, name: str, real: Callable[[], Command], commands: dict[str, Command]
    ) -> None:
        super().__init__(name=name, commands=commands, rich_markup_mode=None)
        self.real = real


class _Confined(Command):
    """A gear's command, of which nothing is known here but what the catalogue has."""

    become: Callable[[list[str]], NoReturn]
    """Becomes what these words name, in the confinement of the gear."""
    words: list[str]

    def make_context(
        self, info_name: str | None, args: list[str], parent: Context | None = None, **extra: Any
    ) -> Context:
        """None: this process is left to the command."""
        self.become([*self.words, *args])

    def get_help(self, ctx: Context) -> str:
        """None: the command tells of itself."""
        self.become([*self.words, "--help"])


class _ConfinedLeaf(_Confined, TyperCommand):
    """One command of a gear."""

    def __init__(
        self, words: list[str], become: Callable[[list[str]], NoReturn], help_line: str
    ) -> None:
        super().__init__(name=words[-1], short_help=help_line, rich_markup_mode=None)
        self.words, self.become = words, become


class _ConfinedGroup(_Confined, HelpfulGroup):
    """A group of one gear's commands."""

    def __init__(
        self,
        name: str,
        become: Callable[[list[str]], NoReturn],
        words: list[str],
        commands: dict[str, Command],
    ) -> None:
        super().__init__(name=name, commands=commands, rich_markup_mode=None)
        self.words, self.become = words, become
