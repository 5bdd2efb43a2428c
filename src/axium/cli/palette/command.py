"""`axium palette` as the command line knows it: its help, and what to say of a mistyped option."""

from typing import Annotated

import typer

from axium.cli.options import group
from axium.cli.palette.app import main

app = group("Find a command by a few letters, and run it.")

Reload = Annotated[
    bool, typer.Option("--reload", help="Have the daemon load plugins and commands anew first.")
]


@app.command()
def palette(*, reload: Reload = False) -> None:
    """Find a command by a few letters; fill in what it wants, and run it."""
    raise typer.Exit(main(["--reload"] * reload) or 0)
