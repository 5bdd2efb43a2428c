"""Jobs: what is remembered of programs, whose they are, and their end."""

from __future__ import annotations

import time

import pytest

from axium.daemon.services import jobs
from axium.model.jobs import TAIL_BYTES
from tests.daemon.brokered import CREDS, ask_as, load, outcome
from tests.daemon.serving import Served, line
from tests.support import Daemon, until
from tests.support.processes import alive


def ended(served: Served, number: int) -> bool:
    """Whether a job is over, once the loop has seen to it."""
    served.settled()
    return bool(served.ask("show_job", job=number)["job"]["status"] == "ended")


def test_a_job_is_remembered_with_the_last_of_its_output(served: Served) -> None:
    served.ask("set_env", value="dev")
    reply = served.ask("daemon_exec", command="echo a; echo b >&2; exit 4", cwd="/tmp")
    until(lambda: ended(served, 1))
    shown = served.ask("show_job", job=1)
    row = shown["job"]
    assert row["started_at"] <= row["ended_at"] <= time.time()
    assert shown == {
        "ok": True,
        "job": {
            "job": 1,
            "spoke": "user",
            "argv": ["/bin/sh", "-c", "echo a; echo b >&2; exit 4"],
            "cwd": "/tmp",
            "env": "dev",
            "mode": "background",
            "pid": reply["pid"],
            "status": "ended",
            "returncode": 4,
            "reason": None,
            "started": row["started"],
            "started_at": row["started_at"],
            "ended": row["ended"],
            "ended_at": row["ended_at"],
            "output_bytes": 4,
        },
        "output": shown["output"],
        "truncated": False,
    }
    assert sorted(shown["output"].split()) == ["a", "b"]
    assert served.ask("list_jobs") == {"ok": True, "jobs": [row]}


def written(served: Served) -> int:
    """How much the first job has written, once the loop has taken what there is."""
    served.settled()
    return int(served.ask("list_jobs")["jobs"][0]["output_bytes"])


def test_a_flood_keeps_its_end_and_nobody_waiting(served: Served) -> None:
    served.ask("daemon_exec", command="yes")
    until(lambda: written(served) > 200_000)
    begun = time.monotonic()
    for _ in range(50):
        served.ask("ping")
    assert time.monotonic() - begun < 2
    shown = served.ask("show_job", job=1)
    assert (len(shown["output"]), shown["truncated"]) == (TAIL_BYTES, True)
    assert served.ask("stop_job", job=1) == {"ok": True, "stopped": True}


def test_stopping_ends_a_job_and_says_so(served: Served) -> None:
    pid = served.ask("daemon_exec", command="sleep 1000")["pid"]
    assert served.ask("stop_job", job=1) == {"ok": True, "stopped": True}
    row = served.ask("show_job", job=1)["job"]
    assert (alive(pid), row["status"], row["reason"], row["returncode"]) == (
        False, "ended", "stopped", -15,
    )  # fmt: skip
    assert served.ask("stop_job", job=1) == {"ok": True, "stopped": False}


def test_a_job_that_was_suspended_can_be_stopped(served: Served) -> None:
    served.ask("daemon_exec", command="kill -STOP $$")
    assert served.ask("stop_job", job=1) == {"ok": True, "stopped": True}


@pytest.mark.parametrize("cmd", ["show_job", "stop_job"])
def test_a_job_that_is_not_there_is_told(served: Served, cmd: str) -> None:
    assert outcome(served.ask(cmd, job=7)) == "not_found: no job 7"


def test_a_plugin_sees_its_own_jobs_and_no_others(served: Served) -> None:
    load(served, exec=True)
    served.ask("daemon_exec", command=["true"])
    ask_as(served, CREDS, "daemon_exec", command=["true"])
    listed = [
        [row["job"] for row in reply["jobs"]]
        for reply in (
            ask_as(served, CREDS, "list_jobs"),
            served.ask("list_jobs", spoke="creds"),
            served.ask("list_jobs"),
        )
    ]
    assert listed == [[2], [2], [1, 2]]
    assert outcome(ask_as(served, CREDS, "stop_job", job=1)) == "not_found: no job 1"


def test_the_last_ones_are_kept_and_those_that_run(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "KEPT", 3)
    served.ask("daemon_exec", command="sleep 1000")
    for _ in range(5):
        served.ask("daemon_exec", command=["true"])
    assert [row["job"] for row in served.ask("list_jobs")["jobs"]] == [1, 5, 6]
    served.ask("stop_job", job=1)


def test_there_is_a_bound_on_how_many_run_of_one_plugin(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "MOST_OF_ONE", 2)
    load(served, exec=True)
    asked = [ask_as(served, CREDS, "daemon_exec", command="sleep 1000") for _ in range(3)]
    assert [outcome(reply) for reply in asked] == [
        "ok", "ok", "busy: 2 jobs are running already",
    ]  # fmt: skip
    assert served.ask("daemon_exec", command=["true"])["ok"] is True


def test_the_daemons_end_is_that_of_its_jobs(daemon: Daemon) -> None:
    scratch = daemon.scratch
    pid = scratch.user / "pid"
    command = f"trap '' TERM; sleep 1000 & echo $! >{pid}; wait; sleep 1000"
    scratch.exchange(line("daemon_exec", command=command))
    child = int(until(lambda: pid.exists() and pid.read_text().strip()) or 0)
    scratch.stop_daemon()
    until(lambda: not scratch.processes())
    assert not alive(child)


def test_a_job_costs_nothing_while_it_is_silent(daemon: Daemon) -> None:
    daemon.scratch.exchange(line("daemon_exec", command="sleep 1000"))
    pid = daemon.pid
    before = _switches(pid)
    time.sleep(1.0)  # the fact waited for is that nothing happens
    assert _switches(pid) - before <= 3


def _switches(pid: int) -> int:
    """How often a process's main thread went to sleep and woke."""
    with open(f"/proc/{pid}/task/{pid}/status", encoding="ascii") as file:
        return next(int(text.split()[1]) for text in file if text.startswith("voluntary"))
