"""The options that several commands share, and how their groups are made."""

from typing import Annotated, Any

import typer

from axium.core.cli import HelpfulCommand, HelpfulGroup
from axium.core.commands import Kind

ENV = Kind("env")
PANE = Kind("pane")
WRAPPED = Kind("wrapped")
WRAPPABLE = Kind("wrappable")
COMMAND = Kind("command")
REST = Kind("rest")
KEY = Kind("key")
PATH = Kind("path")
SPOKE = Kind("spoke")
GEAR = Kind("gear")
LINK = Kind("link")
METHOD = Kind("method")


def one_of(*words: str) -> Kind:
    """A choice of few words, for completion; who takes the word says what is wrong with it."""
    return Kind("{" + ",".join(words) + "}")


Json = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]
DryRun = Annotated[
    bool, typer.Option("-n", "--dry-run", help="Say what would be done, and do nothing.")
]
Pane = Annotated[
    str | None,
    typer.Option(
        "--pane", metavar="ID", click_type=PANE, help="A tmux pane such as %3; default: this one."
    ),
]

# Of those that make and install plugins.
NewName = Annotated[str, typer.Argument(metavar="NAME", help="What it will be called.")]
Source = Annotated[
    str,
    typer.Argument(
        metavar="SOURCE", click_type=PATH, help="A directory, a git URL, or a name of an index."
    ),
]
Description = Annotated[
    str | None, typer.Option("-d", "--description", help="What it is for, in one line.")
]
Version = Annotated[str, typer.Option("--version", help="Its version.")]
NoInteractive = Annotated[bool, typer.Option("--no-interactive", help="Ask nothing.")]
As = Annotated[str | None, typer.Option("-n", "--name", help="Install it under this name.")]

# A command whose arguments belong to another program: nothing after its first word is ours.
FOREIGN_ARGUMENTS = {"allow_extra_args": True, "allow_interspersed_args": False}


class Commands(typer.Typer):
    """A group that makes each of its commands a `HelpfulCommand`."""

    def command(self, name: str | None = None, **settings: Any) -> Any:
        """As Typer's own."""
        return super().command(name, **{"cls": HelpfulCommand, **settings})


def group(help: str) -> typer.Typer:  # noqa: A002 (Typer's own name)
    """A group of commands, without what costs at start-up or prints what is not ours."""
    return Commands(
        cls=HelpfulGroup,
        help=help,
        add_completion=False,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
    )
