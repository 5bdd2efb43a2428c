"""A colour is written as each terminal has it, and how well it reads is known."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from axium.model.colors import (
    NAMED_COLORS,
    READABLE,
    Depth,
    contrast,
    is_color,
    palette,
    readable_on,
    rgb,
    sgr,
    shades,
    tmux_color,
)

HEX = st.integers(0, 0xFFFFFF).map("#{:06x}".format)


@pytest.mark.parametrize(
    ("color", "parameters"),
    [
        ("#00B7C7", "38;2;0;183;199"),
        ("#fff", "38;2;255;255;255"),
        ("red", "31"),
        ("purple", ""),
        ("#12", ""),
        ("#00B7C7\n", ""),
        ("", ""),
    ],
)
def test_a_colour_is_its_sgr_parameters_or_none(color: str, parameters: str) -> None:
    assert (sgr(color), is_color(color)) == (parameters, bool(parameters))


@pytest.mark.parametrize(
    ("depth", "expected"),
    [
        ("24bit", ["38;2;0;183;199", "48;2;0;183;199", "41", "#00B7C7", "red"]),
        ("256", ["38;5;38", "48;5;38", "41", "colour38", "red"]),
        ("none", [""] * 5),
    ],
)
def test_a_colour_is_written_for_what_the_terminal_shows(depth: Depth, expected: list[str]) -> None:
    assert [
        sgr("#00b7c7", depth),
        sgr("#00b7c7", depth, ground=True),
        sgr("red", depth, ground=True),
        tmux_color("#00b7c7", depth),
        tmux_color("red", depth),
    ] == expected


@pytest.mark.parametrize(
    ("color", "index"),
    [
        ("#000000", 16),
        ("#ffffff", 231),
        ("#111111", 233),
        ("#1B1B1B", 234),
        ("#808080", 244),
        ("#d75f5f", 167),
    ],
)
def test_the_palette_has_a_colour_near_every_one(color: str, index: int) -> None:
    assert palette(color) == index


@given(st.integers(16, 255))
def test_a_colour_of_the_palette_is_itself(index: int) -> None:
    assert shades(palette("#{:02x}{:02x}{:02x}".format(*shades(index)))) == shades(index)


@given(HEX)
def test_the_palette_is_never_far(color: str) -> None:
    found = shades(palette(color))
    assert max(abs(a - b) for a, b in zip(found, rgb(color), strict=True)) <= 48


def test_contrast_is_what_the_guidelines_say() -> None:
    pairs = [("#000", "#fff"), ("#777777", "#fff"), ("red", "red")]
    assert [round(contrast(*pair), 2) for pair in pairs] == [21.0, 4.48, 1.0]


@given(st.one_of(HEX, st.sampled_from(NAMED_COLORS)))
def test_black_or_white_can_be_read_on_every_colour(color: str) -> None:
    assert contrast(readable_on(color), color) >= READABLE
