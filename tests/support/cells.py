"""A line of a captured screen as cells, each with the colours and attributes of its letter."""

from __future__ import annotations

import re
from typing import NamedTuple

_PIECES = re.compile(r"\x1b\[([0-9;]*)m|(.)")
_ON = {"1": "bold", "2": "dim", "4": "underscore", "7": "reverse"}
_OFF = {"22": {"bold", "dim"}, "24": {"underscore"}, "27": {"reverse"}}


class Cell(NamedTuple):
    """One character; colours are SGR parameters without the first, empty for the terminal's own."""

    letter: str
    color: str = ""
    ground: str = ""
    attributes: frozenset[str] = frozenset()


def cells(line: str) -> list[Cell]:
    """The cells of a line of `capture-pane -e`."""
    pen, made = Cell(""), []
    for parameters, letter in _PIECES.findall(line):
        if letter:
            made.append(pen._replace(letter=letter))
        else:
            pen = _turned(pen, parameters.split(";"))
    return made


def under(text: str, line: str) -> set[Cell]:
    """How the cells of `text` are shown, the first time that it stands in a line: one, if alike."""
    made = cells(line)
    start = "".join(cell.letter for cell in made).index(text)
    return {cell._replace(letter="") for cell in made[start : start + len(text)]}


def _turned(pen: Cell, parameters: list[str]) -> Cell:
    words = iter(parameters)
    for word in words:
        if word in ("38", "48"):
            kind = next(words)
            rest = [next(words) for _ in range(3 if kind == "2" else 1)]
            pen = _colored(pen, word, ";".join([kind, *rest]))
        elif word in _ON:
            pen = pen._replace(attributes=pen.attributes | {_ON[word]})
        elif word in _OFF:
            pen = pen._replace(attributes=pen.attributes - _OFF[word])
        elif word in ("", "0"):
            pen = Cell("")
        elif word in ("39", "49"):
            pen = _colored(pen, word, "")
        else:
            pen = _colored(pen, word, word[1:])
    return pen


def _colored(pen: Cell, word: str, color: str) -> Cell:
    return pen._replace(ground=color) if word[0] == "4" else pen._replace(color=color)
