"""Colours of a terminal: which there are, how they are written, and how well one reads on another.

A colour is `#RRGGBB`, `#RGB` or one of the eight names that every terminal has; empty for the
terminal's own.
"""

import re
from functools import lru_cache
from typing import Literal

NAMED_COLORS = ("black", "red", "green", "yellow", "blue", "magenta", "cyan", "white")

Depth = Literal["24bit", "256", "none"]
"""How many colours a terminal shows: `24bit` all, `256` those of a palette, `none` not any."""

BLACK, WHITE = "#000000", "#FFFFFF"

READABLE = 4.5
"""The contrast that text needs (WCAG 2.2, success criterion 1.4.3)."""

_HEX = re.compile(r"#(?:[0-9A-Fa-f]{3}|[0-9A-Fa-f]{6})")
_STEPS = (0, 95, 135, 175, 215, 255)
"""The six intensities of the palette's colour cube, which begins at 16; greys begin at 232."""

# What xterm makes of the names: a terminal may show another shade.
_NAMED = dict(
    zip(
        NAMED_COLORS,
        (
            (0, 0, 0), (205, 0, 0), (0, 205, 0), (205, 205, 0),
            (0, 0, 238), (205, 0, 205), (0, 205, 205), (229, 229, 229),
        ),
        strict=True,
    )
)  # fmt: skip


def is_color(text: str) -> bool:
    """Whether `text` is `#RGB`, `#RRGGBB` or one of the eight names of colours."""
    return text in NAMED_COLORS or _HEX.fullmatch(text) is not None


def sgr(color: str, depth: Depth = "24bit", *, ground: bool = False) -> str:
    """The parameters that make a terminal write in `color`, or on it; empty for none we know."""
    if depth == "none" or not is_color(color):
        return ""
    if color in NAMED_COLORS:
        return str((40 if ground else 30) + NAMED_COLORS.index(color))
    kind = 48 if ground else 38
    if depth == "256":
        return f"{kind};5;{palette(color)}"
    return f"{kind};2;" + ";".join(map(str, rgb(color)))


def tmux_color(color: str, depth: Depth = "24bit") -> str:
    """The colour as tmux's styles have it; empty for none we know.

    tmux itself brings 24 bits down to what each of its clients can show.
    """
    if depth == "none" or not is_color(color):
        return ""
    if color in NAMED_COLORS:
        return color
    return (
        f"colour{palette(color)}" if depth == "256" else "#{:02X}{:02X}{:02X}".format(*rgb(color))
    )


def rgb(color: str) -> tuple[int, int, int]:
    """Red, green and blue of a colour, 0 to 255."""
    if color in _NAMED:
        return _NAMED[color]
    digits = color[1:]
    pairs = [d * 2 for d in digits] if len(digits) == 3 else [digits[n : n + 2] for n in (0, 2, 4)]
    red, green, blue = (int(pair, 16) for pair in pairs)
    return red, green, blue


@lru_cache(256)
def palette(color: str) -> int:
    """The nearest of the 240 fixed colours of the palette, as tmux chooses it too."""
    wanted = rgb(color)
    steps = [0 if c < 48 else 1 if c < 114 else (c - 35) // 40 for c in wanted]
    mean = sum(wanted) // 3
    grey = 23 if mean > 238 else max(0, mean - 3) // 10
    cube = 16 + 36 * steps[0] + 6 * steps[1] + steps[2]
    if _distance(wanted, shades(232 + grey)) < _distance(wanted, shades(cube)):
        return 232 + grey
    return cube


def shades(index: int) -> tuple[int, int, int]:
    """Red, green and blue of a fixed colour of the palette, 16 to 255."""
    if index >= 232:
        grey = 8 + 10 * (index - 232)
        return grey, grey, grey
    red, rest = divmod(index - 16, 36)
    green, blue = divmod(rest, 6)
    return _STEPS[red], _STEPS[green], _STEPS[blue]


@lru_cache(256)
def contrast(one: str, other: str) -> float:
    """How well one colour reads on another: 1 not at all, 21 as black on white (WCAG 2.2)."""
    dark, light = sorted((luminance(rgb(one)), luminance(rgb(other))))
    return (light + 0.05) / (dark + 0.05)


def luminance(shade: tuple[int, int, int]) -> float:
    """The relative luminance of red, green and blue: 0 black, 1 white (WCAG 2.2)."""
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in (value / 255 for value in shade)
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def readable_on(ground: str) -> str:
    """Black or white, whichever reads better there: one of them always reads well."""
    return max((BLACK, WHITE), key=lambda color: contrast(color, ground))


def _distance(one: tuple[int, int, int], other: tuple[int, int, int]) -> int:
    return sum((a - b) ** 2 for a, b in zip(one, other, strict=True))
