"""The words of a command that a plugin asks for, and what is executed for it."""

import os
import shlex
from collections.abc import Callable, Sequence

from axium.model.names import text_fault
from axium.model.permissions import Effective
from axium.wire.errors import Refusal

SHELL = "/bin/sh"

LONGEST_STRING = 32 * 1024
LONGEST_ARGV = 1 << 20
"""Letters of a command; the kernel takes little more, and all of it is looked at."""


def argv_of(
    command: str | Sequence[str],
    words: list[str],
    rights: Effective | None,
    cwd: str,
    file_of: Callable[[str], str | None],
) -> list[str]:
    """What is executed. Under a list of programs there is no shell, and `file_of` finds them."""
    is_free = rights is None or rights.exec is True
    if is_free and isinstance(command, str):
        return [SHELL, "-c", command]
    program, *others = words
    if not is_free:
        return [file_of(program) or program, *others]
    return [os.path.join(cwd, program) if "/" in program else program, *others]


def words_of(command: str | Sequence[str]) -> list[str]:
    """The words of a command, as a shell would split it; none where it would not.

    Refusal `invalid`, `too_large` of what can't be run at all.
    """
    most = LONGEST_STRING if isinstance(command, str) else LONGEST_ARGV
    found = len(command) if isinstance(command, str) else sum(map(len, command))
    if found > most:
        raise Refusal("too_large", f"field `command`: {most} letters at most, found {found}")
    if fault := text_fault(shown_as(command)):
        raise Refusal("invalid", f"field `command`: {fault}")
    if not isinstance(command, str):
        words = list(command)
    else:
        try:
            words = shlex.split(command)
        except ValueError:  # a quote that is not closed; the shell will say so
            words = []
    if not shown_as(command).strip() or words[:1] == [""]:
        raise Refusal("invalid", "field `command`: it is empty")
    return words


def shown_as(command: str | Sequence[str]) -> str:
    """A command on one line."""
    return command if isinstance(command, str) else shlex.join(command)
