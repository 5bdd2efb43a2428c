"""What every command of the command line shares: `-v` anywhere, and help for who mistyped."""

import runpy
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from typer._click.core import Context
from typer._click.globals import get_current_context
from typer.core import TyperCommand, TyperGroup, TyperOption

from axium.model.suggest import nearest

if TYPE_CHECKING:
    from typer._click import Command, Parameter

VERBOSE = "axium.verbose"
HELP_OPTIONS = ["-h", "--help"]


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

    def get_command(self, ctx: Context, cmd_name: str) -> "Command | None":
        """The command of this name, with `-v` among its options unless it has its own."""
        command = super().get_command(ctx, cmd_name)
        if command is not None:
            add_verbose(command)
        return command

    def resolve_command(
        self, ctx: Context, args: list[str]
    ) -> "tuple[str | None, Command | None, list[str]]":
        """The command that `args` name, and the arguments after it."""
        command = self.get_command(ctx, args[0])
        if command is not None:
            return args[0], command, args[1:]
        raise UnknownCommand(ctx, args)


class HelpfulCommand(TyperCommand):
    """A command whose usage names its arguments as its help does."""

    def collect_usage_pieces(self, ctx: Context) -> list[str]:
        """`NAME`, where Typer writes `{NAME}`; and `[ARGS]...` where more may follow."""
        pieces = super().collect_usage_pieces(ctx)
        pieces = [piece.removeprefix("{").removesuffix("}") for piece in pieces]
        return [*pieces, "[ARGS]..."] if self.context_settings.get("allow_extra_args") else pieces


class UnknownCommand(Exception):
    """A group has no command of the first of the words that were typed."""

    def __init__(self, context: Context, typed: Sequence[str]) -> None:
        super().__init__(f"unknown command `{context.command_path} {typed[0]}`")
        self.context = context
        self.typed = typed
        near = " ".join(_nearest(context, typed))
        self.hint = f"did you mean `{context.command_path} {near}`?" if near else ""


def _nearest(context: Context, typed: Sequence[str]) -> Iterator[str]:
    """The words of the command that was most likely meant: `env set` for `evn sett prod`."""
    group = context.command
    if not isinstance(group, HelpfulGroup) or not typed:
        return
    for name in nearest(typed[0], group.list_commands(context), 1):
        yield name
        found = group.get_command(context, name)
        if found is not None:
            yield from _nearest(Context(found, parent=context, info_name=name), typed[1:])


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


def _remember(context: Context, _param: "Parameter", value: Any) -> Any:
    if value:
        context.meta[VERBOSE] = True
    return value
