"""The root of the command line: which module has which command, and how a failure ends."""

import os
import sys
from importlib import import_module
from io import BufferedWriter, FileIO, TextIOWrapper
from typing import TYPE_CHECKING, Any

import typer
from typer._click.core import Context
from typer.core import TyperOption
from typer.main import get_command

from axium import __version__
from axium.cli.show import Failure, failure, line
from axium.cli.using import note_run
from axium.core.cli import HELP_OPTIONS, HelpfulGroup, UnknownCommand, add_verbose
from axium.thin.help import text as every_command
from axium.thin.paths import environ
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
    "plugins": {"perms": "perms"},
    "daemon and system": {
        "daemon": "daemon",
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

    def list_commands(self, ctx: Context) -> list[str]:
        """The names, without importing a module."""
        return list(MODULES)

    def get_command(self, ctx: Context, cmd_name: str) -> "Command | None":
        """The command of this name, from its own module."""
        if cmd_name not in self.commands and cmd_name in MODULES:
            command = get_command(import_module(f"axium.cli.{MODULES[cmd_name]}").app)
            command.name = cmd_name
            self.add_command(command)
        return super().get_command(ctx, cmd_name)

    def get_help(self, ctx: Context) -> str:
        """Every command, as `axium help` shows them."""
        return every_command(environ()).rstrip("\n")


def root() -> Root:
    """The whole command line, nothing of it loaded."""
    group = Root(
        name="axium",
        help="Every terminal pane knows its environment; every wrapped command is held to it.",
        rich_markup_mode=None,
        suggest_commands=False,
        context_settings={"help_option_names": HELP_OPTIONS},
    )
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


def root_context() -> Context:
    """The whole command line as what was typed, so far nothing."""
    return Context(root(), info_name="axium", help_option_names=HELP_OPTIONS)


def _print_version(context: Context, _param: "Parameter", value: Any) -> None:
    if value:
        line(f"axium {__version__}")
        context.exit()


def main(argv: list[str]) -> None:
    """Run the command line; does not return."""
    _prepare_streams()
    sys.exit(_delivered(_code(argv or ["help"])))


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


def _code(argv: list[str]) -> int:
    commands = root()
    try:
        done = commands.main(args=argv, prog_name="axium", standalone_mode=False)
    except Failure as failed:
        failure(str(failed), failed.hint)
        return failed.code
    except (UnknownCommand, typer.TyperException) as mistake:
        _tell(mistake, argv)
        return 1
    except OSError as error:
        failure(reason(error))
        return 2
    except SystemExit as refused:
        # So says `ensure_axium_config`, published for plugins, that the home cannot be made.
        failure(str(refused).removeprefix("✗ "))
        return 2
    except Exception:  # noqa: BLE001 (the command line's root, where it is shown with its trace)
        import traceback  # 3 ms, for what should never happen

        failure("axium itself failed; this is a fault of its own")
        traceback.print_exc()
        return 2
    note_run(commands, argv)
    return done if isinstance(done, int) else 0


def _tell(mistake: UnknownCommand | typer.TyperException, argv: list[str]) -> None:
    # Only here: whoever typed what there is pays for none of the suggestions.
    from axium.cli.mistakes import tell_misuse, tell_unknown

    if isinstance(mistake, UnknownCommand):
        tell_unknown(mistake)
    else:
        tell_misuse(mistake, root_context(), argv)
