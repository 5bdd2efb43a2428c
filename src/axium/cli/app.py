"""The root of the command line: which module has which command, and how a failure ends."""

import os
import sys
from collections.abc import Callable
from importlib import import_module
from io import BufferedWriter, FileIO, TextIOWrapper
from typing import TYPE_CHECKING, Any, Protocol

import typer
from typer._click.core import Context
from typer.core import TyperGroup, TyperOption
from typer.main import get_command

from axium import __version__
from axium.cli.plugin_commands import Loader, PluginCommands
from axium.cli.show import Failure, escaped, failure, line
from axium.cli.using import note_run
from axium.core.cli import HELP_OPTIONS, HelpfulGroup, UnknownCommand, add_verbose
from axium.thin.help import text as every_command
from axium.thin.paths import environ, home_of
from axium.thin.say import reason

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer
    from typer._click import Command, Parameter

# The groups of `axium help`, and the module of each command: nothing is imported for this.
GROUPS = {
    "core": {
        "run": "run",
        "explain": "explain",
        "palette": "palette.command",
        "hud": "hud",
        "notify": "notify",
    },
    "environments": {"env": "env", "wrapper": "wrapper", "shim": "shim"},
    "plugins": {"spoke": "spoke", "gear": "gear", "perms": "perms", "config": "config"},
    "links": {"link": "link", "call": "call", "subscribe": "subscribe"},
    "daemon and system": {
        "daemon": "daemon",
        "jobs": "jobs",
        "bootstrap": "bootstrap",
        "init": "init",
        "completions": "completions",
        "info": "info",
        "doctor": "doctor",
        "uninstall": "uninstall",
        "discover": "discover",
        "help": "help",
        "ipc": "ipc",
    },
}
MODULES = {name: module for commands in GROUPS.values() for name, module in commands.items()}


class Root(HelpfulGroup):
    """`axium`: every command is a stub until it is named."""

    plugins: PluginCommands | None = None

    def list_commands(self, ctx: Context) -> list[str]:
        """The names, without importing a module or a plugin."""
        return [*MODULES, *(self.plugins.names() if self.plugins else ())]

    def get_command(self, ctx: Context, cmd_name: str) -> "Command | None":
        """The command of this name, from its own module, or what stands for a plugin's."""
        if cmd_name not in self.commands:
            command = self._found(cmd_name)
            if command is not None:
                self.add_command(command, cmd_name)
        return super().get_command(ctx, cmd_name)

    def resolve_command(
        self, ctx: Context, args: list[str]
    ) -> "tuple[str | None, Command | None, list[str]]":
        """The command that `args` name, also that of a plugin which is new."""
        if self.plugins and self.get_command(ctx, args[0]) is None and _has_new_plugins():
            self.plugins.forget()
        return super().resolve_command(ctx, args)

    def _found(self, name: str) -> "Command | None":
        if name in MODULES:
            command = get_command(import_module(f"axium.cli.{MODULES[name]}").app)
            command.name = name
            return command
        return self.plugins.command(name) if self.plugins else None

    def get_help(self, ctx: Context) -> str:
        """Every command, as `axium help` shows them."""
        return every_command(environ()).rstrip("\n")


def root(plugins: PluginCommands | None = None) -> Root:
    """The whole command line, nothing of it loaded; with the commands of plugins, or without."""
    group = Root(
        name="axium",
        help="Every terminal pane knows its environment; every wrapped command is held to it.",
        rich_markup_mode=None,
        suggest_commands=False,
        context_settings={"help_option_names": HELP_OPTIONS},
    )
    group.plugins = plugins
    add_verbose(group)
    group.params.append(
        TyperOption(
            param_decls=["--version"],
            is_flag=True,
            is_eager=True,
            expose_value=False,
            callback=_print_version,
            help="Print the version.",
        )
    )
    return group


def root_context(group: HelpfulGroup | None = None) -> Context:
    """The whole command line as what was typed, so far nothing."""
    return Context(group or root(), info_name="axium", help_option_names=HELP_OPTIONS)


def _has_new_plugins() -> bool:
    # Only here: whoever typed what there is pays for none of it.
    from axium.cli.new_plugins import loaded

    return loaded(home_of(environ()))


def _print_version(context: Context, _param: "Parameter", value: Any) -> None:
    if value:
        line(f"axium {__version__}")
        context.exit()


def main(argv: list[str], loader: Callable[[], Loader]) -> None:
    """Run the command line; does not return. `loader` is asked for where a plugin is to be run."""
    _prepare_streams()
    plugins = PluginCommands(home_of(environ()), loader)
    sys.exit(_delivered(_code(argv or ["help"], plugins, lambda: root(plugins))))


