"""`axium daemon`: its life, its faults, its log; and which commands start it."""

from __future__ import annotations

import os
import subprocess

from tests.cli.saying import said, told
from tests.support import Daemon, Scratch, until
from tests.support.scratch import VENV_BIN


def test_faults_are_told_by_reload_and_the_last_good_stays(home: Scratch) -> None:
    (home.home / "envs.yaml").write_text("envs:\n  dev: [\n")
    code, data, talk = said(home, "daemon", "reload")
    assert (code, data) == (1, "")
    assert talk.startswith("envs.yaml:")
    assert said(home, "env", "list")[1] == "root\ndev\nprod\n"


def test_pause_and_resume_are_silent_and_idempotent(home: Scratch) -> None:
    for command, state in (("pause", "paused"), ("pause", "paused"), ("resume", "monitoring")):
        assert said(home, "daemon", command) == (0, "", "")
        status = told(home, "daemon", "status")
        assert status["state"] == state


def test_a_daemon_is_stopped_restarted_and_started(daemon: Daemon) -> None:
    scratch = daemon.scratch
    assert said(scratch, "daemon", "restart") == (0, "", "")
    pid = daemon.request({"cmd": "ping"})["pid"]
    assert (pid != daemon.pid, list(scratch.processes())) == (True, [pid])
    assert said(scratch, "daemon", "stop") == (0, "", "")
    assert scratch.processes() == {}
    assert said(scratch, "daemon", "stop") == (
        1,
        "",
        "✗ the daemon is not running\n  start it with `axium daemon start`\n",
    )
    assert said(scratch, "daemon", "reload")[0] == 1
    assert said(scratch, "daemon", "status") == (0, "not running\n", "")
    assert told(scratch, "daemon", "status")["running"] is False
    assert said(scratch, "env", "get") == (0, "root\n", "")
    assert scratch.processes() == {}


def test_a_command_that_needs_the_daemon_starts_it(scratch: Scratch) -> None:
    assert said(scratch, "env", "list") == (0, "root\nbuilder\n", "")
    assert len(scratch.processes()) == 1


def test_no_autostart_is_respected(scratch: Scratch) -> None:
    assert said(scratch, "env", "set", "root", AXIUM_NO_AUTOSTART="1") == (
        1,
        "",
        "✗ the daemon is not running\n  start it with `axium daemon start`\n",
    )
    assert scratch.processes() == {}


def test_the_log_is_shown_and_followed(daemon: Daemon) -> None:
    log = daemon.scratch.home / "logs" / "axiumd.log"
    with log.open("a") as more:
        more.write("".join(f"line {n}\n" for n in range(100)))
    shown = said(daemon.scratch, "daemon", "logs")[1].splitlines()
    assert (len(shown), shown[-1]) == (50, "line 99")
    assert said(daemon.scratch, "daemon", "logs", "-n", "2")[1] == "line 98\nline 99\n"
    out = daemon.scratch.root / "followed"
    argv = [str(VENV_BIN / "axium"), "daemon", "logs", "-f", "-n", "1"]
    with out.open("wb") as file:
        follower = subprocess.Popen(argv, env=daemon.scratch.environ, stdout=file)
    until(lambda: out.read_text() == "line 99\n")
    with log.open("a") as more:
        more.write("and more\n")
    until(lambda: out.read_text() == "line 99\nand more\n")
    os.replace(log, f"{log}.1")
    log.write_text("new\n")
    until(lambda: out.read_text().endswith("new\n"))
    follower.terminate()
    assert follower.wait() == -15


def test_the_log_is_a_document_for_programs_which_no_one_can_follow(scratch: Scratch) -> None:
    log = scratch.home / "logs" / "axiumd.log"
    log.parent.mkdir()
    log.write_text("one\ntwo \x1b[2J\nthree\n")
    assert told(scratch, "daemon", "logs", "-n", "2") == {
        "path": str(log),
        "lines": ["two \x1b[2J", "three"],
    }
    assert told(scratch, "daemon", "logs", "-n", "0")["lines"] == []
    assert said(scratch, "daemon", "logs", "-f", "--json") == (
        1,
        "",
        (
            "✗ `--json` is one document, and `--follow` has no end\n"
            "  leave one of them out: a line of the log begins with its time and its level\n"
        ),
    )


def test_a_log_that_is_not_there_is_told(scratch: Scratch) -> None:
    assert said(scratch, "daemon", "logs") == (
        1,
        "",
        f"✗ there is no log at {scratch.home}/logs/axiumd.log\n  no daemon was started yet\n",
    )
