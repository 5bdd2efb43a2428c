"""`axium ipc`: help for the raw verb, which the fast table answers."""

from typing import Annotated

import typer

from axium.cli.options import group
from axium.thin.ipc import send

app = group("Send one raw line to the daemon.")


@app.command(hidden=True)
def ipc(line: Annotated[str, typer.Argument(metavar="LINE", help="text verb or JSON")]) -> None:
    """Send one raw line to the daemon and print its answer; starts nothing."""
    raise typer.Exit(send(line))
