"""One line of the screen: text in colours, cut to fit, with the ground behind all of it."""

from axium.cli.palette.style import SIGNS
from axium.cli.palette.words import visible

TYPE_CHECKING = False
if TYPE_CHECKING:
    from axium.cli.palette.style import Color, Style

_OWN = {ord(sign): "x" for sign in SIGNS.values()}


class Row:
    """A line that is filled from left to right; `left` columns are still free."""

    def __init__(self, style: "Style", columns: int, ground: "Color" = "graphite") -> None:
        self.style = style
        self.left = columns
        self.ground = ground
        self._parts: list[str] = []

    def add(self, text: str, color: "Color" = "soft", *, bold: bool = False) -> "Row":
        """Write `text`, as much of it as fits."""
        return self.put(text, self.style.ink(color, self.ground, bold=bold))

    def put(self, text: str, ink: str) -> "Row":
        """The same with an ink of one's own."""
        text = fitted(text, self.left, self.style)
        if text:
            self._parts.append(ink + text)
            self.left -= width(text)
        return self

    def until(self, left: int) -> "Row":
        """Leave blank what comes before the last `left` columns."""
        left = max(0, left)
        if self.left > left:
            self._parts.append(self.style.ink("soft", self.ground) + " " * (self.left - left))
            self.left = left
        return self

    def done(self) -> str:
        """The whole line, as it is written to a terminal."""
        self.until(0)
        return "".join(self._parts)


def fitted(text: str, columns: int, style: "Style") -> str:
    """`text` as one line of at most `columns`."""
    text = visible(text) if style.unicode else _in_ascii(text)
    if columns <= 0:
        return ""
    if _is_simple(text):
        return text if len(text) <= columns else text[: columns - 1] + style.signs["cut"]
    # 6 ms, for what few names have: letters that are not ASCII.
    from axium.model.display import shortened

    return shortened(text, columns)


def width(text: str) -> int:
    """The columns that `text` takes."""
    if _is_simple(text):
        return len(text)
    from axium.model.display import width as measured

    return measured(text)


def _is_simple(text: str) -> bool:
    """Whether each letter takes a column, as far as that is known without tables."""
    return text.isascii() or text.translate(_OWN).isascii()


def _in_ascii(text: str) -> str:
    shown = visible(text)
    return "".join([letter if letter.isascii() else ascii(letter)[1:-1] for letter in shown])


def wrapped(text: str, columns: int) -> list[str]:
    """`text` in lines of at most `columns`, parted at blanks; a longer word stands alone."""
    lines = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".lstrip()
        if lines[-1] and width(longer) > columns:
            lines.append(word)
        else:
            lines[-1] = longer
    return lines
