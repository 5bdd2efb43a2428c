"""The options that several commands share, and how their groups are made."""

from typing import Annotated

import typer

from axium.core.cli import HelpfulGroup

Json = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]
Pane = Annotated[
    str | None,
    typer.Option("--pane", metavar="ID", help="A tmux pane such as %3; default: this one."),
]

# A command whose arguments belong to another program: nothing after its first word is ours.
FOREIGN_ARGUMENTS = {
    "allow_extra_args": True,
    "ignore_unknown_options": True,
    "allow_interspersed_args": False,
}


def group(help: str) -> typer.Typer:  # noqa: A002 (Typer's own name)
    """A group of commands, without what costs at start-up or prints what is not ours."""
    return typer.Typer(
        cls=HelpfulGroup,
        help=help,
        add_completion=False,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
    )
