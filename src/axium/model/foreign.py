"""What a stranger wrote, made fit to be read before it is trusted: it steers and hides nothing."""

import re
from unicodedata import category, normalize

_HIDING = frozenset("\u00ad\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
"""Letters by their kind, of which nothing is seen."""

_LABELS = re.compile(r"(?<![0-9]):|:(?![0-9])")
"""Colons, but those of a time or a ratio."""

_OVER_OTHERS = frozenset({"Mn", "Me"})
"""Marks that are drawn over what stands beside them, as high as they are many."""

LEAST_CUT = 16
"""Columns."""


def shown(text: str) -> str:
    """The text on one line; what can't be seen, or moves what can, as `\\u202e`."""
    if text.isascii() and text.isprintable():  # nearly all
        return text
    return "".join([_letter(each) for each in normalize("NFC", text)])


def value(text: str) -> str:
    """The text as the value of one segment of the HUD: nothing in it looks like another segment."""
    first, *others = "".join([" " if each in _HIDING else each for each in text]).split() or [""]
    return " ".join([first, *[_LABELS.sub("=", each) for each in others]])


def entry(text: str) -> str:
    """The same as one word, so that nobody takes a part of it for what we say."""
    return shown(text).replace(" ", "\\x20")


def width(text: str) -> int:
    """Columns that a shown text takes at the most: a letter that may be wide is."""
    return len(text) if text.isascii() else sum([1 if each.isascii() else 2 for each in text])


def folded(text: str, columns: int) -> list[str]:
    """A shown text in lines of at most `columns`, parted at blanks, and within longer words."""
    lines = [""]
    for word in text.split():
        room = columns - width(lines[-1]) - 1
        if lines[-1] and width(word) <= room:
            lines[-1] += f" {word}"
            continue
        first, *more = _cut(word, columns)
        lines[-1:] = [lines[-1], first] if lines[-1] else [first]
        lines += more
    return lines


def cut(text: str, columns: int) -> str:
    """What fits of a shown text, with `...` where that is not all; nothing where it is too little.

    At less than `LEAST_CUT` columns nobody could tell what it was.
    """
    if width(text) <= columns:
        return text
    return f"{_cut(text, columns - 3)[0].rstrip()}..." if columns >= LEAST_CUT else ""


def _letter(letter: str) -> str:
    hides = letter in _HIDING or category(letter) in _OVER_OTHERS
    return ascii(letter)[1:-1] if hides or not letter.isprintable() else letter


def _cut(word: str, columns: int) -> list[str]:
    pieces = [""]
    for letter in word:
        if width(pieces[-1]) + width(letter) > columns:
            pieces.append("")
        pieces[-1] += letter
    return pieces
