"""The verbs that only read: HUD, environment, wrapped names, raw lines."""

from __future__ import annotations

import json

import pytest

from axium.thin import paths
from tests.support import Daemon, Scratch
from tests.thin.publishing import Published
from tests.thin.speaker import Speaker

NO_DAEMON = {"AXIUM_NO_AUTOSTART": "1"}


def said(scratch: Scratch, *args: str, **env: str) -> tuple[int, str, str]:
    """Exit code, stdout and stderr of `axium ARGS`."""
    done = scratch.axium(*args, env=env)
    return done.returncode, done.stdout, done.stderr


def is_started(scratch: Scratch) -> bool:
    return (scratch.home / "daemon.lock").exists()


def test_the_hud_without_a_daemon_is_inactive_and_starts_none(scratch: Scratch) -> None:
    assert said(scratch, "hud") == (0, "[axium] inactive\n", "")
    assert said(scratch, "hud", "--format=tmux") == (0, "[axium] inactive\n", "")
    assert said(scratch, "hud", "--json") == (0, '{"hud": "[axium] inactive"}\n', "")
    assert said(scratch, "hud", "-v", "--pane", "%1") == (0, "[axium] inactive\n", "")
    assert not is_started(scratch)


def test_a_hud_that_the_daemon_refuses_is_inactive(scratch: Scratch) -> None:
    with Speaker(scratch.socket, lambda _line: b"ERR: busy\n"):
        assert said(scratch, "hud", "--pane", "%1") == (0, "[axium] inactive\n", "")
    assert said(scratch, "hud", "--pane", "%1 %2") == (0, "[axium] inactive\n", "")


def test_the_hud_of_a_daemon_has_every_format(daemon: Daemon) -> None:
    plain = said(daemon.scratch, "hud")
    assert plain == (0, "[axium] env:root  uptime:0m\n", "")
    assert said(daemon.scratch, "hud", "--json")[1] == '{"hud": "[axium] env:root  uptime:0m"}\n'
    for form, colors in (("tmux", "24bit"), ("ansi", "256")):  # the terminal of a test has 256
        text = daemon.request({"cmd": "get_hud", "format": form, "colors": colors})["hud"]
        assert said(daemon.scratch, "hud", "--format", form) == (0, text + "\n", "")


def test_an_unknown_format_is_the_users_mistake(scratch: Scratch) -> None:
    assert said(scratch, "hud", "--format", "html") == (
        1,
        "",
        "✗ no format `html`\n  one of plain, tmux, ansi\n",
    )


def test_an_environment_that_is_not_set_prints_nothing(scratch: Scratch) -> None:
    assert said(scratch, "env", "get") == (0, "", "")
    assert said(scratch, "env", "get", "--json") == (0, '{"env": null}\n', "")
    assert said(scratch, "env", "get", "region") == (0, "", "")
    assert not is_started(scratch)


def test_the_published_environment_stays_valid_while_the_daemon_is_down(scratch: Scratch) -> None:
    published = Published(scratch)
    published.everywhere("dev")
    assert said(scratch, "env", "get") == (0, "dev\n", "")
    start = paths.process_start(1)
    published.write(f"p/s,1,{start}/%1", "prod", "s1", "", "c1")
    pane = {"TMUX": "/s,1,0", "TMUX_PANE": "%1"}
    assert said(scratch, "env", "get", **pane) == (0, "prod\n", "")
    assert said(scratch, "env", "get", "--pane", "%2", **pane) == (0, "dev\n", "")
    assert not is_started(scratch)


def test_without_published_files_the_state_file_knows(scratch: Scratch) -> None:
    (scratch.home / "state.json").write_text('{"active_env": "dev", "panes": {"%1": "prod"}}')
    (scratch.home / "envs.yaml").write_text("envs:\n  dev: {region: eu, ports: [1, 2]}\n")
    assert said(scratch, "env", "get") == (0, "dev\n", "")
    assert said(scratch, "env", "get", "--pane", "%1") == (0, "prod\n", "")
    assert said(scratch, "env", "get", "region") == (0, "eu\n", "")
    assert said(scratch, "env", "get", "ports") == (0, "[1, 2]\n", "")


def test_a_property_is_text_or_json(daemon: Daemon) -> None:
    scratch = daemon.scratch
    (scratch.home / "envs.yaml").write_text(
        "envs:\n  root: {region: eu, vpc: {id: v-1}, on: true}\n"
    )
    assert said(scratch, "daemon", "reload")[0] == 0
    assert said(scratch, "env", "get", "region") == (0, "eu\n", "")
    assert said(scratch, "env", "get", "vpc.id") == (0, "v-1\n", "")
    assert said(scratch, "env", "get", "on") == (0, "true\n", "")
    assert said(scratch, "env", "get", "vpc", "--json") == (
        0,
        '{"env": "root", "key": "vpc", "value": {"id": "v-1"}}\n',
        "",
    )
    assert said(scratch, "env", "get", "vpc.name") == (
        1,
        "",
        (
            "✗ environment `root` has no property `vpc.name`\n"
            "  it has `region`, `vpc`, `on`, `name`\n"
        ),
    )


