"""Shells and a real daemon: what one sets, the next command anywhere sees."""

from __future__ import annotations

import shlex
from collections.abc import Iterator

import pytest

from tests.support import Daemon, Scratch, Tmux
from tests.support.terminal import Terminal

ENVS = "envs:\n  dev: {prefix: ''}\n  prod: {prefix: 'wrapx exec prod --', color: '#ff0000'}\n"
PREFIXES = "prefixes:\n  - {command: aws, prefix: '${env.prefix}'}\n"
TOOL = """#!/bin/sh
echo "${0##*/} $* in ${AXIUM_ENV-nothing}"
"""
RC = """PS1='${AXIUM_PROMPT}$ '
eval "$(axium init bash)"
"""


@pytest.fixture
def configured(scratch: Scratch) -> Scratch:
    """`aws` is wrapped; it and `wrapx` say what they were asked."""
    (scratch.home / "envs.yaml").write_text(ENVS)
    (scratch.home / "prefixes.yaml").write_text(PREFIXES)
    for name in ("aws", "wrapx"):
        scratch.tool(name, TOOL)
    (scratch.user / "rc").write_text(RC)
    return scratch


@pytest.fixture
def live(configured: Scratch, daemon: Daemon) -> Daemon:
    """A daemon in which `dev` is set everywhere."""
    daemon.request({"cmd": "set_env", "value": "dev"})
    return daemon


@pytest.fixture
def panes(live: Daemon) -> Iterator[Tmux]:
    """Two panes with the hook."""
    bash = f"exec bash --noprofile --rcfile {shlex.quote(str(live.scratch.user / 'rc'))} -i"
    server = Tmux(live.scratch, shell=bash)
    server.cmd("split-window", "-h", "-t", "main", bash)
    server.wait_for(lambda: all("dev $" in server.capture(pane) for pane in ("%0", "%1")))
    yield server
    server.close()


def typed(scratch: Scratch, *lines: str) -> list[str]:
    """What an interactive bash prints, given these lines."""
    argv = ("bash", "--noediting", "--noprofile", "--rcfile", scratch.user / "rc", "-i")
    return scratch.run(*argv, stdin="\n".join(lines) + "\n").stdout.splitlines()


def test_what_one_shell_sets_the_next_command_sees(live: Daemon) -> None:
    printed = typed(
        live.scratch, "aws s3", "axium env set prod; aws s3 'a b'", "axium env set dev", "aws 3"
    )

    assert printed == ["aws s3 in dev", "wrapx exec prod -- aws s3 a b in prod", "aws 3 in dev"]


def test_a_pane_of_its_own_environment_keeps_it(panes: Tmux) -> None:
    panes.send("%1", "axium env set prod")
    panes.wait_for(lambda: "prod $" in panes.capture("%1"))
    panes.send("%1", "aws there")
    panes.send("%0", "aws here")

    panes.wait_for(lambda: "wrapx exec prod -- aws there in prod" in panes.capture("%1"))
    panes.wait_for(lambda: "aws here in dev" in panes.capture("%0"))
    panes.send("%1", "axium env clear")
    panes.wait_for(lambda: panes.capture("%1").rstrip().endswith("dev $"))


def test_the_status_line_names_the_environment_of_the_pane_in_front(panes: Tmux) -> None:
    terminal = Terminal(panes)
    try:
        panes.wait_for(lambda: "env:dev" in terminal.status())
        panes.send("%1", "axium env set prod")
        panes.wait_for(lambda: "env:prod" in terminal.status())
        panes.cmd("select-pane", "-t", "%0")
        panes.wait_for(lambda: "env:dev" in terminal.status())
    finally:
        terminal.close()


def test_the_hud_stays_away_from_a_server_that_it_was_taken_from(panes: Tmux) -> None:
    shown = "AXIUM_HUD"
    panes.wait_for(lambda: shown in panes.cmd("show-environment", "-gh"))
    panes.send("%0", 'sh "$AXIUM_HOME/tmux/uninstall.sh"; axium env set prod')
    panes.wait_for(lambda: "prod $" in panes.capture("%0"))
    panes.send("%1", "axium env set dev; tmux wait-for -S done")
    panes.cmd("wait-for", "done")

    assert shown not in panes.cmd("show-environment", "-gh")


