"""The palette as keys change it: what runs, what is asked for first, what closes it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from axium.cli.palette.form import titles
from axium.cli.palette.keys import Text
from axium.cli.palette.line import Line
from axium.cli.palette.state import Close, Run, Suspend
from tests.cli.palette_scene import make_palette, press, ran, switched

NAMED = (
    "enter", "tab", "backtab", "escape", "up", "down", "left", "right", "home", "end", "delete",
    "page-up", "page-down", "backspace", "help", "C-a", "C-e", "C-g", "C-k", "C-n", "C-o", "C-p",
    "C-u", "C-w", "C-x",
)  # fmt: skip


def test_a_command_that_wants_nothing_runs_at_once() -> None:
    assert ran(make_palette(), ":doc", "enter") == ["doctor"]


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        ((":es", "enter", ":pr", "enter"), ["env", "set", "prod"]),
        ((":es", "enter", "down", "enter"), ["env", "set", "staging"]),
        ((":es", "enter", ":new", "enter"), ["env", "set", "new"]),
        ((":env get", "enter", "enter"), ["env", "get"]),
        ((":env get", "enter", ":region", "enter"), ["env", "get", "region"]),
        ((":notify", "enter", ":two words", "enter"), ["notify", "send", "--title=two words"]),
        ((":notify", "enter", ":-x", "enter"), ["notify", "send", "--title=-x"]),
        ((":wra", "enter", ":aws", "enter", ":a b", "enter"), ["wrapper", "add", "aws", "a b"]),
        ((":wra", "enter", ":aws", "enter", ":-b", "enter"), ["wrapper", "add", "--", "aws", "-b"]),
        (
            (":wra", "enter", ":ku", "tab", "enter", ":x", "enter"),
            ["wrapper", "add", "kubectl", "x"],
        ),
        ((":run", "enter", ":aws 's3 ls' -x", "enter"), ["run", "aws", "s3 ls", "-x"]),
        ((":init", "enter", "down", "enter"), ["init", "zsh"]),
        ((":help", "enter", "enter"), ["help"]),
        ((":help", "enter", ":env g", "down", "enter"), ["help", "env", "get"]),
        ((":doc", "tab", ":--fix --json", "enter"), ["doctor", "--fix", "--json"]),
        ((":es", "tab", "enter", ":--global", "enter"), ["env", "set", "--global", "dev"]),
        ((":aws", "enter", "enter"), ["aws", "whoami"]),
        ((":aws", "enter", ":a", "enter", ":b", "enter"), ["aws", "whoami", "a", "b"]),
    ],
)
def test_what_is_filled_in_is_what_runs(keys: tuple[str, ...], words: list[str]) -> None:
    assert ran(make_palette(), *keys) == words


def test_what_is_needed_is_asked_for_until_it_is_there() -> None:
    palette = make_palette()
    assert press(palette, ":notify", "enter", "enter", ": ", "enter") is None
    assert palette.message == "title is needed"
    assert ran(palette, ":x", "enter") == ["notify", "send", "--title= x"]


def test_an_open_quote_is_told_and_nothing_runs() -> None:
    palette = make_palette()
    assert press(palette, ":run", "enter", ":echo 'x", "enter") is None
    assert palette.message == "a quote is not closed"


def test_one_can_go_back_and_finds_what_was_filled_in() -> None:
    palette = make_palette()
    press(palette, ":wra", "enter", ":aws", "enter", "backspace")
    assert palette.menu.line.text == "aws"
    press(palette, "backtab")
    assert (palette.mode, palette.menu.line.text) == ("search", "wra")


def test_escape_leaves_the_form_then_the_palette() -> None:
    palette = make_palette()
    assert press(palette, ":es", "enter", "escape") is None
    assert isinstance(press(palette, "escape"), Close)


@pytest.mark.parametrize("key", ["C-c", "C-g", "escape"])
def test_every_usual_key_closes_it(key: str) -> None:
    assert isinstance(press(make_palette(), key), Close)


def test_the_interrupt_closes_it_from_everywhere_and_the_stop_stops_it() -> None:
    palette = make_palette()
    press(palette, ":es", "enter", "C-e")
    assert isinstance(press(palette, "C-z"), Suspend)
    assert isinstance(press(palette, "C-c"), Close)


def test_the_environment_is_switched_without_leaving_what_one_was_at() -> None:
    palette = make_palette()
    assert switched(palette, ":wra", "enter", "C-e", ":pr", "enter") == "prod"
    assert palette.mode == "form"
    assert switched(palette, "C-e", "down", "down", "enter") is None
    press(palette, "C-e", ":nowhere", "enter")
    assert palette.message == "no environment has this name"
    press(palette, "escape")
    assert palette.mode == "form"


def test_help_is_read_and_left_again() -> None:
    about = {"doctor": [str(number) for number in range(50)]}
    palette = make_palette(about=about)
    palette.page = 10
    press(palette, ":doc", "C-o", "down", "page-down")
    assert (palette.mode, palette.reading) == ("help", 11)
    press(palette, *["page-down"] * 9)
    assert palette.reading == 40
    press(palette, ":x")
    assert (palette.mode, palette.menu.line.text) == ("search", "doc")


def test_nothing_is_chosen_where_nothing_is_found() -> None:
    palette = make_palette()
    assert press(palette, ":zzz", "down", "enter", "C-o", "tab") is None
    assert (palette.command, palette.filled, palette.mode) == (None, None, "search")


def test_a_command_names_its_own_arguments() -> None:
    about = ["Usage: axium wrapper add [OPTIONS] {NAME}", "  [WRAPPER] [ARGS]...", "", "  Wrap."]
    assert titles(about, "wrapper add") == ["name", "wrapper", "args"]
    assert titles([], "wrapper add") == []
    palette = make_palette(about={"wrapper add": about})
    press(palette, ":wra", "enter", ":aws", "enter")
    assert palette.form is not None
    assert palette.form.title(palette.form.at, palette.titles) == "wrapper"


@given(st.lists(st.sampled_from(NAMED) | st.text(max_size=5).map(Text), max_size=40))
def test_no_keys_break_it(keys: list[str | Text]) -> None:
    palette = make_palette()
    for key in keys:
        effect = palette.press(key)
        assert isinstance(effect, Run) <= bool(palette.filled)
        assert palette.menu.at < max(1, len(palette.menu.found))
        assert 0 <= palette.menu.line.at <= len(palette.menu.line.text)


@pytest.mark.parametrize(
    ("keys", "text", "at"),
    [
        (["left", "left", "backspace"], "one two thee", 10),
        (["C-w"], "one two ", 8),
        (["C-w", "C-w"], "one ", 4),
        (["C-u"], "", 0),
        (["home", "delete"], "ne two three", 0),
        (["home", "right", "C-k"], "o", 1),
        (["C-a", "end"], "one two three", 13),
    ],
)
def test_the_line_is_edited_as_everywhere(keys: list[str], text: str, at: int) -> None:
    line = Line("one two three")
    assert all(line.press(key) for key in keys)
    assert (line.text, line.at) == (text, at)


def test_a_line_has_an_end() -> None:
    line = Line()
    line.insert("x" * 100_000)
    assert len(line.text) == 4096
