"""`axium jobs`: what runs in the background, shown and ended."""

from __future__ import annotations

import re

import pytest

from tests.cli.saying import said, told
from tests.support import Daemon, Scratch

STARTED = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")

LISTED = """\
1  exit 3    user  STARTED  echo out; echo '\\x1b[31m' >&2; exit 3
2  signal 9  user  STARTED  sh -c 'kill -9 $$' 'a b'
3  running   user  STARTED  exec sleep 1000
"""
SHOWN = """\
job          1
state        exit 3
for          user
command      echo out; echo '\\x1b[31m' >&2; exit 3
directory    /tmp
environment  root
pid PID
started      TIME
ended        TIME
out
\\x1b[31m
"""


def begin(daemon: Daemon, command: str | list[str], **fields: object) -> None:
    reply = daemon.request({"cmd": "daemon_exec", "command": command, **fields})
    assert reply["ok"] is True


@pytest.fixture
def ended(daemon: Daemon) -> Daemon:
    """A daemon with a job that failed, one that was killed, and one that runs."""
    begin(daemon, "echo out; echo '\033[31m' >&2; exit 3", cwd="/tmp", mode="wait")
    begin(daemon, ["sh", "-c", "kill -9 $$", "a b"])
    begin(daemon, "exec sleep 1000")
    return daemon


def test_jobs_are_listed_the_oldest_first(ended: Daemon) -> None:
    code, data, talk = said(ended.scratch, "jobs", "list")
    assert (code, STARTED.sub("STARTED", data), talk) == (
        0,
        LISTED,
        "",
    )
    assert said(ended.scratch, "jobs") == (code, data, talk)
    assert [row["job"] for row in told(ended.scratch, "jobs", "list")["jobs"]] == [1, 2, 3]


def test_a_job_is_shown_with_its_output(ended: Daemon) -> None:
    code, data, talk = said(ended.scratch, "jobs", "show", "1")
    shown = STARTED.sub("TIME", re.sub(r"pid  +\d+", "pid PID", data))
    assert (code, shown, talk) == (
        0,
        SHOWN,
        "",
    )
    document = told(ended.scratch, "jobs", "show", "1")
    assert (document["job"]["returncode"], document["truncated"]) == (3, False)


def test_a_job_is_ended(ended: Daemon) -> None:
    assert said(ended.scratch, "jobs", "stop", "3") == (0, "", "")
    assert said(ended.scratch, "jobs", "stop", "3", "-v") == (0, "", "✓ job 3 had ended before\n")
    row = ended.request({"cmd": "show_job", "job": 3})["job"]
    assert (row["status"], row["reason"]) == ("ended", "stopped")
    assert "stopped" in said(ended.scratch, "jobs")[1]


@pytest.mark.parametrize("verb", ["show", "stop"])
def test_a_job_that_is_not_there_is_told(daemon: Daemon, verb: str) -> None:
    assert said(daemon.scratch, "jobs", verb, "7") == (
        1,
        "",
        "✗ no job 7\n  `axium jobs list` shows those that there are; the last 200 are kept\n",
    )


def test_without_a_daemon_there_are_no_jobs_and_none_is_started(scratch: Scratch) -> None:
    assert said(scratch, "jobs") == (0, "", "")
    assert told(scratch, "jobs", "list") == {"jobs": []}
    code, _, talk = said(scratch, "jobs", "show", "1")
    assert (code, talk.splitlines()[0]) == (1, "✗ the daemon is not running")
    assert not scratch.socket.exists()


def test_long_output_is_cut_and_that_is_told(daemon: Daemon) -> None:
    begin(daemon, "seq 100000", mode="wait")
    code, data, talk = said(daemon.scratch, "jobs", "show", "1")
    assert (code, data.endswith("\n99999\n100000\n")) == (0, True)
    assert talk == "! this is the end of its output\n  it wrote 588895 bytes\n"
