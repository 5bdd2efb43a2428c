"""Six looks, each of which can be read wherever it is shown."""

from itertools import product
from typing import get_args

import pytest

from axium.model.colors import READABLE, contrast, palette, shades
from axium.model.themes import THEMES, YOURS, Looks, Style, ThemeName, looks, tinted

DEFAULT = "#00B7C7"
PARTS = ("label", "text", "env", "fault")
COLORS = ["black", "red", "blue", "white", "#00005f", "#FFFF00", "#777", DEFAULT, "#111111"]


def styles(name: ThemeName, color: str = DEFAULT) -> list[Style]:
    made: Looks = looks(name, color)
    return [made.label, made.text, made.env, made.fault]


def in_palette(color: str) -> str:
    return "#{:02x}{:02x}{:02x}".format(*shades(palette(color)))


def test_there_are_the_six_themes() -> None:
    assert tuple(THEMES) == get_args(ThemeName)
    assert list(THEMES) == ["classic", "teal", "dim", "inverted", "mono", "soft"]


@pytest.mark.parametrize("name", THEMES)
def test_a_theme_sets_both_colours_of_a_part_or_none(name: ThemeName) -> None:
    assert [bool(style.color) == bool(style.ground) for style in styles(name)] == [True] * 4


@pytest.mark.parametrize("name", THEMES)
def test_every_pair_of_colours_can_be_read(name: ThemeName) -> None:
    pairs = [(style.color, style.ground) for style in styles(name) if style.ground]
    in_256 = [(in_palette(color), in_palette(ground)) for color, ground in pairs]
    assert [pair for pair in pairs + in_256 if contrast(*pair) < READABLE] == []


@pytest.mark.parametrize(("name", "color"), list(product(THEMES, COLORS)))
def test_every_colour_of_the_user_can_be_read_in_every_theme(name: ThemeName, color: str) -> None:
    made = [*styles(name, color), *(tinted(style, color) for style in styles(name))]
    pairs = [(style.color, style.ground) for style in made if style.ground]
    assert [pair for pair in pairs if contrast(*pair) < READABLE] == []


def test_only_classic_is_made_of_the_user_s_colour() -> None:
    made_of_it = [
        name for name, theme in THEMES.items() if YOURS in {getattr(theme, p).color for p in PARTS}
    ]
    assert made_of_it == ["classic"]


@pytest.mark.parametrize("name", THEMES)
def test_faults_stand_out_without_colours_too(name: ThemeName) -> None:
    made = looks(name, DEFAULT)
    assert made.fault.bare != made.text.bare


def test_a_colour_that_is_none_changes_nothing() -> None:
    style = Style("#111111", "#00B7C7")
    assert [tinted(style, "purple"), tinted(style, "")] == [style, style]
