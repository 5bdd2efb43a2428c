"""`axium run` where neither tables nor a daemon can be had: the user's files decide."""

import os
from collections.abc import Callable
from typing import Annotated

import typer
from typer._click.globals import get_current_context

from axium.cli.options import FOREIGN_ARGUMENTS, REST, group
from axium.core.cli import HelpfulGroup
from axium.thin import run as thin
from axium.thin.catalogue import is_of_plugin
from axium.thin.launch import launch
from axium.thin.paths import environ, home_of

app = group("Run a command as the rules of this pane say.")

Command = Annotated[
    str,
    typer.Argument(metavar="COMMAND", click_type=REST, help="A program, and its arguments."),
]


@app.command(context_settings=FOREIGN_ARGUMENTS)
def run(context: typer.Context, command: Command) -> None:
    """Run a command as the rules of this pane say; the process is replaced."""
    typed, around = [command, *context.args], environ()
    raise typer.Exit(become(typed, around, lambda: thin.run(typed, around)))


def become(typed: list[str], around: dict[str, str], fast: Callable[[], int | None]) -> int:
    """Become the command by `fast`, once a first run is over, else as the files say.

    A plugin's subcommand is run by the plugin, in this process.
    """
    if not thin.steps_aside(typed, around) and is_of_plugin(home_of(around), typed):
        return _run_by_plugin(typed, around)
    code = _by_daemon(around, fast)
    if code is not None:
        return code
    from axium.cli.files import plan

    table = plan(typed, around)
    return launch(table, table.env, typed, around)


def _run_by_plugin(typed: list[str], around: dict[str, str]) -> int:
    """As if `axium` stood before it."""
    root = get_current_context().find_root().command
    assert isinstance(root, HelpfulGroup)
    os.environ.update(around)  # `env exec` has other variables than this process began with
    done = root.main(args=typed, prog_name="axium", standalone_mode=False)
    return done if isinstance(done, int) else 0


def _by_daemon(around: dict[str, str], fast: Callable[[], int | None]) -> int | None:
    """A first run makes the config home and starts the daemon, which then knows."""
    from axium.core.bootstrap import ensure_axium_config

    if around.get("AXIUM_NO_AUTOSTART") == "1" or not ensure_axium_config():
        return None
    return fast()
