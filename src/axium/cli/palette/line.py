"""One line of input, and what the usual keys do to it."""

from axium.cli.palette.keys import Text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from axium.cli.palette.keys import Key

LONGEST = 4096
"""Letters; what is pasted may be anything."""


class Line:
    """A text and the place of the cursor in it."""

    def __init__(self, text: str = "") -> None:
        self.text = text
        self.at = len(text)

    def press(self, key: "Key") -> bool:
        """Do what a key or a text does to the line; whether it does anything to lines."""
        if isinstance(key, Text):
            self.insert(key.text)
            return True
        action = EDITS.get(key)
        if action is None:
            return False
        action(self)
        return True

    def insert(self, text: str) -> None:
        """Put `text` where the cursor is."""
        text = text[: LONGEST - len(self.text)]
        self.text = self.text[: self.at] + text + self.text[self.at :]
        self.at += len(text)

    def replace(self, text: str) -> None:
        """Have another text, with the cursor behind it."""
        self.text, self.at = text, len(text)

    def _cut(self, start: int, end: int) -> None:
        self.text = self.text[:start] + self.text[end:]
        self.at = start

    def backspace(self) -> None:
        self._cut(max(0, self.at - 1), self.at)

    def delete(self) -> None:
        self._cut(self.at, self.at + 1)

    def cut_before(self) -> None:
        self._cut(0, self.at)

    def cut_after(self) -> None:
        self._cut(self.at, len(self.text))

    def cut_word(self) -> None:
        kept = self.text[: self.at].rstrip()
        self._cut(len(kept) - len(kept.rpartition(" ")[2]), self.at)

    def left(self) -> None:
        self.at = max(0, self.at - 1)

    def right(self) -> None:
        self.at = min(len(self.text), self.at + 1)

    def home(self) -> None:
        self.at = 0

    def end(self) -> None:
        self.at = len(self.text)


EDITS: "dict[Key, Callable[[Line], None]]" = {
    "backspace": Line.backspace,
    "delete": Line.delete,
    "C-d": Line.delete,
    "C-u": Line.cut_before,
    "C-k": Line.cut_after,
    "C-w": Line.cut_word,
    "left": Line.left,
    "C-b": Line.left,
    "right": Line.right,
    "C-f": Line.right,
    "home": Line.home,
    "C-a": Line.home,
    "end": Line.end,
}
