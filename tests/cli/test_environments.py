"""`axium env` against a real daemon: what is set, listed, shown, and of which pane."""

from __future__ import annotations

import pytest

from tests.cli.saying import said, told
from tests.support import Scratch, Tmux


def test_setting_an_environment_is_silent_and_seen_at_once(home: Scratch) -> None:
    assert said(home, "env", "set", "dev") == (0, "", "")
    assert said(home, "env", "get") == (0, "dev\n", "")
    assert said(home, "env", "set", "prod", "-v") == (
        0,
        "",
        "✓ `prod` is active everywhere but in panes with their own\n",
    )


def test_an_unknown_environment_is_the_users_mistake(home: Scratch) -> None:
    assert said(home, "env", "set", "prodd") == (
        1,
        "",
        (
            "✗ Unknown environment: prodd\n  Did you mean: prod\n"
            "  `axium env list` shows all of them\n"
        ),
    )


def test_environments_are_listed_a_name_a_line_where_no_terminal_is(home: Scratch) -> None:
    assert said(home, "env", "list") == (0, "root\ndev\nprod\n", "")
    assert told(home, "env", "list") == {
        "envs": {
            "root": {"prefix": ""},
            "dev": {"prefix": "wrapx exec dev --", "region": "eu-west-1"},
            "prod": {"prefix": "wrapx exec prod --"},
        },
        "active": "root",
        "here": "root",
        "source": "global",
    }


def test_on_a_terminal_the_active_environment_is_marked(home: Scratch) -> None:
    assert said(home, "env", "set", "dev") == (0, "", "")
    shown = home.run("script", "-qec", "axium env list", "/dev/null").stdout
    assert shown.splitlines() == [
        "  root",
        "* dev (wrapx exec dev --, eu-west-1)",
        "  prod (wrapx exec prod --)",
    ]


def test_properties_are_shown_with_where_they_were_written(home: Scratch) -> None:
    assert said(home, "env", "show", "dev") == (
        0,
        (
            "dev\n  prefix  wrapx exec dev --  envs.yaml:4:13\n"
            "  region  eu-west-1          envs.yaml:5:13\n"
        ),
        "",
    )
    assert told(home, "env", "show") == {
        "env": "root",
        "active": "global",
        "properties": {"prefix": {"value": "", "where": "envs.yaml:2:18"}},
    }


def test_a_pane_has_its_own_environment_until_it_is_cleared(home: Scratch, tmux: Tmux) -> None:
    pane = {"TMUX": tmux.cmd("display-message", "-p", "#{socket_path},#{pid},0"), "TMUX_PANE": "%0"}
    assert said(home, "env", "set", "dev", **pane) == (0, "", "")
    assert said(home, "env", "get", **pane) == (0, "dev\n", "")
    assert said(home, "env", "get") == (0, "root\n", "")
    assert told(home, "env", "show", **pane)["active"] == "pane"
    (key,) = told(home, "env", "list", "--panes")["panes"].items()
    assert key[1] == "dev"
    assert said(home, "env", "list", "--panes")[1] == f"{key[0]}  dev\n"
    assert said(home, "env", "set", "prod", "--global", **pane) == (0, "", "")
    assert said(home, "env", "get", **pane) == (0, "dev\n", "")
    assert said(home, "env", "clear", **pane) == (0, "", "")
    assert said(home, "env", "get", **pane) == (0, "prod\n", "")


def test_a_pane_can_be_named(home: Scratch, tmux: Tmux) -> None:
    server = {"TMUX": tmux.cmd("display-message", "-p", "#{socket_path},#{pid},0")}
    assert said(home, "env", "set", "dev", "--pane", "%0", **server) == (0, "", "")
    assert said(home, "env", "get", "--pane", "%0", **server) == (0, "dev\n", "")
    assert said(home, "env", "clear", "--pane=%0", "-v", **server) == (
        0,
        "",
        "✓ pane %0 follows the global environment\n",
    )


def test_outside_tmux_there_is_no_pane_to_clear(home: Scratch) -> None:
    assert said(home, "env", "clear") == (
        1,
        "",
        "✗ not in a tmux pane\n  name one: `axium env clear --pane %3`\n",
    )


NO_PANE = "name one: `--pane %3`, in a key binding `--pane '#{pane_id}'`; or say `--global`"


@pytest.mark.parametrize("verb", [("set", "dev"), ("clear",)])
def test_an_empty_pane_is_never_every_pane(home: Scratch, verb: tuple[str, ...]) -> None:
    refused = said(home, "env", *verb, "--pane", "")
    assert refused == (1, "", f"✗ no pane is named\n  {NO_PANE}\n")
    assert said(home, "env", "get") == (0, "root\n", "")


def test_a_key_binding_of_tmux_must_name_the_pane_that_it_means(home: Scratch, tmux: Tmux) -> None:
    inside = {"TMUX": tmux.cmd("display-message", "-p", "#{socket_path},#{pid},0"), "TMUX_PANE": ""}
    refused = (1, "", f"✗ in tmux, but TMUX_PANE is not set\n  {NO_PANE}\n")
    assert said(home, "env", "set", "dev", **inside) == refused
    assert said(home, "env", "get") == (0, "root\n", "")
    assert said(home, "env", "set", "dev", "--global", **inside) == (0, "", "")
    assert said(home, "env", "get") == (0, "dev\n", "")
