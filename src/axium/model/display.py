"""What others wrote, made fit for a place in one line of a terminal: harmless, and not too wide."""

import re

ELLIPSIS = "…"

# Controls, line and paragraph separators, and what turns the direction of text: none of them
# has a place in one line, and each can make it look like another one. Half a character can't be
# written at all; U+FDD0 to U+FDEF are no characters, and we use one as a mark.
_UNPRINTABLE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufdd0-\ufdef]"
)

_PER_COLUMN = 4
"""Characters that one column may hold: a letter with its marks, not a heap of them."""


def printable(text: str) -> str:
    """`text` without what has no place in one line of a terminal."""
    if text.isascii() and text.isprintable():  # nearly all
        return text
    return _UNPRINTABLE.sub("", text)


def width(text: str) -> int:
    """The columns that `text` takes: two for wide letters, none for what is put over others."""
    if text.isascii():
        return len(text)
    return sum(map(_columns, text))


def shortened(text: str, columns: int) -> str:
    """`text` in at most `columns`, with `…` where it was cut, which is never within a letter."""
    if len(text) <= columns and text.isascii():  # nearly all
        return text
    if len(text) <= _PER_COLUMN * columns and width(text) <= columns:
        return text
    kept = left = 0
    for place, letter in enumerate(text[: _PER_COLUMN * columns]):
        left += _columns(letter)
        if left >= columns:  # the last column is for the ellipsis
            return _whole(text, place) + ELLIPSIS
        kept = place + 1
    return _whole(text, kept) + ELLIPSIS


def _whole(text: str, end: int) -> str:
    """`text` up to `end`, with the marks that belong to its last letter, but not a heap of them."""
    last = min(len(text), end + _PER_COLUMN)
    while end and end < last and _columns(text[end]) == 0:
        end += 1
    return text[:end].rstrip(" ")


def _columns(letter: str) -> int:
    # Only for text that is not ASCII: the tables take 1 ms to load.
    from unicodedata import category, east_asian_width

    if category(letter) in {"Mn", "Me", "Cf"}:
        return 0
    return 2 if east_asian_width(letter) in "WF" else 1
