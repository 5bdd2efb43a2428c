"""Which versions of axium a gear is written for: `>=0.1,<1`."""

import re
from collections.abc import Callable

Version = tuple[int, ...]

_CLAUSE = re.compile(r"(?P<sign>>=|<=|==|!=|>|<)\s*(?P<version>[0-9]+(?:\.[0-9]+){0,3})")
_NUMBERS = re.compile(r"[0-9]+(?:\.[0-9]+)*")
_LONGEST = 100

_HOLDS: dict[str, Callable[[Version, Version], bool]] = {
    ">=": lambda version, said: version >= said,
    "<=": lambda version, said: version <= said,
    "==": lambda version, said: version == said,
    "!=": lambda version, said: version != said,
    ">": lambda version, said: version > said,
    "<": lambda version, said: version < said,
}


def range_fault(text: str) -> str | None:
    """Why a text is no range of versions; None where it is one."""
    if len(text) <= _LONGEST and all(map(_CLAUSE.fullmatch, _clauses(text))):
        return None
    return f"`{text[:_LONGEST]}` is no range of versions, such as `>=0.1,<1`"


def is_in_range(version: str, text: str) -> bool:
    """Whether a version is one of a range, by its numbers: `0.2rc1` counts as 0.2.

    ValueError where the range is none.
    """
    if fault := range_fault(text):
        raise ValueError(fault)
    found = (_CLAUSE.fullmatch(clause) for clause in _clauses(text))
    said = [(match["sign"], _numbers(match["version"])) for match in found if match]
    return all([_HOLDS[sign](_numbers(version), wanted) for sign, wanted in said])


def _clauses(text: str) -> list[str]:
    return [clause.strip() for clause in text.split(",")]


def _numbers(version: str) -> Version:
    """Without the zeros at its end: 1.0 is 1."""
    match = _NUMBERS.match(version)
    found = [int(number) for number in match[0].split(".")] if match else []
    while found and not found[-1]:
        found.pop()
    return tuple(found)
