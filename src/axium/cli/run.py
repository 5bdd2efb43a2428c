"""`axium run` where neither tables nor a daemon can be had: the user's files decide."""

from typing import Annotated

import typer

from axium.cli.options import FOREIGN_ARGUMENTS, REST, group
from axium.thin import run as thin
from axium.thin.launch import launch
from axium.thin.paths import environ

app = group("Run a command as the rules of this pane say.")

Command = Annotated[
    str,
    typer.Argument(metavar="COMMAND", click_type=REST, help="A program, and its arguments."),
]


@app.command(context_settings=FOREIGN_ARGUMENTS)
def run(context: typer.Context, command: Command) -> None:
    """Run a command as the rules of this pane say; the process is replaced."""
    typed = [command, *context.args]
    around = environ()
    code = _by_daemon(typed, around)
    if code is None:
        from axium.cli.files import plan

        table = plan(typed, around)
        code = launch(table, table.env, typed, around)
    raise typer.Exit(code)


def _by_daemon(typed: list[str], around: dict[str, str]) -> int | None:
    """A first run makes the config home and starts the daemon, which then knows."""
    from axium.core.bootstrap import ensure_axium_config

    if around.get("AXIUM_NO_AUTOSTART") == "1" or not ensure_axium_config():
        return None
    return thin.run(typed, around)
