"""What the palette draws, at any size, in any colours: whole lines, and nothing that steers."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from axium.cli.palette.rows import source
from axium.cli.palette.screen import draw
from axium.cli.palette.style import COLORS, Style, has_unicode, in_256
from axium.cli.palette.where import Where
from axium.model.colors import palette as nearest
from axium.model.display import width
from tests.cli.palette_scene import RECORDS, make_palette, press

SGR = re.compile(r"\x1b\[[0-9;]*m")
NOWHERE = {"AXIUM_HOME": "/nowhere"}
STYLE = Style("24bit", unicode=True)
HOSTILE = (
    "evil \x1b[31mred\tspoke:\x1b]0;x\x07\tRing \x07, \x9b2J, \u202eturned.\t\x1b\x1b? -h --help",
    "wide 日本語\tgear:ü\tEin Befehl für é und 한국어 und noch viel mehr Wörter dazu.\ttext -h",
    "bytes \udcff\udcfe\tspoke:b\tNot UTF-8: \udc80.\ttext! -h",
    "mark e\u0301\u0301\tspoke:c\tZ\u0310\u0323a\u0301lgo.\t-h",
)  # fmt: skip
HOW = (
    (),
    (":e",),
    (":zzz",),
    (":wra", "enter"),
    (":wra", "enter", ":aws", "enter", ":x\x1b[2Jy"),
    ("C-e",),
    (":doc", "C-o"),
    ("down", "down", "down"),
)


def drawn(
    *keys: str, size: tuple[int, int] = (80, 24), style: Style = STYLE, hostile: bool = False
) -> list[str]:
    """The lines of the screen after these keys."""
    records = [*RECORDS, *HOSTILE] if hostile else RECORDS
    palette = make_palette(records, {"doctor": ["Usage: axium doctor", "", "  Look\x1b[2J."]})
    press(palette, *keys)
    frame = draw(palette, Where(NOWHERE), size, style)
    assert 0 <= frame.cursor[0] < size[0]
    assert 0 <= frame.cursor[1] < max(1, len(frame.lines))
    return frame.lines


def plain(line: str) -> str:
    """A line without its colours."""
    return SGR.sub("", line)


@pytest.mark.parametrize("keys", HOW)
@pytest.mark.parametrize("size", [(20, 5), (62, 17), (80, 24), (130, 40), (1, 1), (5, 2), (300, 3)])
def test_every_line_is_as_wide_as_the_screen(keys: tuple[str, ...], size: tuple[int, int]) -> None:
    lines = drawn(*keys, size=size, hostile=True)
    assert len(lines) == size[1]
    assert {width(plain(line)) for line in lines} == {size[0]}


@given(st.integers(1, 160), st.integers(1, 50), st.text(max_size=30), st.booleans())
def test_whatever_is_typed_fits(columns: int, rows: int, text: str, unicode: bool) -> None:  # noqa: FBT001
    style = Style("256", unicode=unicode)
    lines = drawn(f":{text}", size=(columns, rows), style=style, hostile=True)
    assert {width(plain(line)) for line in lines} == {columns}
    assert all(line.isprintable() for line in map(plain, lines))


@pytest.mark.parametrize("keys", HOW)
def test_what_plugins_wrote_steers_no_terminal(keys: tuple[str, ...]) -> None:
    for size in ((80, 24), (130, 40)):
        assert all(plain(line).isprintable() for line in drawn(*keys, size=size, hostile=True))


def test_the_first_picture_has_commands_sources_and_what_enter_does() -> None:
    text = "\n".join(map(plain, drawn(":aws")))
    assert re.search(r"▌ aws whoami +Say who you are\. +spoke aws", text)
    assert "↵ axium aws whoami" in text
    assert "no environment" in text


def test_what_is_missing_is_told_beside_what_would_run() -> None:
    assert "↵ axium notify send --title=TITLE " in plain(drawn(":notify")[-1])
    assert "↵ axium wrapper add aws TEXT " in plain(drawn(":wra", "enter", ":aws", "enter")[-1])
    assert " choice ▸" in "\n".join(map(plain, drawn(":init", "enter")))
    assert "↵ axium env set staging " in plain(drawn(":es", "enter", "down")[-1])
    assert "↵ axium wrapper add 'a b' " in plain(drawn(":wra", "enter", ":a b")[-1])


def test_a_message_stands_at_the_foot() -> None:
    assert plain(drawn(":es", "enter", "C-u", ":", "C-e", ":x", "enter")[-1]).startswith(
        " no environment has this name"
    )


def test_there_are_no_colours_where_none_are_wanted() -> None:
    found = {
        word
        for line in drawn(":e", style=Style("none", unicode=True))
        for sgr in SGR.findall(line)
        for word in sgr[2:-1].split(";")
    }
    assert found <= {"0", "1", "2"}


def test_a_terminal_of_256_colours_gets_no_others() -> None:
    lines = drawn(":e", style=Style("256", unicode=True))
    assert not any(";2;" in sgr for line in lines for sgr in SGR.findall(line))


def test_without_utf_8_everything_is_ascii() -> None:
    lines = drawn(":i", size=(130, 40), style=Style("24bit", unicode=False), hostile=True)
    assert all(line.isascii() for line in lines)


@pytest.mark.parametrize("name", COLORS)
def test_the_nearest_of_256_is_the_nearest(name: str) -> None:
    value, index = COLORS[name]
    assert nearest(value) == index


def test_an_environments_colours_are_brought_down_too() -> None:
    assert in_256("1;38;2;0;183;199;48;2;17;17;17") == "1;38;5;38;48;5;233"
    assert in_256("31") == "31"


@pytest.mark.parametrize(
    ("around", "expected"),
    [
        ({"LANG": "de_DE.UTF-8"}, True),
        ({"LANG": "C.utf8"}, True),
        ({"LANG": "C.UTF-8", "LC_ALL": "C"}, False),
        ({"LC_ALL": "C", "TMUX": "/tmp/s,1,0"}, True),
        ({}, False),
    ],
)
def test_utf_8_is_known_by_the_locale(around: dict[str, str], expected: bool) -> None:  # noqa: FBT001
    assert has_unicode(around) is expected


def test_a_command_of_a_gear_says_of_which_one() -> None:
    assert (source("gear:aws"), source("spoke:aws"), source("plugins")) == (
        ("gear aws", "green"),
        ("spoke aws", "teal"),
        ("core", "grey"),
    )
