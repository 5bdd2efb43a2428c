"""What is said of a command line that was mistyped: the error, what was meant, the whole help."""

import os
import shlex
import sys
from collections.abc import Iterator, Sequence

import typer
from typer._click.core import Context
from typer._click.exceptions import NoSuchOption

from axium.cli import known
from axium.cli.show import escaped, failure
from axium.core.cli import HelpfulGroup, UnknownCommand
from axium.model.suggest import nearest
from axium.thin.catalogue import catalogue
from axium.thin.paths import Home, environ, home_of

SURPLUS = "got unexpected extra argument(s) ("
"""How Click begins to name them."""

NO_NUMBER = (" is not a valid int range", " is not a valid integer")
TOO_SMALL = " is not in the range x>="

MOST_NAMED = 5
"""Commands of a plugin that are named in a hint."""


def tell_unknown(unknown: UnknownCommand) -> None:
    """There is no command of this name: what else it is, or the nearest name."""
    meant = "\n".join(_meanings(unknown.context, unknown.typed)) or unknown.hint
    failure(str(unknown), meant)
    _print_help(unknown.context)


def tell_misuse(misuse: typer.TyperException, whole: Context, typed: Sequence[str]) -> None:
    """A command was given what it does not take, or not what it needs."""
    # Click does not say where an option without its value stood.
    context = getattr(misuse, "ctx", None) or _reached(whole, typed)
    failure(_sentence(misuse), _hint(misuse, context))
    _print_help(context)


def _reached(context: Context, typed: Sequence[str]) -> Context:
    """The context of the innermost command that `typed` names."""
    group, words = context.command, [word for word in typed if not word.startswith("-")]
    found = (
        group.get_command(context, words[0]) if isinstance(group, HelpfulGroup) and words else None
    )
    if found is None:
        return context
    return _reached(Context(found, parent=context, info_name=words[0]), words[1:])


def _meanings(context: Context, typed: Sequence[str]) -> Iterator[str]:
    """A word may be no command of ours, but something that our commands take."""
    group, home = context.command_path.split()[1:], home_of(environ())
    words = shlex.join(typed)
    if group in ([], ["env"]) and typed[0] in known.environments(home):
        yield f"`{typed[0]}` is an environment: `axium env set {shlex.quote(typed[0])}`"
    if not group and typed[0] in known.wrapped(home):
        yield f"`{typed[0]}` is a wrapped command: `axium run {words}`"
    for kind in ("spoke", "gear"):
        is_there = os.path.isdir(f"{home.root}/{kind}s/{typed[0]}")
        if not group and is_there and "/" not in typed[0]:
            yield _of_plugin(kind, typed[0], home)


def _of_plugin(kind: str, name: str, home: Home) -> str:
    commands = [each.name for each in catalogue(home) if each.section == f"{kind}:{name}"]
    if not commands:
        return f"`{name}` is a {kind} that has no commands now: `axium {kind} list` tells how it is"
    named = ", ".join([f"`{each}`" for each in commands[:MOST_NAMED]])
    return f"`{name}` is a {kind} with {named}{', ...' if commands[MOST_NAMED:] else ''}"


def _sentence(misuse: typer.TyperException) -> str:
    """Click's words in ours: lower case, backticks, no final period."""
    if isinstance(misuse, NoSuchOption):
        return f"no such option `{misuse.option_name}`"
    text = misuse.format_message().rstrip(".")
    text = text[:1].lower() + text[1:]
    if text.startswith(SURPLUS):
        return f"too many arguments: `{text.removeprefix(SURPLUS).removesuffix(')')}`"
    return _of_numbers(text.replace("'", "`"))


def _of_numbers(text: str) -> str:
    """What Click says of a number that is none, or too small, in words for people."""
    for ending in NO_NUMBER:
        if text.endswith(ending):
            return text.removesuffix(ending) + " is no whole number"
    start, is_small, least = text.partition(TOO_SMALL)
    before, colon, number = start.rpartition(": ")
    return f"{before}{colon}`{number}` is less than {least}" if is_small else text


def _hint(misuse: typer.TyperException, context: Context) -> str | None:
    if not isinstance(misuse, NoSuchOption):
        return None
    names = [name for param in context.command.get_params(context) for name in param.opts]
    # Without the dashes, which every option has in common with every other.
    by_word = {name.lstrip("-"): name for name in names if name.startswith("-")}
    near = nearest(misuse.option_name.lstrip("-"), by_word, 1)
    return f"did you mean `{by_word[near[0]]}`?" if near else None


def _print_help(context: Context) -> None:
    shown = "\n".join([escaped(line) for line in context.get_help().split("\n")])
    sys.stderr.write(f"\n{shown}\n")
