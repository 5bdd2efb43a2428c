"""Hiding what looks like a secret in a command line that is to be logged."""

import re

MASK = "***"

MOST_LETTERS = 600
"""Of a command line that are looked at, and shown."""

_NAMED = re.compile(
    r"(?P<name>[\w.-]{0,40}(?:passw|pwd|secret|token|cred|auth|api[-_]?key)[\w.-]{0,40})"
    r"(?P<sign>\s*[=:]\s*|\s+)(?P<value>(?:(?:bearer|basic)\s+)?(?:'[^']*'|\"[^\"]*\"|\S+))",
    re.IGNORECASE,
)


def masked(command: str) -> str:
    """The begin of a command line with `***` for each value after a word that names a secret."""
    if len(command) > MOST_LETTERS:
        command = command[: MOST_LETTERS - 1] + "…"
    return _NAMED.sub(lambda found: found["name"] + found["sign"] + MASK, command)
