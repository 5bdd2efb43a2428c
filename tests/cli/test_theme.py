"""`axium hud theme`: what there is, and a choice that is in force at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.saying import said, told
from tests.support import Scratch, Tmux

NAMES = "classic\nteal\ndim\ninverted\nmono\nsoft\n"
TEAL = "\x1b[1;38;2;17;17;17;48;2;0;183;199m[axium]"


@pytest.fixture
def hud(home: Scratch) -> Path:
    """The hud.yaml of a running daemon."""
    return home.home / "hud.yaml"


def test_a_chosen_theme_is_in_force_at_once(home: Scratch, hud: Path) -> None:
    before = hud.read_text()
    assert said(home, "hud", "theme", "set", "teal") == (0, "", "")
    assert said(home, "hud", "--format", "ansi", COLORTERM="truecolor")[1].startswith(TEAL)
    expected = before.replace("enabled: false", "enabled: true").replace("classic", "teal")
    assert hud.read_text() == expected


def test_a_choice_is_confirmed_for_who_asks(home: Scratch, hud: Path) -> None:
    assert said(home, "hud", "theme", "set", "mono", "-v") == (
        0,
        "",
        "✓ `mono` is the theme of the HUD\n",
    )
    assert "name: mono" in hud.read_text()


def test_a_dry_run_shows_the_difference_and_changes_nothing(home: Scratch, hud: Path) -> None:
    hud.write_text("# mine\nstyle: {color: red} # c\n")
    assert said(home, "hud", "theme", "set", "dim", "-n") == (
        0,
        (
            f"--- {hud}\n+++ {hud}\n@@ -1,2 +1,2 @@\n # mine\n-style: {{color: red}} # c\n"
            "+style: {color: red, theme: {enabled: true, name: dim}} # c\n"
        ),
        "",
    )
    assert hud.read_text() == "# mine\nstyle: {color: red} # c\n"


@pytest.mark.parametrize("verb", ["set", "show"])
def test_a_theme_that_there_is_not_is_refused(home: Scratch, hud: Path, verb: str) -> None:
    before = hud.read_text()
    assert said(home, "hud", "theme", verb, "sofft") == (
        1,
        "",
        "✗ no theme `sofft`\n  did you mean `soft`?\n",
    )
    assert said(home, "hud", "theme", verb, "x")[2] == (
        "✗ no theme `x`\n  one of classic, teal, dim, inverted, mono, soft\n"
    )
    assert hud.read_text() == before


def test_a_file_with_a_fault_is_left_alone(home: Scratch, hud: Path) -> None:
    hud.write_text("layout: env\n")
    assert said(home, "hud", "theme", "set", "soft") == (
        1,
        "",
        "✗ hud.yaml:1:9: `layout` must be a list, found `env`\n  mend it first, then try again\n",
    )
    assert hud.read_text() == "layout: env\n"


def test_the_list_is_a_name_a_line_where_nobody_looks(home: Scratch) -> None:
    assert said(home, "hud", "theme", "list") == (0, NAMES, "")


def test_the_list_says_which_is_in_force(home: Scratch, hud: Path) -> None:
    assert said(home, "hud", "theme", "set", "soft") == (0, "", "")
    hud.write_text("layout: env\n")  # at fault: what it said before stays in force
    said(home, "hud", "reload")
    listed = told(home, "hud", "theme", "list")
    assert (listed["enabled"], [t["name"] for t in listed["themes"] if t["active"]]) == (
        True,
        ["soft"],
    )


def test_a_theme_is_shown_part_by_part(home: Scratch) -> None:
    assert said(home, "hud", "theme", "show", "inverted") == (
        0,
        (
            "inverted: graphite on teal\n"
            "  label  #111111 on #00B7C7, bold\n"
            "  text   #111111 on #00B7C7\n"
            "  env    #111111 on #14D9E7, bold\n"
            "  fault  #111111 on #FF4C4C, bold\n"
        ),
        "",
    )
    assert said(home, "hud", "theme", "show", "mono")[1] == (
        "mono: the terminal's own colours, the environment in bold\n"
        "  label  the terminal's own\n"
        "  text   the terminal's own\n"
        "  env    the terminal's own, bold\n"
        "  fault  the terminal's own, reverse\n"
    )


def test_the_theme_in_force_is_shown_with_the_user_s_colour(home: Scratch, hud: Path) -> None:
    hud.write_text("style: {color: yellow}\n")
    assert said(home, "hud", "reload") == (0, "", "")
    shown = told(home, "hud", "theme", "show")
    assert (shown["name"], shown["active"], shown["styles"]["text"]) == (
        "classic",
        True,
        {"color": "yellow", "ground": "#111111", "attributes": [], "bare": []},
    )


def test_nothing_of_it_starts_a_daemon(scratch: Scratch) -> None:
    assert said(scratch, "bootstrap")[0] == 0
    assert said(scratch, "hud", "theme", "list") == (0, NAMES, "")
    assert said(scratch, "hud", "theme", "show")[1].startswith("classic: ")
    assert said(scratch, "hud", "theme", "set", "soft") == (0, "", "")
    assert told(scratch, "hud", "theme", "show")["name"] == "soft"
    assert said(scratch, "hud", "reload") == (
        1,
        "",
        "✗ the daemon is not running\n  start it with `axium daemon start`\n",
    )
    assert not scratch.socket.exists()


@pytest.mark.parametrize(
    ("env", "start"),
    [
        ({"COLORTERM": "24bit"}, "\x1b[38;2;0;183;199;48;2;17;17;17m[axium]"),
        ({"TERM": "xterm-direct"}, "\x1b[38;2;0;183;199;48;2;17;17;17m[axium]"),
        ({"TMUX": "/tmp/none,1,0"}, "\x1b[38;2;0;183;199;48;2;17;17;17m[axium]"),
        ({"TERM": "xterm-256color"}, "\x1b[38;5;38;48;5;233m[axium]"),
        ({"TERM": "linux"}, "\x1b[38;5;38;48;5;233m[axium]"),
        ({"TERM": "dumb"}, "[axium]"),
        ({"COLORTERM": "truecolor", "NO_COLOR": "1"}, "[axium]"),
    ],
)
def test_the_hud_has_the_colours_that_the_terminal_shows(
    home: Scratch, env: dict[str, str], start: str
) -> None:
    assert said(home, "hud", "--format", "ansi", **env)[1].startswith(f"{start} env:root")


def test_the_list_shows_a_sample_of_each_on_a_terminal(home: Scratch, tmux: Tmux) -> None:
    tmux.send("main", "clear; axium hud theme list")
    tmux.wait_for(lambda: "soft" in tmux.capture())
    shown = [line for line in tmux.capture().splitlines() if "[axium]" in line]
    assert [line.split("  uptime")[0] for line in shown] == [
        "* classic   [axium] env:prod",
        "  teal      [axium] env:prod",
        "  dim       [axium] env:prod",
        "  inverted  [axium] env:prod",
        "  mono      [axium] env:prod",
        "  soft      [axium] env:prod",
    ]
