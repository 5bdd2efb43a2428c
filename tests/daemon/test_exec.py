"""`daemon_exec`: what runs, in which environment, and what is made of its output and its end."""

from __future__ import annotations

import asyncio
import os
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from axium.daemon.caller import USER
from axium.daemon.services import jobs
from axium.model.steering import steers
from tests.daemon.brokered import CREDS, ask_as, load, outcome
from tests.daemon.serving import Served
from tests.support import until
from tests.support.processes import alive

NAME_RULE = "it takes letters, digits and `_`"
DENIED = "denied: permission denied: exec"


def said(reply: dict[str, Any]) -> Any:
    """What a program that was waited for wrote, or how it was refused."""
    return reply["stdout"] if reply["ok"] else outcome(reply)


def pid_in(file: Path) -> int:
    return int(until(lambda: file.exists() and file.read_text().strip()) or 0)


def test_a_list_is_waited_for_and_a_string_is_not(served: Served) -> None:
    waited = served.ask("daemon_exec", command=["sh", "-c", "echo out; echo err >&2; exit 3"])
    begun = served.ask("daemon_exec", command="echo out; exit 3")
    assert [waited, begun] == [
        {
            "ok": True,
            "job": 1,
            "pid": waited["pid"],
            "stdout": "out\n",
            "stderr": "err\n",
            "returncode": 3,
            "truncated": False,
        },
        {
            "ok": True,
            "job": 2,
            "pid": begun["pid"],
            "stdout": None,
            "stderr": None,
            "returncode": None,
            "truncated": False,
        },
    ]


@pytest.mark.parametrize("mode", ["wait", "foreground"])
def test_a_string_is_the_shells_and_may_be_waited_for(served: Served, mode: str) -> None:
    reply = served.ask("daemon_exec", command="printf '%s' $((6*7)) | tr 2 3", mode=mode)
    assert said(reply) == "43"


def test_a_program_runs_in_the_environment_that_applies(served: Served) -> None:
    served.ask("set_env", value="prod")
    here = served.ask("daemon_exec", command="echo $AXIUM_ENV $PWD $A", mode="wait", env={"A": "1"})
    there = served.ask("daemon_exec", command=["pwd"], cwd="~/../axium")
    assert (said(here), said(there)) == (
        f"prod {served.scratch.user} 1\n",
        f"{served.scratch.home}\n",
    )


def test_an_environment_may_be_named_or_be_that_of_a_pane(served: Served) -> None:
    served.ask("set_env", value="root")
    fields: list[dict[str, Any]] = [{}, {"environment": "dev"}, {"environment": "nowhere"}]
    told = [
        said(served.ask("daemon_exec", command=["printenv", "AXIUM_ENV"], **each))
        for each in fields
    ]
    assert told == ["root\n", "dev\n", "unknown_env: Unknown environment: nowhere"]


def test_what_the_daemon_was_started_with_is_all_else_that_a_program_gets(served: Served) -> None:
    names = {
        line.partition("=")[0]
        for line in said(served.ask("daemon_exec", command=["env"])).split("\n")
    }
    assert names <= {
        "", "HOME", "USER", "SHELL", "PATH", "LANG", "XDG_STATE_HOME", "XDG_RUNTIME_DIR",
        "TMUX_TMPDIR", "AXIUM_HOME", "AXIUM_ENV", "PWD", "OLDPWD", "_", "SHLVL",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"command": "  "}, "invalid: field `command`: it is empty"),
        ({"command": []}, "invalid: field `command`: it is empty"),
        ({"command": [""]}, "invalid: field `command`: it is empty"),
        (
            {"command": ["a\0b"]},
            "invalid: field `command`: contains U+0000, which can't be handed to a program",
        ),
        (
            {"command": ["no-such-program"]},
            "not_found: `no-such-program` did not run: it is not on PATH",
        ),
        (
            {"command": ["ls"], "cwd": "/none"},
            "not_found: `ls` did not run in /none: No such file or directory",
        ),
        (
            {"command": ["ls"], "cwd": "/etc/passwd"},
            "not_found: `ls` did not run in /etc/passwd: Not a directory",
        ),
        (
            {"command": ["ls"], "cwd": "here"},
            "invalid: field `cwd`: `here` is not an absolute path",
        ),
        (
            {"command": ["ls"], "env": {"A=B": "c"}},
            f"invalid: field `env`: `A=B` is no name of a variable: {NAME_RULE}",
        ),
        ({"command": ["ls"], "spoke": "nobody"}, "not_loaded: spoke not loaded"),
        ({"command": ["ls"], "timeout": 0}, None),
        ({"command": ["ls"], "mode": "later"}, None),
    ],
)
def test_what_can_not_be_run_is_told(
    served: Served, fields: dict[str, Any], expected: str | None
) -> None:
    told = outcome(served.ask("daemon_exec", **fields))
    assert told == expected or (expected is None and told.startswith("invalid: "))


