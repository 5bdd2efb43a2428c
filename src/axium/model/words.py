"""Text cut into words as a POSIX shell cuts it, with nothing expanded and nothing run."""

import re
from typing import NamedTuple

_PLAIN = re.compile(r"[^ \t\n]+")
_TOKEN = re.compile(
    r"(?P<bare>[^ \t\n'\"\\]+)"
    r"|'(?P<single>[^']*)'"
    r"|\"(?P<double>(?:[^\"\\]|\\.)*)\""
    r"|\\(?P<escaped>.)"
    r"|(?P<blank>[ \t\n]+)",
    re.DOTALL,
)
_IN_DOUBLE = re.compile(r"\\([$`\"\\\n])")
ASSIGNMENT = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)=")
_SPECIAL = re.compile(r"['\"\\]")


class Word(NamedTuple):
    """A word and the stretch of the text that it was read from, quotes included."""

    text: str
    start: int
    end: int


def split(text: str) -> list[Word]:
    """The words of `text`. ValueError for an open quote, or a backslash at the very end."""
    if not _SPECIAL.search(text):
        return [Word(found[0], *found.span()) for found in _PLAIN.finditer(text)]
    words: list[Word] = []
    position = 0
    open_word: Word | None = None
    while position < len(text):
        token = _TOKEN.match(text, position)
        if token is None:
            raise ValueError(_unclosed(text[position]))
        position = token.end()
        if token["blank"]:
            open_word = None
            continue
        if (piece := _meaning(token)) is None:
            continue
        if open_word is not None:
            words.pop()
            open_word = Word(open_word.text + piece, open_word.start, position)
        else:
            open_word = Word(piece, token.start(), position)
        words.append(open_word)
    return words


def _meaning(token: re.Match[str]) -> str | None:
    """What a token adds to its word; None for a line that goes on after a backslash."""
    if token["bare"] is not None:
        return token["bare"]
    if token["single"] is not None:
        return token["single"]
    if token["double"] is not None:
        return _IN_DOUBLE.sub(lambda found: found[1].replace("\n", ""), token["double"])
    return None if token["escaped"] == "\n" else token["escaped"]


def _unclosed(character: str) -> str:
    if character == "\\":
        return "a backslash stands at the end with nothing after it"
    return f"a quote `{character}` is never closed"
