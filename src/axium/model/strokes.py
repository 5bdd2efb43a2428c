"""What is typed into a pane: keys by name, and text as it is."""

import re
from collections.abc import Iterator
from typing import NamedTuple

_NAMES = [
    "Enter", "Escape", "Space", "Tab", "BTab", "BSpace", "Up", "Down", "Left", "Right", "Home",
    "End", "PageUp", "PgUp", "PPage", "PageDown", "PgDn", "NPage", "Insert", "IC", "Delete", "DC",
    "KP/", "KP*", "KP-", "KP+", "KPEnter", "KP.",
]  # fmt: skip
_NUMBERED = [f"F{number}" for number in range(1, 13)] + [f"KP{number}" for number in range(10)]
_NAMED = "|".join(map(re.escape, [*_NAMES, *_NUMBERED]))

_KEY = re.compile(rf"(?:[CMS]-)*(?:{_NAMED})|(?:[CMS]-)+[!-~]|\^[@-_a-z]")
"""The names of tmux's manual; a single letter is text, which comes to the same."""

LONGEST_PIECE = 2000
"""Letters of one piece of text: tmux takes 16 KiB in one command."""


class Stroke(NamedTuple):
    """A key by its name, or text that is typed as it is."""

    text: str
    is_key: bool


def is_key(text: str) -> bool:
    """Whether `text` is the name of exactly one key."""
    return _KEY.fullmatch(text) is not None


def strokes(text: str, *, literal: bool) -> Iterator[Stroke]:
    """What is to be typed for `text`; a newline presses Enter."""
    if not literal and is_key(text):
        yield Stroke(text, is_key=True)
        return
    for number, line in enumerate(text.replace("\r\n", "\n").split("\n")):
        if number:
            yield Stroke("Enter", is_key=True)
        for begin in range(0, len(line), LONGEST_PIECE):
            yield Stroke(line[begin : begin + LONGEST_PIECE], is_key=False)
