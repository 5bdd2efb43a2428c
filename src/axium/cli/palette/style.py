"""The palette's colours, in as many as the terminal shows, and its signs."""

from axium.thin.hud import colors

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Literal

    Color = Literal["teal", "cyan", "graphite", "slate", "soft", "grey", "red", "green"]

# The nearest of 256 stands here because finding it takes modules that cost 8 ms.
COLORS = {
    "teal": ("#00B7C7", 38),
    "cyan": ("#14D9E7", 44),
    "graphite": ("#111111", 233),
    "slate": ("#1B1B1B", 234),
    "soft": ("#E6E6E6", 254),
    "grey": ("#A3A3A3", 248),
    "red": ("#FF4C4C", 203),
    "green": ("#3ECF8E", 78),
}

SIGNS = {"bar": "▌", "prompt": "▸", "dot": "●", "cut": "…", "enter": "↵", "between": "·"}
ASCII_SIGNS = {"bar": ">", "prompt": ">", "dot": "*", "cut": "~", "enter": "=>", "between": "|"}


class Style:
    """How a terminal is written to: `depth` of its colours, and whether it has Unicode."""

    def __init__(self, depth: str, *, unicode: bool) -> None:
        self.depth = depth
        self.signs = SIGNS if unicode else ASCII_SIGNS
        self.unicode = unicode
        self.ends = "" if depth == "none" else "\x1b[0m"
        self._made: dict[tuple[str, str, bool], str] = {}

    def ink(self, color: "Color", ground: "Color", *, bold: bool = False) -> str:
        """What has a terminal write so, whatever it did before."""
        key = (color, ground, bold)
        if key not in self._made:
            self._made[key] = self._make(color, ground, bold=bold)
        return self._made[key]

    def plain(self, color: "Color") -> str:
        """The same on the terminal's own ground; nothing where there are no colours."""
        return "" if self.depth == "none" else f"\x1b[0;{self._color(color, 38)}m"

    def on(self, sgr: str, ground: "Color") -> str:
        """The same for parameters that came from elsewhere: an environment's own colours."""
        if self.depth == "none" or not sgr:
            return self.ink("soft", ground, bold=True)
        own = sgr if self.depth == "24bit" else in_256(sgr)
        return f"\x1b[0;{self._color(ground, 48)};{own}m"

    def _make(self, color: "Color", ground: "Color", *, bold: bool) -> str:
        words = ["0", *["1"] * bold]
        if self.depth == "none":
            words += ["2"] * (color == "grey" and not bold) + ["7"] * (ground == "teal")
        else:
            words += [self._color(color, 38), self._color(ground, 48)]
        return f"\x1b[{';'.join(words)}m"

    def _color(self, name: "Color", kind: int) -> str:
        value, nearest = COLORS[name]
        if self.depth == "256":
            return f"{kind};5;{nearest}"
        red, green, blue = bytes.fromhex(value[1:])
        return f"{kind};2;{red};{green};{blue}"


def in_256(sgr: str) -> str:
    """Parameters of a style, its colours brought down to the nearest of 256."""
    # 8 ms: only where a terminal has no more, and an environment has a colour.
    from axium.model.colors import palette

    words = iter(sgr.split(";"))
    made: list[str] = []
    for word in words:
        if word != "2" or made[-1:] not in (["38"], ["48"]):
            made.append(word)
            continue
        shade = "#" + "".join([f"{int(next(words)):02x}" for _ in range(3)])
        made += ["5", str(palette(shade))]
    return ";".join(made)


def style_of(around: "Mapping[str, str]") -> Style:
    """What the terminal of this process shows, as its variables say."""
    return Style(colors(around), unicode=has_unicode(around))


def has_unicode(around: "Mapping[str, str]") -> bool:
    """Whether the terminal is written to in UTF-8."""
    locale = around.get("LC_ALL") or around.get("LC_CTYPE") or around.get("LANG") or ""
    # tmux takes UTF-8 from every program, and writes what its own terminal can show.
    return bool(around.get("TMUX")) or "utf-8" in locale.lower() or "utf8" in locale.lower()
