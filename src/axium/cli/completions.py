"""`axium completions`: what completion knows, and where shells find it."""

from typing import Annotated

import typer

from axium.cli import show
from axium.cli.options import COMMAND, Json, group, one_of
from axium.core import completions
from axium.model.suggest import did_you_mean
from axium.thin import completions as thin
from axium.thin.paths import environ, home_of

app = group("See and install the completion of shells.")

Shell = Annotated[
    str | None,
    typer.Option("--shell", metavar="SHELL", click_type=one_of(*thin.SHELLS), help="Its shell."),
]
Prefix = Annotated[
    list[str] | None,
    typer.Argument(metavar="[PREFIX]", click_type=COMMAND, help="How they begin."),
]


@app.command("list")
def list_(prefix: Prefix = None, *, shell: Shell = None, json: Json = False) -> None:
    """Show every command by its whole name, one a line."""
    _check(shell)
    thin.show(" ".join(prefix or []), json=json)


@app.command()
def refresh() -> None:
    """Write anew what completion reads."""
    completions.write(home_of(environ()))
    show.confirm("completion knows every command")


def _check(shell: str | None) -> None:
    if shell is not None and shell not in thin.SHELLS:
        known = ", ".join(f"`{name}`" for name in thin.SHELLS)
        raise show.Failure(
            f"no completion for the shell `{shell}`",
            did_you_mean(shell, thin.SHELLS) or f"one of {known}",
        )