class Gear(Protocol):
    """The gear whose commands are all that this process has."""

    name: str

    def load(self) -> TyperGroup:
        """Its commands, loaded now. Whatever its own code raises."""

    def told(self, error: BaseException) -> tuple[str, str]:
        """What there is to tell of an error of its code: in a line, and the traceback."""


def main_of_gear(argv: list[str], gear: Gear) -> None:
    """Run a command of a gear's, in a process that is confined to it; does not return."""
    _prepare_streams()
    sys.argv = ["axium", *argv]
    sys.exit(_delivered(_code(argv, _Alone(gear), lambda: _root_of(gear, argv))))


class _Alone:
    """As `PluginCommands`, of one gear."""

    kind = "gear"

    def __init__(self, gear: Gear) -> None:
        self.running: str | None = gear.name
        self.told = gear.told


def _root_of(gear: Gear, argv: list[str]) -> HelpfulGroup:
    """The gear's commands as if they were all that there is. Failure where one is gone."""
    commands = dict(gear.load().commands)
    words = [word for word in argv if not word.startswith("-")]
    if words[:1] and words[0] not in commands:
        raise Failure(
            f"gear `{gear.name}` has no command `{words[0]}` any more",
            f"`axium gear reload {gear.name}` has it forgotten",
        )
    group = HelpfulGroup(
        name="axium",
        commands=commands,
        rich_markup_mode=None,
        context_settings={"help_option_names": HELP_OPTIONS},
    )
    add_verbose(group)
    return group


class _Talk(FileIO):
    """What stderr leads to; talk that a full disk does not take is dropped."""

    def write(self, data: "ReadableBuffer", /) -> int:
        """Write it, or drop it."""
        try:
            return super().write(data)
        except OSError:
            return memoryview(data).nbytes


def _prepare_streams() -> None:
    """Have a stdout and a stderr that take any text, whatever the locale.

    Where the caller closed them, or the disk is full, data fails and talk is dropped.
    """
    if sys.stdout is None:
        sys.stdout = open(os.open(os.devnull, os.O_RDONLY), "w")  # noqa: SIM115 (it stays open)
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w")  # noqa: SIM115 (it stays open)
    elif isinstance(sys.stderr, TextIOWrapper) and sys.stderr.fileno() == 2:
        talk = BufferedWriter(_Talk(2, "w", closefd=False))
        sys.stderr = TextIOWrapper(talk, line_buffering=True)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="surrogateescape")


def _delivered(code: int) -> int:
    """The exit code, once all data is written; 2 where it can't be."""
    try:
        sys.stdout.flush()
    except OSError as error:
        sys.stdout = open(os.devnull, "w")  # noqa: SIM115 (Python flushes it once more)
        failure(f"what was to be printed is lost: {error.strerror}")
        return 2
    return code


def _code(
    argv: list[str], plugins: PluginCommands | _Alone, made: Callable[[], HelpfulGroup]
) -> int:
    try:
        commands = made()
        done = commands.main(args=argv, prog_name="axium", standalone_mode=False)
    except Failure as failed:
        failure(str(failed), failed.hint)
        return failed.code
    except (UnknownCommand, typer.TyperException) as mistake:
        _tell(mistake, commands, argv)
        return 1
    except typer.Abort:
        failure("given up")
        return 1
    except SystemExit as left:
        if plugins.running is not None:
            return _code_of(left)
        # So says `ensure_axium_config`, published for plugins, that the home cannot be made.
        failure(str(left).removeprefix("✗ "))
        return 2
    except Exception as error:  # noqa: BLE001 (the command line's root; it is told)
        _tell_error(error, plugins)
        return 2
    note_run(commands, argv)
    return done if isinstance(done, int) else 0


def _code_of(left: SystemExit) -> int:
    """What Python makes of `sys.exit`, called by a plugin."""
    if left.code is None or isinstance(left.code, int):
        return (left.code or 0) & 0xFF
    failure(str(left.code))
    return 1


def _tell_error(error: Exception, plugins: PluginCommands | _Alone) -> None:
    if plugins.running is not None:
        text, trace = plugins.told(error)
        failure(f"{plugins.kind} `{plugins.running}` failed: {text}")
        if os.environ.get("AXIUM_DEBUG") == "1":
            sys.stderr.write("".join([escaped(row) + "\n" for row in trace.splitlines()]))
    elif isinstance(error, OSError):
        failure(reason(error))
    else:
        import traceback  # 3 ms, for what should never happen

        failure("axium itself failed; this is a fault of its own")
        traceback.print_exception(error)


def _tell(
    mistake: UnknownCommand | typer.TyperException, whole: HelpfulGroup, argv: list[str]
) -> None:
    # Only here: whoever typed what there is pays for none of the suggestions.
    from axium.cli.mistakes import tell_misuse, tell_unknown

    if isinstance(mistake, UnknownCommand):
        tell_unknown(mistake)
    else:
        tell_misuse(mistake, root_context(whole), argv)
