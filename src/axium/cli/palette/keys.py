"""What a terminal sends, as keys and text."""

from axium.thin.words import decode

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TypeAlias

    Key: TypeAlias = "str | Text"
    """A key by its name, `up`, `enter`, `C-w`, or text."""

ESCAPE = b"\x1b"
PASTE_BEGINS, PASTE_ENDS = b"\x1b[200~", b"\x1b[201~"
MOUSE = b"\x1b[M"
"""The oldest report of a mouse, which three bytes follow; the others end like every sequence."""

LONGEST = 64
"""Bytes of a sequence; what goes on longer is none of a keyboard."""

CONTROLS = {0x09: "tab", 0x0A: "enter", 0x0D: "enter", 0x08: "backspace", 0x7F: "backspace"}

FINALS = {
    "A": "up", "B": "down", "C": "right", "D": "left", "H": "home", "F": "end",
    "P": "help", "Z": "backtab",
}  # fmt: skip
"""Keys by the last letter of what follows `ESC [` or `ESC O`."""

NUMBERS = {
    "1": "home", "7": "home", "4": "end", "8": "end", "3": "delete",
    "5": "page-up", "6": "page-down", "11": "help",
}  # fmt: skip
"""Keys by the number before the `~` that ends them."""


class Text:
    """What was typed or pasted, to be taken as it is; never equal to a key of that name."""

    def __init__(self, text: str) -> None:
        self.text = text

    def __repr__(self) -> str:
        return f"Text({self.text!r})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Text) and other.text == self.text

    def __hash__(self) -> int:
        return hash(("text", self.text))


class Keys:
    """Turns bytes into keys, however they are cut into pieces."""

    def __init__(self) -> None:
        self._rest = b""
        self._is_pasting = False

    @property
    def is_waiting(self) -> bool:
        """Whether what came last may be the beginning of a key."""
        return bool(self._rest) and not self._is_pasting

    def feed(self, data: bytes) -> "list[Key]":
        """The keys and texts that are whole now."""
        self._rest += data
        found: list[Key] = []
        while self._rest and self._take(found):
            pass
        return found

    def settle(self) -> "list[Key]":
        """What the rest means where nothing follows: the escape key; else nothing."""
        rest, self._rest = self._rest, b""
        return ["escape"] if rest == ESCAPE else []

    def _take(self, found: "list[Key]") -> bool:
        """Take one key or text off the rest; whether there was a whole one."""
        if self._is_pasting:
            return self._take_paste(found)
        first = self._rest[0]
        if first == ESCAPE[0]:
            return self._take_sequence(found)
        if first < 0x20 or first == 0x7F:
            found.append(CONTROLS.get(first) or f"C-{chr(first | 0x60)}")
            self._rest = self._rest[1:]
            return True
        return self._take_text(found)

    def _take_text(self, found: "list[Key]") -> bool:
        end = next(
            (at for at, byte in enumerate(self._rest) if byte < 0x20 or byte == 0x7F),
            len(self._rest),
        )
        end -= _unfinished(self._rest[:end]) if end == len(self._rest) else 0
        if end:
            found.append(Text(decode(self._rest[:end])))
        self._rest = self._rest[end:]
        return bool(end)

    def _take_paste(self, found: "list[Key]") -> bool:
        text, mark, rest = self._rest.partition(PASTE_ENDS)
        if not mark:
            return False
        self._is_pasting, self._rest = False, rest
        # One line of input: what was a line break, or a control, parts words.
        found.append(Text(decode(text.translate(_BLANKED))))
        return True

    def _take_sequence(self, found: "list[Key]") -> bool:
        rest = self._rest
        if len(rest) == 1:
            return False
        if rest[1] == ESCAPE[0]:
            found.append("escape")
            self._rest = rest[1:]
            return True
        if rest[1:2] not in (b"[", b"O"):
            return self._take_alt(found)
        end = 2 if rest[1:2] == b"O" else _end_of(rest)
        if end >= len(rest):
            return False
        size = end + 1 + (3 if rest.startswith(MOUSE) else 0)
        if len(rest) < size:
            return False
        self._rest = rest[size:]
        self._understand(rest[: end + 1], found)
        return True

    def _take_alt(self, found: "list[Key]") -> bool:
        # Alt and a letter: none of them does anything here, but Alt and backspace, a word.
        size = 1 + _size(self._rest[1])
        letter = self._rest[1:size]
        if len(letter) + 1 < size and _unfinished(letter) == len(letter):
            return False
        whole = next((at for at, byte in enumerate(letter) if at and byte & 0xC0 != 0x80), size - 1)
        if letter == b"\x7f":
            found.append("C-w")
        self._rest = self._rest[1 + whole :]
        return True

    def _understand(self, sequence: bytes, found: "list[Key]") -> None:
        if sequence == PASTE_BEGINS:
            self._is_pasting = True
            return
        said = decode(sequence[2:])
        number = said[:-1].partition(";")[0]
        name = NUMBERS.get(number) if said[-1:] == "~" else FINALS.get(said[-1:])
        if name:
            found.append(name)


def _end_of(sequence: bytes) -> int:
    """Where the byte stands that ends what `ESC [` began; past the end where it is yet to come."""
    for at, byte in enumerate(sequence[2:LONGEST], 2):
        if not 0x20 <= byte < 0x40:
            return at
    return LONGEST - 1


def _unfinished(data: bytes) -> int:
    """How many bytes at the end are the beginning of a letter whose rest is yet to come."""
    for back in range(1, min(4, len(data) + 1)):
        byte = data[-back]
        if byte >= 0xC0:
            return back if back < _size(byte) else 0
        if byte < 0x80:
            return 0
    return 0


def _size(first: int) -> int:
    """How many bytes a letter has that begins so."""
    return 4 if first >= 0xF0 else 3 if first >= 0xE0 else 2 if first >= 0xC0 else 1


_BLANKED = bytes([0x20 if byte < 0x20 or byte == 0x7F else byte for byte in range(256)])