@pytest.mark.parametrize("pane", ["a b", "", "3", "%", "%x", "work:3"])
def test_what_is_no_pane_is_told(scratch: Scratch, pane: str) -> None:
    assert said(scratch, "env", "get", "--pane", pane) == (
        1,
        "",
        f"✗ `{pane}` is not the id of a pane\n  tmux numbers panes like `%3`\n",
    )
    assert said(scratch, "hud", "--pane", pane) == (0, "[axium] inactive\n", "")


@pytest.mark.parametrize("damage", [b"", b"axium1\0c1\0aws\0"])
def test_damaged_names_are_read_from_the_files(scratch: Scratch, damage: bytes) -> None:
    (scratch.home / "prefixes.yaml").write_text("prefixes:\n  - {command: aws, prefix: x}\n")
    published = Published(scratch)
    (published.run / "commands").write_bytes(damage)
    assert said(scratch, "wrapper", "list") == (0, "aws\n", "")
    assert said(scratch, "wrapper", "list", "--json") == (0, '{"commands": ["aws"]}\n', "")


@pytest.mark.parametrize("shell", ["bash", "zsh"])
def test_the_printed_code_defines_and_removes_wrappers(scratch: Scratch, shell: str) -> None:
    Published(scratch).write("commands", "c1", "aws", "a.b-c+", "x; touch canary", "")
    scratch.tool("aws", "#!/bin/sh\n")
    script = """
    eval "$(axium wrapper refresh)"
    typeset -f aws >/dev/null && typeset -f a.b-c+ >/dev/null && echo "$AXIUM_WRAPPED_COMMANDS"
    eval "$(axium wrapper clear)"
    typeset -f aws >/dev/null || echo "gone${AXIUM_WRAPPED_COMMANDS-}"
    """
    done = scratch.run(shell, "-c", script)
    assert (done.stdout, done.stderr) == ("aws a.b-c+\ngone\n", "")
    assert not (scratch.user / "canary").exists()


@pytest.mark.parametrize("told", ["--shell fish", ""])
def test_the_code_for_fish_defines_and_removes_wrappers(scratch: Scratch, told: str) -> None:
    Published(scratch).write("commands", "c1", "aws", "a.b-c+", "x; touch canary", "")
    script = f"""
    axium wrapper refresh {told} | source
    functions --query aws; and functions --query a.b-c+; and echo $AXIUM_WRAPPED_COMMANDS
    axium wrapper clear {told} | source
    functions --query aws; or echo "gone$AXIUM_WRAPPED_COMMANDS"
    """
    around = {} if told else {"AXIUM_HOOK": "fish 1.0"}
    done = scratch.run("fish", "--no-config", "-c", script, env=around)
    assert (done.stdout, done.stderr) == ("aws a.b-c+\ngone\n", "")
    assert not (scratch.user / "canary").exists()


def test_code_for_a_shell_that_is_not_known_is_refused(scratch: Scratch) -> None:
    assert said(scratch, "wrapper", "refresh", "--shell", "fihs") == (
        1,
        "",
        "✗ no code for the shell `fihs`\n  did you mean `fish`?\n",
    )


def test_a_raw_line_is_answered_as_the_daemon_says_it(daemon: Daemon) -> None:
    scratch = daemon.scratch
    assert said(scratch, "ipc", "ENV") == (0, "root\n", "")
    answer = json.loads(said(scratch, "ipc", '{"cmd": "ping", "id": 7}')[1])
    assert (answer["id"], answer["pong"]) == (7, True)
    assert said(scratch, "ipc", "WHAT")[1] == "ERR: Unknown command: WHAT\n"


def test_a_raw_line_starts_nothing(scratch: Scratch) -> None:
    assert said(scratch, "ipc", "STATUS") == (
        1,
        "",
        "✗ the daemon is not running\n  start it with `axium daemon start`\n",
    )
    assert not is_started(scratch)


def test_output_that_cannot_be_written_is_the_systems_fault(scratch: Scratch) -> None:
    done = scratch.run("sh", "-c", "axium hud > /dev/full")
    assert (done.returncode, done.stderr) == (2, "✗ No space left on device\n")


def test_a_reader_that_goes_away_ends_us_as_it_ends_any_program(scratch: Scratch) -> None:
    script = "{ sleep 0.2; axium help; echo $? >&2; } | true"
    done = scratch.run("bash", "-c", script)
    assert done.stderr == "141\n"
