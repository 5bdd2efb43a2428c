"""Styles as terminals and tmux take them: what to write to go from one style to the next."""

from collections.abc import Callable
from functools import lru_cache
from typing import Literal

from axium.model.colors import Depth, sgr, tmux_color
from axium.model.themes import Attribute, Style

Format = Literal["plain", "tmux", "ansi"]

PLAIN = Style()

# On, off.
_SGR: dict[Attribute, tuple[str, str]] = {
    "bold": ("1", "22"),
    "dim": ("2", "22"),
    "underscore": ("4", "24"),
    "reverse": ("7", "27"),
}


@lru_cache(1024)
def turn(old: Style, new: Style, form: Format, depth: Depth) -> str:
    """What turns the style `old` into `new`; only what differs is said."""
    if form == "plain":
        return ""
    if form == "tmux":
        said = ",".join(_tmux(old, new, depth))
        return f"#[{said}]" if said else ""
    said = ";".join(_ansi(old, new, depth))
    return f"\x1b[{said}m" if said else ""


def parameters(style: Style, depth: Depth = "24bit") -> str:
    """The SGR parameters that begin a style; empty for the terminal's own."""
    return ";".join(_ansi(PLAIN, style, depth))


def end(form: Format) -> str:
    """What goes back to the style from before the first `turn`."""
    return {"plain": "", "tmux": "#[default]", "ansi": "\x1b[0m"}[form]


def _tmux(old: Style, new: Style, depth: Depth) -> list[str]:
    return [
        *_colors(old, new, ("fg=", "bg="), lambda c, _ground: tmux_color(c, depth) or "default"),
        *(f"no{name}" for name in _attributes(old, depth) if name not in _attributes(new, depth)),
        *(name for name in _attributes(new, depth) if name not in _attributes(old, depth)),
    ]


def _ansi(old: Style, new: Style, depth: Depth) -> list[str]:
    before, after = _attributes(old, depth), _attributes(new, depth)
    gone = dict.fromkeys(_SGR[name][1] for name in before if name not in after)
    # 22 ends bold and dim alike: what stays of the two is said again.
    said = [_SGR[name][0] for name in after if name not in before or _SGR[name][1] in gone]
    return [*gone, *said, *_colors(old, new, ("", ""), lambda c, g: _parameter(c, depth, ground=g))]


def _parameter(color: str, depth: Depth, *, ground: bool) -> str:
    return sgr(color, depth, ground=ground) or ("49" if ground else "39")


def _colors(
    old: Style, new: Style, words: tuple[str, str], written: Callable[[str, bool], str]
) -> list[str]:
    pairs = ((old.color, new.color, False), (old.ground, new.ground, True))
    changes = [(before, after, ground) for before, after, ground in pairs if before != after]
    made = [
        (written(before, ground), written(after, ground), words[ground])
        for before, after, ground in changes
    ]
    return [word + after for before, after, word in made if before != after]


def _attributes(style: Style, depth: Depth) -> tuple[Attribute, ...]:
    return style.bare if depth == "none" else style.attributes