def test_under_a_list_of_programs_there_is_no_shell(served: Served) -> None:
    load(served, exec=("echo",))
    replies = [
        ask_as(served, CREDS, "daemon_exec", command="echo $HOME; id", mode="wait"),
        ask_as(served, CREDS, "daemon_exec", command="/usr/bin/echo 'a b'", mode="wait"),
        ask_as(served, CREDS, "daemon_exec", command=["echo", "; id"]),
        ask_as(served, CREDS, "daemon_exec", command="id", mode="wait"),
        ask_as(served, CREDS, "daemon_exec", command=["sh", "-c", "echo x"]),
        ask_as(served, CREDS, "daemon_exec", command="echo 'not closed"),
        ask_as(served, CREDS, "daemon_exec", command="./echo x", cwd="/usr/bin"),
    ]
    assert [said(reply) for reply in replies] == ["$HOME; id\n", "a b\n", "; id\n", *[DENIED] * 4]


def test_a_program_of_the_same_name_elsewhere_is_another_one(served: Served) -> None:
    load(served, exec=("echo",))
    other = served.scratch.user / "echo"
    other.write_text("#!/bin/sh\necho mine\n")
    other.chmod(0o755)
    assert said(ask_as(served, CREDS, "daemon_exec", command=[str(other)])) == DENIED


def test_with_exec_the_shell_is_the_spokes_and_without_it_nothing(served: Served) -> None:
    load(served, exec=True)
    assert said(ask_as(served, CREDS, "daemon_exec", command="echo $((1+1))", mode="wait")) == "2\n"
    load(served, exec=False)
    assert said(ask_as(served, CREDS, "daemon_exec", command="true")) == DENIED
    assert said(served.ask("daemon_exec", spoke="creds", command="true")) == DENIED


STEERING = [
    "LD_PRELOAD", "LD_LIBRARY_PATH", "PATH", "IFS", "BASH_ENV", "ENV", "PYTHONPATH",
    "PYTHONSTARTUP", "PROMPT_COMMAND", "GIT_SSH_COMMAND", "SHELLOPTS", "AXIUM_ENV",
]  # fmt: skip


@pytest.mark.parametrize("name", STEERING)
def test_a_plugin_hands_on_no_variable_that_says_what_is_run(served: Served, name: str) -> None:
    load(served, exec=True)
    reply = ask_as(served, CREDS, "daemon_exec", command=["true"], env={name: "x"})
    assert outcome(reply) == f"denied: field `env`: `{name}` is not taken from a plugin"


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    name=st.text(alphabet="LDPYTHON_ENVCOMAPSH=\0\nax1 ", max_size=14) | st.sampled_from(STEERING),
    value=st.text(max_size=8),
)
def test_whatever_a_variable_is_called_it_arrives_as_it_is_or_not_at_all(
    served: Served, name: str, value: str
) -> None:
    load(served, exec=True)
    reply = ask_as(served, CREDS, "daemon_exec", command=["env", "-0"], env={name: value})
    if not reply["ok"]:
        assert reply["code"] in {"invalid", "denied"}
        return
    assert not steers(name)
    assert f"{name}={value}" in reply["stdout"].split("\0")


