"""A line of input and the list of what it means, one of which is chosen."""

from axium.cli.palette.line import Line

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Literal, Protocol

    from axium.cli.palette.keys import Key

    class Item(Protocol):
        """What can stand in a list."""

        name: str
        section: str
        help: str

    Find = Callable[[str], Sequence[Item]]
    Free = Literal["never", "while empty", "always"]

NOTHING = -1
"""The place of the choice where nothing of the list is chosen: the line itself is meant."""

MOVES: "dict[Key, int]" = {"up": -1, "C-p": -1, "down": 1, "C-n": 1}
PAGES: "dict[Key, int]" = {"page-up": -1, "page-down": 1}


class Offer:
    """A value, and what is to be said of it; None stands for having none."""

    section = ""

    def __init__(
        self,
        name: str,
        said: str = "",
        *,
        sgr: str = "",
        value: str | None = None,
    ) -> None:
        self.name = name
        self.help = said
        self.sgr = sgr
        self.value = value


class Menu:
    """`find` says what a text means; `free` is when the text itself may be meant instead."""

    def __init__(self, find: "Find", *, free: "Free" = "never", text: str = "") -> None:
        self.line = Line(text)
        self._find = find
        self._free = free
        self.page = 1
        self.renew()

    def renew(self) -> None:
        """Look again for what the line means."""
        self.found = self._find(self.line.text)
        is_free = self._free == "always" or (self._free == "while empty" and not self.line.text)
        self.at = self._first = NOTHING if is_free or not self.found else 0

    @property
    def chosen(self) -> "Item | None":
        """What is chosen; None where the line itself is meant, or means nothing."""
        return self.found[self.at] if self.at != NOTHING else None

    def press(self, key: "Key") -> bool:
        """Edit the line or move the choice; whether the key does one of these."""
        steps = MOVES.get(key, 0) or PAGES.get(key, 0) * self.page
        if steps:
            self.at = max(self._first, min(self.at + steps, len(self.found) - 1))
            return True
        before = self.line.text
        if not self.line.press(key):
            return False
        if self.line.text != before:
            self.renew()
        return True
