"""A daemon of another version goes on, is told of, and gives way when it is asked to."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from axium import __version__
from tests.support import Scratch, until
from tests.support.installation import Installation
from tests.support.processes import alive

TOLD = (
    f"! the daemon is of version 0.0.9, this program of {__version__}\n"
    "  `axium daemon restart` starts the daemon of this version\n"
)


@pytest.fixture
def older(scratch: Scratch) -> Iterator[Installation]:
    """An older axium, whose daemon runs."""
    older = Installation(scratch.root / "older", version="0.0.9")
    assert scratch.run(older.axium, "daemon", "start").stderr == ""
    yield older
    scratch.stop_daemon()


def version_of(scratch: Scratch) -> str:
    """The version of the daemon that answers."""
    (line,) = [
        line for line in scratch.axium("info").stdout.splitlines() if line.startswith("daemon ")
    ]
    return line.split(maxsplit=1)[1]


def test_a_daemon_of_an_older_version_is_told_of(scratch: Scratch, older: Installation) -> None:
    done = scratch.axium("daemon", "status")
    assert ("version      0.0.9\n" in done.stdout, done.stderr) == (True, TOLD)
    done = scratch.axium("daemon", "start")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", TOLD)
    assert version_of(scratch) == "0.0.9"


def test_every_client_goes_on_with_a_daemon_of_an_older_version(
    scratch: Scratch, older: Installation
) -> None:
    assert scratch.axium("env", "set", "builder").stderr == ""
    assert scratch.axium("env", "get").stdout == "builder\n"
    assert scratch.axium("hud").stdout.startswith("[axium] env:builder")
    assert scratch.axium("run", "echo", "runs").stdout == "runs\n"
    assert scratch.axium("explain", "--", "aws").returncode == 0


def test_a_restart_makes_it_a_daemon_of_this_version_which_knows_what_was_set(
    scratch: Scratch, older: Installation
) -> None:
    assert scratch.axium("env", "set", "builder").returncode == 0
    done = scratch.axium("daemon", "restart")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert version_of(scratch) == __version__
    assert scratch.axium("env", "get").stdout == "builder\n"
    assert scratch.axium("daemon", "status").stderr == ""


def test_an_upgrade_in_place_leaves_the_daemon_at_work(
    scratch: Scratch, older: Installation
) -> None:
    older.install("0.2.0")
    told = scratch.run(older.axium, "daemon", "status").stderr
    assert told.startswith("! the daemon is of version 0.0.9, this program of 0.2.0\n")
    # These are the first to need modules that it has not loaded: they come from the new version.
    assert scratch.run(older.axium, "notify", "send", "-t", "title").stderr == ""
    (scratch.home / "envs.yaml").write_text("envs: {root: {prefix: ''}, new: {prefix: ''}}\n")
    until(lambda: scratch.run(older.axium, "env", "set", "new").returncode == 0)
    assert scratch.run(older.axium, "daemon", "restart").stderr == ""
    assert scratch.run(older.axium, "env", "get").stdout == "new\n"
    assert version_of(scratch) == "0.2.0"


def test_a_daemon_whose_program_was_removed_can_still_be_stopped(
    scratch: Scratch, older: Installation
) -> None:
    (pid,) = scratch.processes()
    older.package.rename(scratch.root / "removed")
    assert scratch.axium("env", "set", "builder").returncode == 0
    assert scratch.axium("daemon", "stop").returncode == 0
    assert not alive(pid)
