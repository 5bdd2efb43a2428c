"""`axium help COMMAND`: what one command takes. All of them are told by the fast table."""

from typing import Annotated

import typer
from typer._click.core import Context

from axium.cli import show
from axium.cli.app import Root, root_context
from axium.cli.options import COMMAND, Json, group
from axium.core.cli import HelpfulGroup, UnknownCommand
from axium.thin import help as thin
from axium.thin.paths import environ

app = group("Show every command, or what one takes.")

Command = Annotated[
    list[str] | None,
    typer.Argument(metavar="[COMMAND]", click_type=COMMAND, help="Such as `env set`."),
]


@app.command()
def help(  # noqa: A001 (its name)
    around: typer.Context, command: Command = None, *, json: Json = False
) -> None:
    """Show every command, or what one takes."""
    whole = around.find_root().command
    assert isinstance(whole, Root)
    context = context_of(command or [], whole)
    if json:
        show.exactly(thin.document(thin.sections(environ(), " ".join(command or []))))
        return
    show.lines(context.get_help() + "\n")


def context_of(words: list[str], whole: Root | None = None) -> Context:
    """Of the command that `words` name, in the core without `whole`. UnknownCommand."""
    context = root_context(whole)
    for position, word in enumerate(words):
        command = context.command
        if not isinstance(command, HelpfulGroup):
            raise show.Failure(f"`{context.command_path}` has no commands of its own")
        found = command.get_command(context, word)
        if found is None:
            raise UnknownCommand(context, words[position:])
        context = Context(found, parent=context, info_name=word)
    return context
