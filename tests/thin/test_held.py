"""An environment of one shell, on the thin path: who minds it, and `axium env exec`."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from pathlib import Path

import pytest

from axium.thin import paths, published
from axium.thin.words import frame
from tests.support import Daemon, Scratch
from tests.support.scratch import VENV_BIN
from tests.thin.publishing import Published, recorded
from tests.thin.speaker import Speaker

NO_DAEMON = {"AXIUM_NO_AUTOSTART": "1"}
HELD = {"AXIUM_SHELL_ENV": "prod", "AXIUM_SHELL_PLACE": ":"}
PANE = {"TMUX": "/tmp/a,b,7,0", "TMUX_PANE": "%3"}


@pytest.fixture
def there(scratch: Scratch) -> Published:
    """`dev` is the global environment, and some shell holds `prod`."""
    there = Published(scratch)
    there.everywhere("dev")
    there.write("e/prod", "prod", "s2", "", "c1")
    there.tool("aws")
    there.table("aws", "go", "", "<aws", "<global")
    there.table("aws", "go", "", "<aws", "<held", stamp="s2")
    return there


def said(scratch: Scratch, *args: str, **env: str) -> tuple[int, str, str]:
    """Exit code, stdout and stderr of `axium ARGS`."""
    done = scratch.axium(*args, env=env)
    return done.returncode, done.stdout, done.stderr


def ran(there: Published, *args: str, **env: str) -> tuple[list[str], dict[str, str | None]]:
    """What `axium ARGS` ran: its arguments, and the variables that say where."""
    done = there.scratch.axium(*args, env=NO_DAEMON | env)
    assert done.stderr == ""
    argv, seen = recorded(done.stdout)
    names = ("AXIUM_ENV", "AXIUM_SHELL_ENV", "AXIUM_SHELL_PLACE")
    return argv[1:], {name: seen.get(name) for name in names}


@pytest.mark.parametrize(
    ("environ", "place"),
    [
        ({}, ":"),
        ({"TMUX": ""}, ":"),
        (PANE, "/tmp/a,b,7:%3"),
        ({"TMUX": "odd"}, "odd:"),
        ({"TMUX_PANE": "%3"}, ":%3"),
    ],
)
def test_a_place_is_what_a_shell_makes_of_it(environ: dict[str, str], place: str) -> None:
    script = 'printf %s "${TMUX%,*}:$TMUX_PANE"'
    shell = subprocess.check_output(["bash", "-c", script], env=environ, text=True)
    assert (paths.place_of(environ), shell) == (place, place)


@pytest.mark.parametrize(
    ("environ", "env"),
    [
        (HELD, "prod"),
        ({"AXIUM_SHELL_ENV": "prod"}, None),
        (HELD | PANE, None),
        (HELD | PANE | {"AXIUM_SHELL_PLACE": "/tmp/a,b,7:%3"}, "prod"),
        (HELD | PANE | {"AXIUM_SHELL_PLACE": "/tmp/a,b,7:%4"}, None),
        ({"AXIUM_SHELL_ENV": "", "AXIUM_SHELL_PLACE": ":"}, None),
        ({}, None),
    ],
)
def test_a_shell_holds_an_environment_only_in_its_own_place(
    environ: dict[str, str], env: str | None
) -> None:
    assert paths.shell_env(environ) == env


@pytest.mark.parametrize("name", ["a/b", "../global", "..", ".", "", "n" * 201, "é" * 101])
def test_a_name_that_no_file_can_have_has_no_pointer(name: str) -> None:
    assert paths.held_path("/run", name) is None


@pytest.mark.parametrize("name", ["prod", "...", "n" * 200, "a b", "-"])
def test_every_other_name_has_one(name: str) -> None:
    assert paths.held_path("/run", name) == f"/run/e/{name}"


def test_a_pointer_of_another_environment_is_damaged(there: Published) -> None:
    there.write("e/dev", "prod", "s2", "", "c1")
    with pytest.raises(ValueError, match="of another environment"):
        published.held(paths.home_of(there.scratch.environ), "dev")


def test_a_command_goes_by_the_shells_own_environment(there: Published) -> None:
    assert ran(there, "run", "aws", **HELD)[0] == ["held"]
    assert ran(there, "run", "aws", **HELD, **PANE)[0] == ["global"]


def test_without_a_pointer_the_daemon_is_asked_about_the_shells_own_environment(
    there: Published,
) -> None:
    plan = frame(["go", "", "<aws", "<planned", "*test"])
    with Speaker(there.scratch.socket, lambda _line: plan) as speaker:
        done = there.scratch.axium("run", "aws", env=HELD | {"AXIUM_SHELL_ENV": "test"})
    assert recorded(done.stdout)[0][1:] == ["planned"]
    asked = json.loads(speaker.asked[0].removeprefix(b"PLAN "))
    assert (asked["env"], asked["command"]) == ("test", "aws")


def test_the_environment_of_a_shell_is_told_without_asking_anybody(there: Published) -> None:
    assert said(there.scratch, "env", "get", **HELD) == (0, "prod\n", "")
    assert said(there.scratch, "env", "get", "--json", **HELD) == (0, '{"env": "prod"}\n', "")


def test_a_pane_that_is_named_is_meant_and_not_the_shell(there: Published) -> None:
    start = paths.process_start(1)
    there.write(f"p/s,1,{start}/%1", "test", "s1", "", "c1")
    here = HELD | {"TMUX": "/s,1,0", "TMUX_PANE": "%2", "AXIUM_SHELL_PLACE": "/s,1:%2"}
    assert said(there.scratch, "env", "get", **here) == (0, "prod\n", "")
    assert said(there.scratch, "env", "get", "--pane", "%1", **here) == (0, "test\n", "")
    assert said(there.scratch, "env", "get", "--pane", "%2", **here) == (0, "dev\n", "")


def test_the_files_know_of_a_shells_own_environment_too(scratch: Scratch) -> None:
    (scratch.home / "state.json").write_text('{"active_env": "dev"}')
    (scratch.home / "envs.yaml").write_text("envs:\n  dev: {}\n  prod: {region: eu}\n")
    assert said(scratch, "env", "get", "region", **HELD) == (0, "eu\n", "")
    assert said(scratch, "env", "get", "region", **HELD | {"AXIUM_SHELL_ENV": "prd"}) == (
        1,
        "",
        "✗ unknown environment `prd`\n  is it still in envs.yaml?\n",
    )


def test_one_command_runs_elsewhere_and_its_children_are_held_to_it(there: Published) -> None:
    seen = {"AXIUM_ENV": "prod", "AXIUM_SHELL_ENV": "prod", "AXIUM_SHELL_PLACE": ":"}
    assert ran(there, "env", "exec", "prod", "--", "aws", "s3", "--", "-v") == (
        ["held", "s3", "--", "-v"],
        seen,
    )
    assert ran(there, "env", "exec", "prod", "aws", "--help") == (["held", "--help"], seen)
    there.table("sh", "go", "", "<sh", stamp="s2")
    assert ran(there, "env", "exec", "prod", "sh", "-c", "axium run aws") == (["held"], seen)


def test_nothing_is_switched_by_it(there: Published) -> None:
    before = {path: path.read_bytes() for path in there.run.rglob("*") if path.is_file()}
    ran(there, "env", "exec", "prod", "aws")
    assert {path: path.read_bytes() for path in there.run.rglob("*") if path.is_file()} == before


def test_the_place_of_what_it_runs_is_the_pane_that_it_is_in(there: Published) -> None:
    _, seen = ran(there, "env", "exec", "prod", "aws", **PANE)
    assert seen["AXIUM_SHELL_PLACE"] == "/tmp/a,b,7:%3"


def test_it_wins_over_the_shells_own_environment(there: Published) -> None:
    there.write("e/dev", "dev", "s1", "", "c1")
    assert ran(there, "env", "exec", "dev", "aws", **HELD)[0] == ["global"]


def test_axium_off_and_a_tool_inside_itself_run_plainly_and_know_where(there: Published) -> None:
    for env in ({"AXIUM_OFF": "1"}, {"AXIUM_WRAPPED": "aws", "AXIUM_ENV": "prod"}):
        argv, seen = ran(there, "env", "exec", "prod", "aws", "s3", **env)
        assert (argv, seen["AXIUM_ENV"]) == (["s3"], "prod")


def test_exit_code_and_signal_are_the_commands_own(there: Published) -> None:
    there.table("sh", "go", "", "<sh", stamp="s2")
    assert there.scratch.axium("env", "exec", "prod", "sh", "-c", "exit 42").returncode == 42
    killed = there.scratch.axium("env", "exec", "prod", "sh", "-c", "kill -TERM $$")
    assert killed.returncode == -signal.SIGTERM


def test_it_becomes_the_command(there: Published) -> None:
    there.table("sh", "go", "", "<sh", stamp="s2")
    argv = [str(VENV_BIN / "axium"), "env", "exec", "prod", "sh", "-c", "echo $$"]
    with subprocess.Popen(argv, env=there.scratch.environ, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert int(process.stdout.read()) == process.pid


def test_arguments_that_are_not_utf8_arrive_byte_for_byte(there: Published) -> None:
    there.scratch.tool("aws", '#!/bin/sh\nprintf "%s|" "$@"\n')
    argv = [os.fsencode(VENV_BIN / "axium"), b"env", b"exec", b"prod", b"aws", b"a\xffb"]
    assert subprocess.check_output(argv, env=there.scratch.environ) == b"held|a\xffb|"


def test_a_daemon_publishes_the_environment_before_the_command_runs(daemon: Daemon) -> None:
    scratch = daemon.scratch
    assert said(scratch, "env", "exec", "builder", "true") == (0, "", "")
    assert (scratch.home / "run/e/builder").is_file()


def test_a_daemon_is_started_where_nothing_is_published(scratch: Scratch) -> None:
    code, data, talk = said(scratch, "env", "exec", "builder", "sh", "-c", "echo $AXIUM_ENV")
    assert (code, data, talk) == (0, "builder\n", "")
    assert (scratch.home / "run/e/builder").is_file()


def test_an_unknown_environment_runs_nothing(daemon: Daemon) -> None:
    canary = daemon.scratch.user / "canary"
    assert said(daemon.scratch, "env", "exec", "bilder", "--", "touch", str(canary)) == (
        1,
        "",
        (
            "✗ Unknown environment: bilder\n  Did you mean: builder\n"
            "  `axium env list` shows all of them\n"
        ),
    )
    assert not canary.exists()


def test_without_any_daemon_the_files_decide(scratch: Scratch) -> None:
    (scratch.home / "envs.yaml").write_text("envs:\n  prod: {prefix: env FROM=files}\n")
    (scratch.home / "prefixes.yaml").write_text(
        'prefixes:\n  - {command: printenv, prefix: "${env.prefix}"}\n'
    )
    args = ("env", "exec", "prod", "--", "printenv", "FROM", "AXIUM_SHELL_ENV")
    assert said(scratch, *args, **NO_DAEMON) == (0, "files\nprod\n", "")
    assert said(scratch, "env", "exec", "prd", "printenv", **NO_DAEMON) == (
        1,
        "",
        "✗ unknown environment `prd`\n  is it still in envs.yaml?\n",
    )


def test_a_daemon_that_does_not_answer_in_json_runs_nothing(scratch: Scratch) -> None:
    with Speaker(scratch.socket, lambda _line: b"ERR: busy\n"):
        assert said(scratch, "env", "exec", "prod", "true") == (
            2,
            "",
            "✗ the daemon gave no answer\n  it may be of another version\n",
        )


@pytest.mark.parametrize("args", [("prod",), ("prod", "--"), ()])
def test_a_command_is_needed(scratch: Scratch, args: tuple[str, ...]) -> None:
    code, data, talk = said(scratch, "env", "exec", *args, **NO_DAEMON)
    assert (code, data, talk[:10]) == (1, "", "✗ missing " if len(args) < 2 else "✗ no comma")


def test_a_command_in_another_environment_has_the_terminal(
    there: Published, tmp_path: Path
) -> None:
    there.table("sh", "go", "", "<sh", stamp="s2")
    script = f"tty >{tmp_path}/seen && ps -o tpgid=,pgid= -p $$ >>{tmp_path}/seen"
    inner = f"axium env exec prod -- sh -c '{script}'"
    done = there.scratch.run("script", "-qec", inner, "/dev/null")
    tty, foreground, group = (tmp_path / "seen").read_text().split()
    assert (done.returncode, tty[:9], foreground) == (0, "/dev/pts/", group)
