"""What every command of the command line shares: `-v` anywhere, and help for who mistyped."""

import runpy
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from typer._click.globals import get_current_context
from typer.core import TyperGroup, TyperOption

from axium.model.suggest import nearest

if TYPE_CHECKING:
    from typer._click import Command, Context, Parameter

VERBOSE = "axium.verbose"


def main() -> None:
    """Run the command line on `sys.argv`, as the program `axium` does; does not return."""
    # By name: the command line stands on this module, which therefore cannot import it.
    runpy.run_module("axium", run_name="__main__", alter_sys=True)


def is_verbose() -> bool:
    """Whether `-v` was typed, before or after the command."""
    context = get_current_context(silent=True)
    return bool(context is not None and context.meta.get(VERBOSE))


class HelpfulGroup(TyperGroup):
    """A group that names the nearest command for a mistyped one and shows its help."""

    def get_command(self, ctx: "Context", cmd_name: str) -> "Command | None":
        """The command of this name, with `-v` among its options unless it has its own."""
        command = super().get_command(ctx, cmd_name)
        if command is not None:
            add_verbose(command)
        return command

    def resolve_command(
        self, ctx: "Context", args: list[str]
    ) -> "tuple[str | None, Command | None, list[str]]":
        """The command that `args` name, and the arguments after it."""
        command = self.get_command(ctx, args[0])
        if command is not None:
            return args[0], command, args[1:]
        raise UnknownCommand(ctx, args[0], self.list_commands(ctx))


class UnknownCommand(Exception):
    """A group has no command of this name."""

    def __init__(self, context: "Context", name: str, known: Sequence[str]) -> None:
        super().__init__(f"unknown command `{context.command_path} {name}`")
        self.context = context
        near = nearest(name, known, 1)
        self.hint = f"did you mean `{context.command_path} {near[0]}`?" if near else ""


def add_verbose(command: "Command") -> None:
    """Let `-v` stand after this command too."""
    taken = {option for param in command.params for option in param.opts}
    if taken & {"-v", "--verbose"}:
        return
    command.params.append(
        TyperOption(
            param_decls=["-v", "--verbose"],
            is_flag=True,
            default=False,
            expose_value=False,
            callback=_remember,
            help="Confirm what was done.",
        )
    )


def _remember(context: "Context", _param: "Parameter", value: Any) -> Any:
    if value:
        context.meta[VERBOSE] = True
    return value
