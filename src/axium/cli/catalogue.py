"""The catalogue's records, made from the command line itself."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from typer._click.core import Context

from axium.cli.app import GROUPS, root, root_context
from axium.cli.options import Kind
from axium.core.cli import HelpfulGroup

if TYPE_CHECKING:
    from typer._click import Command, Parameter

WHOLE = 10_000
"""Characters of a command's first sentence: all of them."""


def records() -> list[str]:
    """Every command of the core as `thin.catalogue` reads it, section by section."""
    context = root_context()
    found = list(_walk(context, root()))
    return [
        "\t".join(
            (
                name,
                title,
                command.get_short_help_str(limit=WHOLE),
                " ".join(_words(Context(command, parent=context))),
            )
        )
        for title, heads in GROUPS.items()
        for name, command in found
        if name.split()[0] in heads
    ]


def _walk(context: Context, group: HelpfulGroup) -> "Iterator[tuple[str, Command]]":
    """Every command that is not hidden, by its whole name."""
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if command is None or command.hidden:
            continue
        if not isinstance(command, HelpfulGroup):
            yield name, command
            continue
        if command.invoke_without_command:
            yield name, command
        yield from ((f"{name} {rest}", found) for rest, found in _walk(context, command))


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
    return param.type.kind if isinstance(param.type, Kind) else "text"
