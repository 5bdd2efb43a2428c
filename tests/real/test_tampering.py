"""Somebody moves, removes or changes what is the daemon's, while it runs."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from pathlib import Path

import pytest

from axium.thin.start import command
from tests.real.client import Client, answers_quickly
from tests.support import Daemon, Scratch, until
from tests.support.processes import alive
from tests.support.scratch import make_scratch

NOBODY = 65534


def global_env(scratch: Scratch) -> str:
    return scratch.axium("env", "get").stdout.rstrip("\n")


def set_env(daemon: Daemon, name: str) -> dict[str, object]:
    return daemon.request({"cmd": "set_env", "value": name})


def in_file(scratch: Scratch) -> bool:
    return '"active_env":"builder"' in (scratch.home / "state.json").read_text()


def test_a_state_that_was_deleted_is_written_again_with_the_next_change(daemon: Daemon) -> None:
    (daemon.scratch.home / "state.json").unlink()
    assert global_env(daemon.scratch) == "root"
    assert set_env(daemon, "builder") == {"ok": True}
    assert in_file(daemon.scratch)


def test_a_state_that_was_deleted_is_written_again_by_a_reload(scratch: Scratch) -> None:
    daemon = Daemon(scratch)
    assert set_env(daemon, "builder") == {"ok": True}
    (scratch.home / "state.json").unlink()
    assert daemon.request({"cmd": "reload"})["problems"] == []
    assert in_file(scratch)
    daemon.close()


def test_a_directory_in_the_place_of_the_state_refuses_changes_until_it_is_gone(
    daemon: Daemon,
) -> None:
    state = daemon.scratch.home / "state.json"
    state.unlink()
    state.mkdir()
    refused = set_env(daemon, "builder")
    assert refused == {
        "ok": False,
        "error": (
            "the change could not be saved: [Errno 21] Is a directory: "
            f"'{state}.{daemon.pid}.new' -> '{state}'"
        ),
        "code": "failed",
        "hint": "nothing was changed; make room or mend the directory, then try again",
    }
    assert global_env(daemon.scratch) == "root"
    state.rmdir()
    assert set_env(daemon, "builder") == {"ok": True}
    assert in_file(daemon.scratch)


def test_a_state_that_nobody_may_read_is_replaced(daemon: Daemon) -> None:
    (daemon.scratch.home / "state.json").chmod(0)
    assert set_env(daemon, "builder") == {"ok": True}
    assert in_file(daemon.scratch)
    assert (daemon.scratch.home / "state.json").stat().st_mode & 0o777 == 0o600


def test_an_edit_of_the_state_is_in_force_after_a_reload(daemon: Daemon) -> None:
    state = daemon.scratch.home / "state.json"
    state.write_text(state.read_text().replace('"root"', '"builder"'))
    assert daemon.scratch.axium("daemon", "reload").returncode == 0
    assert global_env(daemon.scratch) == "builder"


def test_a_home_that_was_moved_away_is_given_up_and_works_again_where_it_is(
    scratch: Scratch,
) -> None:
    daemon = Daemon(scratch)
    assert set_env(daemon, "builder") == {"ok": True}
    moved = scratch.root / "moved"
    scratch.home.rename(moved)
    until(lambda: not alive(daemon.pid))
    assert not scratch.home.exists()
    there = {"AXIUM_HOME": str(moved)}
    try:
        assert scratch.axium("env", "set", "builder", env=there).returncode == 0
        assert scratch.axium("env", "get", env=there).stdout == "builder\n"
    finally:
        scratch.axium("daemon", "stop", env=there)
    assert scratch.axium("env", "get").stdout == ""  # a new home, as on a first run


def removed(directory: Path) -> bool:
    """Remove it, as far as nobody puts something there meanwhile; whether it is gone."""
    shutil.rmtree(directory, ignore_errors=True)
    return not directory.exists()


def test_a_home_that_was_removed_is_made_anew_by_the_next_command(scratch: Scratch) -> None:
    daemon = Daemon(scratch)
    until(lambda: removed(scratch.home))
    until(lambda: not alive(daemon.pid))
    done = scratch.axium("env", "set", "builder")
    assert (done.returncode, done.stderr) == (0, "")
    assert global_env(scratch) == "builder"


def test_a_lock_that_was_removed_is_locked_again(daemon: Daemon) -> None:
    lock = daemon.scratch.home / "daemon.lock"
    lock.unlink()
    until(lock.exists)
    until(lambda: subprocess.run(["flock", "-n", lock, "true"], check=False).returncode == 1)
    assert daemon.scratch.axium("daemon", "start").returncode == 0
    assert daemon.request({"cmd": "ping"})["pid"] == daemon.pid
    assert list(daemon.scratch.processes()) == [daemon.pid]


def test_a_lock_that_somebody_has_for_a_moment_costs_no_daemon(daemon: Daemon) -> None:
    lock = daemon.scratch.home / "daemon.lock"
    lock.unlink()
    # As one has it who starts, until he sees that somebody listens already.
    subprocess.run(["flock", lock, "sleep", "0.5"], check=True)
    until(lambda: subprocess.run(["flock", "-n", lock, "true"], check=False).returncode == 1)
    assert daemon.request({"cmd": "ping"})["pid"] == daemon.pid


@pytest.mark.parametrize("place", ["the same", "another"])
def test_a_second_daemon_that_finds_no_lock_does_not_live_beside_the_first(
    scratch: Scratch, place: str
) -> None:
    first = Daemon(scratch)
    env = {} if place == "the same" else {"XDG_RUNTIME_DIR": ""}
    (scratch.home / "daemon.lock").unlink()
    with subprocess.Popen(
        command("--foreground"), env=scratch.environ | env, stderr=subprocess.DEVNULL
    ) as second:
        until(lambda: second.poll() is not None or not alive(first.pid))
        until(lambda: len(scratch.processes()) == 1)
        assert set_env(Answering(scratch), "builder") == {"ok": True}
        assert in_file(scratch)
        scratch.stop_daemon()


class Answering(Daemon):
    """Whichever daemon answers."""

    def __init__(self, scratch: Scratch) -> None:
        self.scratch = scratch


def test_a_runtime_directory_that_vanishes_costs_one_start(scratch: Scratch) -> None:
    daemon = Daemon(scratch)
    assert set_env(daemon, "builder") == {"ok": True}
    shutil.rmtree(scratch.runtime)  # as at a logout
    assert global_env(scratch) == "builder"  # from the state, since nothing is published
    done = scratch.axium("run", "echo", "runs")
    assert (done.returncode, done.stdout, done.stderr) == (0, "runs\n", "")
    until(lambda: not alive(daemon.pid))
    assert os.path.realpath(scratch.socket) == f"{scratch.home}/run/daemon.sock"
    scratch.runtime.mkdir(mode=0o700)  # as at the next login
    assert scratch.axium("daemon", "restart").returncode == 0
    assert os.path.realpath(scratch.socket).startswith(f"{scratch.runtime}/")
    assert global_env(scratch) == "builder"


def test_what_was_published_and_then_removed_is_there_again(scratch: Scratch) -> None:
    daemon = Daemon(scratch)
    run = Path(os.path.realpath(scratch.home / "run"))
    for path in run.iterdir():
        if path.is_dir():
            shutil.rmtree(path)
        elif not path.is_socket():
            path.unlink()
    assert scratch.axium("run", "echo", "runs").stdout == "runs\n"
    assert scratch.axium("daemon", "reload").returncode == 0
    assert set_env(daemon, "builder") == {"ok": True}
    pointer = (run / "global").read_bytes().split(b"\0")
    assert pointer[1] == b"builder"
    assert (run / "t" / pointer[2].decode() / "aws").is_file()
    daemon.close()


def test_a_runtime_directory_that_leads_elsewhere_is_checked_where_it_leads(
    scratch: Scratch,
) -> None:
    elsewhere = scratch.root / "elsewhere"
    elsewhere.mkdir(mode=0o700)
    daemon = Daemon(scratch)
    daemon.close()
    (made,) = scratch.runtime.iterdir()
    shutil.rmtree(made)
    made.symlink_to(elsewhere)
    daemon = Daemon(scratch)
    assert (elsewhere / "daemon.sock").exists()
    daemon.close()
    elsewhere.chmod(0o750)
    done = scratch.axium("daemon", "start")
    assert f"{made} is open to others (mode 750); `chmod 700 {made}` closes it" in done.stderr


def test_a_socket_that_was_removed_costs_one_start(scratch: Scratch) -> None:
    first = Daemon(scratch)
    with Client(scratch.socket) as client:
        client.ask("ping", id=1)
        client.reply()
        Path(os.path.realpath(scratch.socket)).unlink()
        began = time.monotonic()
        assert scratch.axium("daemon", "start").returncode == 0
        assert time.monotonic() - began < 5
    until(lambda: not alive(first.pid))
    assert len(scratch.processes()) == 1


def test_a_home_on_another_file_system_than_the_runtime_directory() -> None:
    scratch = make_scratch()
    shared = Path("/dev/shm") / scratch.root.name
    shared.mkdir(mode=0o700)
    assert shared.stat().st_dev != scratch.home.stat().st_dev
    scratch.environ["XDG_RUNTIME_DIR"] = str(shared)
    try:
        daemon = Daemon(scratch)
        assert set_env(daemon, "builder") == {"ok": True}
        assert daemon.request({"cmd": "set_pane_env", "pane": "%1", "env": "root"})["ok"]
        assert scratch.axium("run", "echo", "runs").stdout == "runs\n"
        assert answers_quickly(daemon)
        daemon.close()
    finally:
        scratch.close()
        shutil.rmtree(shared)
