"""The looks of the HUD: six themes as one table, and how one becomes styles for its parts."""

from functools import lru_cache
from typing import Literal, NamedTuple, get_args

from axium.model.colors import READABLE, contrast, is_color, readable_on

ThemeName = Literal["classic", "teal", "dim", "inverted", "mono", "soft"]
Attribute = Literal["bold", "dim", "underscore", "reverse"]

YOURS = "yours"
"""Stands for `style.color` of hud.yaml."""

TEAL, CYAN = "#00B7C7", "#14D9E7"
INK, GRAPHITE = "#111111", "#1B1B1B"
CHALK, GREY = "#E6E6E6", "#A3A3A3"
RED = "#FF4C4C"


class Style(NamedTuple):
    """How a part is written; `bare` are the attributes of a terminal without colours."""

    color: str = ""
    ground: str = ""
    attributes: tuple[Attribute, ...] = ()
    bare: tuple[Attribute, ...] = ()


class Theme(NamedTuple):
    """The styles of the parts: `[axium]`, segments, the environment, the count of faults.

    A theme sets both colours of a part or none, so that what it shows can be
    read whatever the terminal's own are. `tints`: an environment's own colour
    is shown.
    """

    about: str
    label: Style
    text: Style
    env: Style
    fault: Style
    tints: bool = True


class Looks(NamedTuple):
    """A theme with the user's colour filled in; colours that stay empty are the terminal's own."""

    label: Style
    text: Style
    env: Style
    fault: Style
    tints: bool


_BOLD: tuple[Attribute, ...] = ("bold",)
_REVERSE: tuple[Attribute, ...] = ("reverse",)

THEMES: dict[ThemeName, Theme] = {
    "classic": Theme(
        "all in `style.color`, on graphite",
        label=Style(YOURS, INK),
        text=Style(YOURS, INK),
        env=Style(YOURS, INK),
        fault=Style(RED, INK, _BOLD, _BOLD),
    ),
    "teal": Theme(
        "teal on graphite, the label the other way round",
        label=Style(INK, TEAL, _BOLD, _REVERSE),
        text=Style(TEAL, INK),
        env=Style(CYAN, INK, _BOLD, _BOLD),
        fault=Style(RED, INK, _BOLD, _BOLD),
    ),
    "dim": Theme(
        "grey on graphite, only the environment stands out",
        label=Style(GREY, GRAPHITE, bare=("dim",)),
        text=Style(GREY, GRAPHITE, bare=("dim",)),
        env=Style(CHALK, GRAPHITE),
        fault=Style(RED, GRAPHITE, bare=_BOLD),
    ),
    "inverted": Theme(
        "graphite on teal",
        label=Style(INK, TEAL, _BOLD, ("reverse", "bold")),
        text=Style(INK, TEAL, bare=_REVERSE),
        env=Style(INK, CYAN, _BOLD, ("reverse", "bold")),
        fault=Style(INK, RED, _BOLD, ("reverse", "underscore")),
    ),
    "mono": Theme(
        "the terminal's own colours, the environment in bold",
        label=Style(),
        text=Style(),
        env=Style("", "", _BOLD, _BOLD),
        fault=Style("", "", _REVERSE, _REVERSE),
        tints=False,
    ),
    "soft": Theme(
        "soft white on graphite, with a teal label",
        label=Style(TEAL, GRAPHITE),
        text=Style(CHALK, GRAPHITE),
        env=Style(CHALK, GRAPHITE, _BOLD, _BOLD),
        fault=Style(RED, GRAPHITE, _BOLD, _BOLD),
    ),
}

assert tuple(THEMES) == get_args(ThemeName)


@lru_cache(64)
def looks(name: ThemeName, color: str) -> Looks:
    """The styles of a theme; `color` is the user's `style.color`."""
    theme = THEMES[name]
    label, text, env, fault = (
        tinted(style._replace(color=""), color) if style.color == YOURS else style
        for style in (theme.label, theme.text, theme.env, theme.fault)
    )
    return Looks(label, text, env, fault, theme.tints)


@lru_cache(256)
def tinted(style: Style, color: str) -> Style:
    """`style` in another colour; one that can't be read on its ground becomes the ground."""
    if not is_color(color):
        return style
    if not style.ground or contrast(color, style.ground) >= READABLE:
        return style._replace(color=color)
    return style._replace(color=readable_on(color), ground=color)
