"""A yes, from whoever sits at the terminal; nobody else can give one by chance."""

import os
import sys
import termios

from axium.cli.gear_screen import Line, screen
from axium.cli.show import Failure, is_coloured
from axium.core.cli import is_verbose
from axium.core.gear_installing import Proposal

YES = frozenset({"y", "yes"})

FALLBACK = 80
"""Columns."""


def given(proposal: Proposal, *, question: str, yes: bool) -> None:
    """Show what a gear may do, and ask. Failure where the answer is not yes.

    With `yes` nobody is asked, and it is shown for `-v` alone.
    """
    if yes:
        if is_verbose():
            _show(proposal)
        return
    if not _is_answered():
        hint = "look with `--dry-run` or `axium gear perms-show`; `-y` says yes"
        raise Failure(f"`{proposal.name}` needs a yes, and there is no terminal to ask at", hint)
    _show(proposal)
    if not _asked(question):
        raise Failure(f"`{proposal.name}` is not approved", "nothing was changed")


def confirmed(question: str) -> bool:
    """Whether whoever sits there says yes; no, where nobody does."""
    return _is_answered() and _asked(question)


def columns() -> int:
    """How wide the terminal is, to which talk goes."""
    try:
        return os.get_terminal_size(2).columns or FALLBACK
    except OSError:
        return FALLBACK


def drawn(lines: list[Line], *, in_colour: bool) -> str:
    """The screen as text."""
    return "".join([line.drawn(in_colour=in_colour).rstrip() + "\n" for line in lines])


def _show(proposal: Proposal) -> None:
    sys.stderr.write(drawn(screen(proposal, columns()), in_colour=is_coloured(sys.stderr)))


def _is_answered() -> bool:
    return sys.stdin is not None and sys.stdin.isatty() and sys.stderr.isatty()


def _asked(question: str) -> bool:
    # What was typed, or pasted, before the question was there is no answer to it.
    termios.tcflush(sys.stdin.fileno(), termios.TCIFLUSH)
    sys.stderr.write(f"\n{question} [y/N] ")
    sys.stderr.flush()
    return sys.stdin.readline().strip().lower() in YES
