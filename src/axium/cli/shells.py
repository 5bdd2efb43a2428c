"""Naming a shell on the command line: the option, and what is said of one that is not known."""

from typing import Annotated

import typer

from axium.cli import show
from axium.cli.options import one_of
from axium.model.suggest import did_you_mean
from axium.thin.completions import SHELLS

Shell = Annotated[
    str | None,
    typer.Option("--shell", metavar="SHELL", click_type=one_of(*SHELLS), help="bash, zsh or fish."),
]


def check_shell(shell: str, what: str) -> None:
    """Failure for one that there is no `what` for."""
    if shell in SHELLS:
        return
    known = ", ".join(f"`{name}`" for name in SHELLS)
    raise show.Failure(
        f"no {what} for the shell `{shell}`", did_you_mean(shell, SHELLS) or f"one of {known}"
    )