def test_a_shell_of_its_own_environment_changes_nothing_but_itself(live: Daemon) -> None:
    printed = typed(
        live.scratch,
        "axium env set prod --shell; aws 1",
        "bash -c 'axium run aws 2'",
        "axium env set nosuch --shell 2>/dev/null || aws 3",
        "axium env get --json; axium env -; aws 4",
    )

    assert printed == [
        "wrapx exec prod -- aws 1 in prod",
        "wrapx exec prod -- aws 2 in prod",
        "wrapx exec prod -- aws 3 in prod",
        '{"env": "prod"}',
        "aws 4 in dev",
    ]
    assert live.request({"cmd": "get_state"})["state"]["active_env"] == "dev"


def test_a_shell_keeps_its_own_environment_while_its_pane_changes(panes: Tmux) -> None:
    panes.send("%1", "axium env set prod --shell")
    panes.wait_for(lambda: "prod $" in panes.capture("%1"))
    panes.send("%0", "axium env set prod --pane %1; axium env clear --pane %1; aws here")
    panes.wait_for(lambda: "aws here in dev" in panes.capture("%0"))
    panes.send("%1", "aws there")
    panes.wait_for(lambda: "wrapx exec prod -- aws there in prod" in panes.capture("%1"))
    panes.send("%1", "axium env clear --shell")
    panes.wait_for(lambda: panes.capture("%1").rstrip().endswith("dev $"))


def test_a_function_that_is_the_program_of_a_rule_runs_once_wherever_it_is_asked_for(
    live: Daemon,
) -> None:
    rule = "prefixes:\n  - {command: aws, prefix: 'through it'}\n"
    (live.scratch.home / "prefixes.yaml").write_text(rule)
    live.request({"cmd": "reload"})
    function = 'through() { echo "through $AXIUM_WRAPPED"; shift; "$@"; }\n'
    with (live.scratch.user / ".bashrc").open("a") as start:
        start.write(RC + function)

    printed = typed(live.scratch, function, "aws 1", "command axium run aws 2")

    assert printed == ["through aws", "aws 1 in dev", "through aws", "aws 2 in dev"]


def test_commands_run_as_before_while_the_daemon_is_down(live: Daemon) -> None:
    live.request({"cmd": "set_env", "value": "prod"})
    live.scratch.stop_daemon()

    printed = typed(live.scratch, "export AXIUM_NO_AUTOSTART=1", "aws s3", 'echo "$AXIUM_PROMPT"')

    assert printed == ["wrapx exec prod -- aws s3 in prod", "prod "]


def test_a_command_that_becomes_wrapped_is_wrapped_at_the_next_prompt(live: Daemon) -> None:
    live.scratch.tool("tofu", TOOL)
    rule = "  - {command: tofu, prefix: '${env.prefix}'}\n"

    printed = typed(
        live.scratch,
        "axium env set prod",
        "tofu 1",
        f"printf %s {shlex.quote(rule)} >>$AXIUM_HOME/prefixes.yaml; axium daemon reload",
        "tofu 2",
    )

    assert [line for line in printed if "tofu" in line] == [
        "tofu 1 in prod",
        "wrapx exec prod -- tofu 2 in prod",
    ]


def test_a_command_typed_before_any_daemon_ran_starts_one(configured: Scratch) -> None:
    (configured.home / "state_cache.json").write_text('{"prefixed_commands": ["aws"]}')

    printed = typed(configured, "aws s3", "axium env set dev; aws s3")

    assert printed[-1] == "aws s3 in dev"


def test_a_server_whose_hook_found_no_daemon_shows_the_hud_of_the_first(
    configured: Scratch,
) -> None:
    bash = f"exec bash --noprofile --rcfile {shlex.quote(str(configured.user / 'rc'))} -i"
    (configured.home / "state.json").write_text('{"active_env": "dev"}')
    server = Tmux(configured, shell=bash)
    terminal = Terminal(server)
    try:
        server.wait_for(lambda: "@axium_tpl" in server.cmd("show-options", "-g"))
        server.wait_for(lambda: not told_in_background(configured))
        assert "env:" not in terminal.status()
        server.send("%0", "axium env list")
        server.wait_for(lambda: "env:dev" in terminal.status())
    finally:
        terminal.close()
        server.close()


def told_in_background(scratch: Scratch) -> list[str]:
    """What still tells a daemon of a tmux server."""
    return [line for line in scratch.processes().values() if "init.sh" in line or "ipc" in line]
