"""`axium env`: of this pane, of all, of this shell, of one command, and back again."""

from __future__ import annotations

import json

import pytest

from tests.support import Daemon, Scratch, Tmux

ENVS = """\
envs:
  root: {prefix: ""}
  dev: {prefix: env E=dev, region: eu-west-1}
  prod: {prefix: env E=prod}
"""
HOOK = {"AXIUM_SHELL_HOOK": "1"}
HELD = {"AXIUM_SHELL_ENV": "prod", "AXIUM_SHELL_PLACE": ":"}
NO_HOOK = (
    "✗ `--shell` needs the hook of an interactive shell, which is not here\n"
    '  load it, in bash by `eval "$(axium init bash)"`, in zsh the same with `zsh`, in fish\n'
    "  by `axium init fish | source`; one command runs by `axium env exec NAME -- COMMAND`\n"
)
NOTE = (
    "! this shell goes on in its own environment, `prod`\n  `axium env clear --shell` gives it up\n"
)
UNKNOWN = "✗ Unknown environment: prd\n  Did you mean: prod\n  `axium env list` shows all of them\n"


def said(scratch: Scratch, *args: str, **env: str) -> tuple[int, str, str]:
    """Exit code, stdout and stderr of `axium ARGS`."""
    done = scratch.axium(*args, env=env)
    return done.returncode, done.stdout, done.stderr


@pytest.fixture
def home(daemon: Daemon) -> Scratch:
    """A running daemon with the environments above."""
    (daemon.scratch.home / "envs.yaml").write_text(ENVS)
    assert said(daemon.scratch, "daemon", "reload") == (0, "", "")
    return daemon.scratch


@pytest.fixture
def pane(tmux: Tmux) -> dict[str, str]:
    """The variables of a shell in a pane of a real tmux."""
    return {"TMUX": tmux.cmd("display-message", "-p", "#{socket_path},#{pid},0"), "TMUX_PANE": "%0"}


@pytest.mark.parametrize(
    ("args", "told"),
    [
        (("set", "dev", "--pane", "%1", "--global"), "`--pane` and `--global`"),
        (("set", "dev", "--global", "--shell"), "`--global` and `--shell`"),
        (
            ("set", "dev", "--pane", "%1", "--global", "--shell"),
            "`--pane`, `--global` and `--shell`",
        ),
        (("clear", "--pane", "%1", "--shell"), "`--pane` and `--shell`"),
        (("-", "--pane", "%1", "--global"), "`--pane` and `--global`"),
    ],
)
def test_places_exclude_one_another(scratch: Scratch, args: tuple[str, ...], told: str) -> None:
    refused = (1, "", f"✗ {told} exclude one another\n  give one of them\n")
    assert said(scratch, "env", *args, **HOOK) == refused


@pytest.mark.parametrize("args", [("set", "dev", "--shell"), ("clear", "--shell")])
def test_a_shell_without_the_hook_can_not_be_changed(
    scratch: Scratch, args: tuple[str, ...]
) -> None:
    assert said(scratch, "env", *args) == (1, "", NO_HOOK)
    assert not (scratch.home / "daemon.lock").exists()


def test_the_hook_is_answered_with_the_name_and_nothing_else(home: Scratch) -> None:
    assert said(home, "env", "set", "prod", "--shell", **HOOK) == (0, "prod\n", "")
    assert said(home, "env", "clear", "--shell", **HOOK) == (0, "", "")
    assert said(home, "env", "set", "prd", "--shell", **HOOK) == (1, "", UNKNOWN)
    assert (home.home / "run/e/prod").is_file()
    assert said(home, "env", "get") == (0, "root\n", "")


def test_what_is_said_to_the_person_stays_out_of_the_hooks_way(home: Scratch) -> None:
    assert said(home, "env", "set", "prod", "--shell", "-v", **HOOK) == (
        0,
        "prod\n",
        "✓ `prod` is active in this shell\n",
    )


def test_a_shell_of_its_own_environment_is_told_that_it_does_not_follow(home: Scratch) -> None:
    assert said(home, "env", "set", "dev", **HELD) == (0, "", NOTE)
    assert said(home, "env", "-", **HELD) == (0, "", NOTE)
    assert said(home, "env", "set", "dev", "--global", **HELD) == (0, "", "")
    assert said(home, "env", "clear", **HELD) == (
        1,
        "",
        (
            "✗ not in a tmux pane\n"
            "  name one: `axium env clear --pane %3`, this shell's own one with `--shell`\n"
        ),
    )