def test_the_log_tells_who_ran_what_and_keeps_secrets_to_itself(
    served: Served, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", "axium.security")
    detail = "detail=true --token *** 'x y'"
    load(served, exec=("true",))
    ask_as(served, CREDS, "daemon_exec", command=["true", "--token", "abc", "x y"])
    lines = [each.getMessage() for each in caplog.records if each.name == "axium.security"]
    assert lines == [f"[SECURITY] spoke=creds action=exec allowed=true {detail} via_override=false"]


def test_output_beyond_the_bound_is_read_and_told(served: Served) -> None:
    size = jobs.HEAD_BYTES + 500_000
    reply = served.ask(
        "daemon_exec", command=f"head -c {size} /dev/zero; echo end >&2", mode="wait"
    )
    shown = served.ask("show_job", job=reply["job"])
    assert (len(reply["stdout"]), reply["stderr"], reply["returncode"], reply["truncated"]) == (
        jobs.HEAD_BYTES, "end\n", 0, True,
    )  # fmt: skip
    assert (shown["job"]["output_bytes"], shown["truncated"]) == (size + 4, True)


def test_after_its_time_a_program_is_ended_with_all_that_it_started(served: Served) -> None:
    pid = served.scratch.user / "pid"
    script = f"echo begun; sleep 1000 & echo $! >{pid}; wait"
    reply = served.ask("daemon_exec", command=script, mode="wait", timeout=0.3)
    assert (outcome(reply), reply["stdout"], reply["job"]) == (
        "timeout: `/bin/sh` did not end within 0.3 s, and was ended",
        "begun\n",
        1,
    )
    until(lambda: not alive(pid_in(pid)))
    assert served.ask("show_job", job=1)["job"]["reason"] == "timeout"


def test_who_refuses_to_end_is_killed(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "GRACE_SECS", 0.2)
    script = "trap '' TERM; while :; do sleep 0.05; done"
    begun = time.monotonic()
    reply = served.ask("daemon_exec", command=script, mode="wait", timeout=0.2)
    assert (reply["code"], time.monotonic() - begun < 5) == ("timeout", True)
    assert served.ask("show_job", job=1)["job"]["returncode"] == -9


def test_what_a_program_leaves_running_is_not_waited_for(served: Served) -> None:
    pid = served.scratch.user / "pid"
    begun = time.monotonic()
    command = f"sleep 1000 & echo $! >{pid}"
    reply = served.ask("daemon_exec", command=command, mode="wait", timeout=0.2)
    served.run(asyncio.sleep(0.4))  # past the limit, which was the program's
    row = served.ask("show_job", job=1)["job"]
    assert (reply["returncode"], row["status"], row["returncode"]) == (0, "running", 0)
    assert time.monotonic() - begun < 5
    assert served.ask("stop_job", job=1) == {"ok": True, "stopped": True}
    until(lambda: not alive(pid_in(pid)))


def test_an_argv_that_is_too_long_is_told(served: Served) -> None:
    reply = ask_as(served, USER, "daemon_exec", command=["ls", "x" * 200_000])
    assert outcome(reply) == "failed: `ls` did not run: Argument list too long"
    for command, most in (("x" * 40_000, 32768), (["ls", "x" * (1 << 20)], 1 << 20)):
        reply = ask_as(served, USER, "daemon_exec", command=command)
        assert reply["error"].startswith(f"field `command`: {most} letters at most, found ")


def test_nothing_is_left_of_many_programs(served: Served) -> None:
    ask_as(served, USER, "daemon_exec", command=["true"])
    before = len(os.listdir("/proc/self/fd"))
    for _ in range(20):
        ask_as(served, USER, "daemon_exec", command=["true"])
    children = Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()
    assert (len(os.listdir("/proc/self/fd")), children) == (before, [])
