"""Hiding what looks like a secret in a command line that is to be logged."""

import re

MASK = "***"

MOST_LETTERS = 600
"""Of a command line that are looked at, and shown."""

_NAMED = (
    r"(?P<name>[\w.-]{0,40}(?:passw|pwd|secret|token|cred|auth|api[-_]?key)[\w.-]{0,40})"
    r"(?P<sign>\s*[=:]\s*|\s+)(?P<value>(?:(?:bearer|basic)\s+)?(?:'[^']*'|\"[^\"]*\"|\S+))"
)
"""Compiled, by `re` itself, when there is a command line to look at."""


def masked(command: str) -> str:
    """The begin of a command line with `***` for each value after a word that names a secret."""
    if len(command) > MOST_LETTERS:
        command = command[: MOST_LETTERS - 1] + "…"
    return re.sub(_NAMED, _hidden, command, flags=re.IGNORECASE)


def _hidden(found: re.Match[str]) -> str:
    return found["name"] + found["sign"] + MASK