def test_everything_that_tells_the_environment_names_the_shells_own(home: Scratch) -> None:
    home.tool("deploy", "#!/bin/sh\n")
    (home.home / "prefixes.yaml").write_text(
        'prefixes:\n  - {command: deploy, prefix: "${env.prefix}"}\n'
    )
    assert said(home, "daemon", "reload") == (0, "", "")
    shown = json.loads(said(home, "env", "show", "--json", **HELD)[1])
    listed = json.loads(said(home, "env", "list", "--json", **HELD)[1])
    assert (shown["env"], shown["active"]) == ("prod", "shell")
    assert (listed["active"], listed["here"], listed["source"]) == ("root", "prod", "shell")
    assert said(home, "explain", "deploy", **HELD)[1].splitlines()[0] == (
        "environment  prod (this shell)"
    )
    assert said(home, "hud", **HELD)[1].startswith("[axium] env:prod ")
    assert said(home, "env", "get", "prefix", **HELD) == (0, "env E=prod\n", "")


def test_a_property_of_an_environment_that_is_gone_is_not_just_empty(home: Scratch) -> None:
    assert said(home, "env", "get", "region", **HELD | {"AXIUM_SHELL_ENV": "prd"}) == (
        1,
        "",
        UNKNOWN,
    )


def test_panes_are_told_as_they_are_whatever_the_shell_holds(
    home: Scratch, pane: dict[str, str]
) -> None:
    server = pane["TMUX"].rpartition(",")[0]
    here = pane | HELD | {"AXIUM_SHELL_PLACE": f"{server}:%0"}
    assert said(home, "env", "set", "dev", **here) == (0, "", NOTE)
    assert said(home, "env", "get", **here) == (0, "prod\n", "")
    assert said(home, "env", "get", "--pane", "%0", **here) == (0, "dev\n", "")
    assert said(home, "env", "show", "--pane", "%0", **here)[1].startswith("dev  (pane)\n")
    assert said(home, "explain", "--pane", "%0", "ls", **here)[1].startswith(
        "environment  dev (pane %0)\n"
    )
    assert said(home, "hud", "--pane", "%0", **here)[1].startswith("[axium] env:dev ")
    assert said(home, "env", "list", "--panes", **here)[1].endswith("  dev\n")
    assert said(home, "env", "clear", **here) == (0, "", NOTE)


def test_the_environment_before_comes_back(home: Scratch) -> None:
    for name in ("dev", "prod"):
        assert said(home, "env", "set", name) == (0, "", "")
    assert said(home, "env", "-") == (0, "", "")
    assert said(home, "env", "get") == (0, "dev\n", "")
    assert said(home, "env", "-", "-v") == (
        0,
        "",
        "✓ `prod` is active everywhere but in panes with their own\n",
    )


def test_a_pane_returns_by_itself(home: Scratch, pane: dict[str, str]) -> None:
    assert said(home, "env", "set", "dev", **pane) == (0, "", "")
    assert said(home, "env", "-", "-v", **pane) == (
        0,
        "",
        "✓ pane %0 follows the global environment\n",
    )
    assert said(home, "env", "-", "-v", **pane) == (0, "", "✓ `dev` is active in pane %0\n")
    assert said(home, "env", "-", "--pane", "%0", **pane) == (0, "", "")
    assert said(home, "env", "get", **pane) == (0, "root\n", "")


def test_where_nothing_was_before_it_says_so(home: Scratch, pane: dict[str, str]) -> None:
    assert said(home, "env", "-") == (
        1,
        "",
        "✗ the global environment had no other environment before\n",
    )
    assert said(home, "env", "set", "dev", "--global", **pane) == (0, "", "")
    code, data, talk = said(home, "env", "-", **pane)
    assert (code, data, talk.splitlines()[1]) == (
        1,
        "",
        "  `axium env - --global` is about all panes",
    )
    assert said(home, "env", "-", "--global", **pane) == (0, "", "")
    assert said(home, "env", "get") == (0, "root\n", "")


def test_one_command_in_another_environment_makes_a_home_on_a_first_run(scratch: Scratch) -> None:
    fresh = {"AXIUM_HOME": str(scratch.root / "fresh")}
    args = ("env", "exec", "builder", "--", "sh", "-c", "echo $AXIUM_ENV")
    try:
        assert said(scratch, *args, **fresh) == (0, "builder\n", "")
    finally:
        assert said(scratch, "daemon", "stop", **fresh)[0] == 0


def test_a_first_run_of_an_unknown_environment_runs_nothing(scratch: Scratch) -> None:
    fresh = {"AXIUM_HOME": str(scratch.root / "fresh")}
    try:
        code, data, talk = said(scratch, "env", "exec", "nowhere", "true", **fresh)
        assert (code, data, talk.splitlines()[0]) == (1, "", "✗ Unknown environment: nowhere")
    finally:
        assert said(scratch, "daemon", "stop", **fresh)[0] == 0


@pytest.mark.parametrize("name", ["", " "])
def test_a_command_in_an_environment_without_a_name_does_not_run(home: Scratch, name: str) -> None:
    code, data, talk = said(home, "env", "exec", name, "--", "echo", "ran")

    told = "✗ the name of the environment is empty\n  `axium env list` shows all\n"
    assert (code, data, talk) == (1, "", told)


def test_an_empty_name_is_not_shown_as_the_active_one(home: Scratch) -> None:
    assert said(home, "env", "show", "")[:2] == (1, "")
