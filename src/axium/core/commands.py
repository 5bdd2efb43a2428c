"""The catalogue's records of a tree of commands, the core's own or a plugin's."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from typer._click.core import Context
from typer._click.types import StringParamType
from typer.core import TyperGroup
from typer.models import TyperPath

if TYPE_CHECKING:
    from typer._click import Command, Parameter

WHOLE = 10_000
"""Characters of a command's first sentence: all of them."""


class Kind(StringParamType):
    """A word for which completion has something to offer; `kind` is its word in the catalogue."""

    def __init__(self, kind: str) -> None:
        self.kind = kind


def walk(context: Context, group: TyperGroup) -> "Iterator[tuple[str, Command]]":
    """Every command that is not hidden, by its whole name."""
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if command is None or command.hidden:
            continue
        if not isinstance(command, TyperGroup):
            yield name, command
            continue
        if command.invoke_without_command:
            yield name, command
        yield from ((f"{name} {rest}", found) for rest, found in walk(context, command))


def record(context: Context, name: str, section: str, command: "Command") -> str:
    """The line of one command, whose name is whole."""
    words = " ".join(_words(Context(command, parent=context)))
    help_line = " ".join(command.get_short_help_str(limit=WHOLE).split())
    return f"{name}\t{section}\t{help_line}\t{words}"


def _words(context: Context) -> Iterator[str]:
    """A command's arguments in their order, then its options, as completion has to know them."""
    params = context.command.get_params(context)
    for param in params:
        if param.param_type_name == "argument":
            yield _kind(param) + _mark(param)
    for param in params:
        if param.param_type_name == "option" and not getattr(param, "hidden", False):
            value = "" if getattr(param, "is_flag", False) else f"={_kind(param)}"
            # Click keeps the names of the help option in a set, which has no order.
            *short, name = sorted(param.opts, key=len)
            yield from (other + value for other in short)
            yield name + value + ("!" if param.required else "")


def _mark(param: "Parameter") -> str:
    """How often an argument may be there; empty for once."""
    if param.nargs == -1:
        return "*!" if param.required else "*"
    return "" if param.required else "?"


def _kind(param: "Parameter") -> str:
    if isinstance(param.type, Kind):
        return param.type.kind
    if isinstance(param.type, TyperPath):
        return "path"
    choices = getattr(param.type, "choices", ())
    return _choice([str(getattr(one, "value", one)) for one in choices]) if choices else "text"


def _choice(words: list[str]) -> str:
    """The words to choose from, where all of them can stand in a record."""
    if any(set(word) & set(" \t\n,{}") or not word.isprintable() for word in words):
        return "text"
    return "{" + ",".join(words) + "}"
