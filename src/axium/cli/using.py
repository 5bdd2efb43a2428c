"""Noting which command was run, so that the palette shows first what is used most."""

import sys
from typing import TYPE_CHECKING

from axium.core.cli import HelpfulGroup
from axium.thin.paths import environ, home_of
from axium.thin.usage import NOTED, note

if TYPE_CHECKING:
    from collections.abc import Iterable

    from typer._click import Command

HELPS = {"-h", "--help"}
LAST = {"uninstall"}
"""What leaves nothing behind, nor a note of itself."""


def note_run(root: HelpfulGroup, argv: list[str]) -> None:
    """Note the command that `argv` has run, unless whoever started us has; never fails."""
    if NOTED in sys._xoptions or HELPS & {*argv}:  # noqa: SLF001 (documented so)
        return
    name = " ".join(_names(root, argv))
    if name and name not in LAST:
        note(home_of(environ()), environ(), name)


def _names(group: "Command", argv: list[str]) -> "Iterable[str]":
    """The words of `argv` that name the command, which is loaded by now."""
    for word in argv:
        if not isinstance(group, HelpfulGroup):
            return
        found = group.commands.get(word)
        if found is not None:
            yield word
            group = found
        elif not word.startswith("-"):
            return
