"""Clocks that jump and laptops that sleep: nothing that was promised depends on them."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from axium.thin import start
from axium.thin.paths import home_of
from tests.real.client import Client, answers_quickly
from tests.support import Daemon, Scratch, until

DAY = 24 * 3600
Jump = Callable[[int], None]


class Running(Daemon):
    """A daemon that a test started in its own way."""

    def __init__(self, scratch: Scratch, pid: int) -> None:
        self.scratch = scratch
        self.pid = pid


@pytest.fixture
def jumping(scratch: Scratch) -> Iterator[tuple[Running, Jump]]:
    """A daemon, and the way to set its clock so many seconds ahead of what is true."""
    ahead = scratch.root / "ahead"
    scratch.axium("bootstrap")

    def jump(seconds: int) -> None:
        beside = ahead.with_suffix(".new")
        beside.write_text(f"{seconds:+d}\n")
        beside.rename(ahead)

    jump(0)
    (library,) = scratch.run(
        "sh", "-c", "echo /usr/lib/*/faketime/libfaketime.so.1", check=True
    ).stdout.split()
    fake = {
        "LD_PRELOAD": library,
        "FAKETIME_TIMESTAMP_FILE": str(ahead),
        "FAKETIME_NO_CACHE": "1",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
    }
    with subprocess.Popen(
        start.command(), env=scratch.environ | fake, cwd="/", stderr=subprocess.DEVNULL
    ) as process:
        until(lambda: scratch.axium("daemon", "status").stdout.startswith("running"))
        yield Running(scratch, process.pid), jump
        process.terminate()


def time_of(daemon: Daemon) -> float:
    """What the daemon takes for the time."""
    seq = daemon.request({"cmd": "notify", "title": "now"})["seq"]
    rows = daemon.request({"cmd": "notify_list"})["notifications"]
    (found,) = [row["time"] for row in rows if row["seq"] == seq]
    assert isinstance(found, float)
    return found


@pytest.mark.parametrize("seconds", [DAY, -DAY, -20 * 365 * DAY])
def test_a_clock_that_jumps_changes_no_uptime_and_no_environment(
    jumping: tuple[Running, Jump], seconds: int
) -> None:
    daemon, jump = jumping
    jump(seconds)
    assert abs(time_of(daemon) - (time.time() + seconds)) < 60
    status = daemon.request({"cmd": "daemon_status"})["status"]
    assert 0 <= status["uptime_secs"] < 60
    assert daemon.send(b"HUD\n") == b"[axium] env:root  uptime:0m\n"
    assert daemon.request({"cmd": "set_env", "value": "builder"}) == {"ok": True}
    (daemon.scratch.home / "envs.yaml").write_text("envs: {builder: {prefix: ''}, new: {}}\n")
    until(lambda: list(daemon.request({"cmd": "list_envs"})["envs"]) == ["builder", "new"])
    jump(0)
    (daemon.scratch.home / "envs.yaml").write_text("envs: {builder: {prefix: ''}, old: {}}\n")
    until(lambda: list(daemon.request({"cmd": "list_envs"})["envs"]) == ["builder", "old"])
    assert daemon.scratch.axium("env", "get").stdout == "builder\n"
    assert answers_quickly(daemon)


def test_what_was_saved_in_the_future_is_what_a_restart_finds(
    jumping: tuple[Running, Jump],
) -> None:
    daemon, jump = jumping
    jump(DAY)
    assert daemon.request({"cmd": "set_env", "value": "builder"}) == {"ok": True}
    scratch = daemon.scratch
    scratch.axium("daemon", "stop")
    assert scratch.axium("daemon", "start").returncode == 0  # with the true time again
    assert scratch.axium("env", "get").stdout == "builder\n"
    (scratch.home / "envs.yaml").write_text("envs: {builder: {prefix: ''}, old: {}}\n")
    until(lambda: "old" in scratch.axium("env", "list").stdout)


def test_files_of_the_future_are_read_when_they_change(scratch: Scratch) -> None:
    scratch.axium("bootstrap")
    envs = scratch.home / "envs.yaml"
    for name in ("first", "second"):
        envs.write_text(f"envs: {{{name}: {{prefix: ''}}}}\n")
        os.utime(envs, (time.time() + DAY, time.time() + DAY))
        daemon = Daemon(scratch)
        assert list(daemon.request({"cmd": "list_envs"})["envs"]) == [name]
        daemon.close()


def test_a_daemon_that_sleeps_answers_all_that_was_asked_when_it_wakes(daemon: Daemon) -> None:
    scratch = daemon.scratch
    with Client(scratch.socket) as open_before, ThreadPoolExecutor(8) as pool:
        open_before.ask("ping", id="before")
        open_before.reply()
        os.kill(daemon.pid, signal.SIGSTOP)
        asked = [pool.submit(scratch.axium, "env", "set", "builder") for _ in range(8)]
        open_before.ask("set_env", value="builder", id="asleep")
        began = time.monotonic()
        until(lambda: time.monotonic() - began > 1.5)
        os.kill(daemon.pid, signal.SIGCONT)
        assert open_before.reply() == {"id": "asleep", "ok": True}
        done = [future.result() for future in asked]
    assert [(one.returncode, one.stderr) for one in done] == [(0, "")] * 8
    assert scratch.axium("env", "get").stdout == "builder\n"
    assert daemon.request({"cmd": "daemon_status"})["status"]["uptime_secs"] >= 1
    assert answers_quickly(daemon)
    assert len(scratch.processes()) == 1


def test_nobody_starts_a_second_daemon_beside_one_that_sleeps(
    daemon: Daemon, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The new daemon itself waits for the old one, longer than this starter does then.
    monkeypatch.setattr(start, "TAKEN_TIMEOUT", 0.1)
    environ = daemon.scratch.environ
    os.kill(daemon.pid, signal.SIGSTOP)
    try:
        began = time.monotonic()
        assert daemon.scratch.axium("hud").stdout == "[axium] inactive\n"
        assert time.monotonic() - began < 3
        with pytest.raises(start.StartFailed, match="another daemon of this home does not answer"):
            start.start(home_of(environ), environ)
    finally:
        os.kill(daemon.pid, signal.SIGCONT)
    assert answers_quickly(daemon)
    assert list(daemon.scratch.processes()) == [daemon.pid]


def test_a_daemon_in_a_time_of_its_own_counts_its_uptime_from_its_start(scratch: Scratch) -> None:
    scratch.axium("bootstrap")
    year = str(365 * DAY)
    times = ["--monotonic", year, "--boottime", year]
    argv = ["unshare", "--time", "--fork", *times, *start.command()]
    with subprocess.Popen(argv, env=scratch.environ, stderr=subprocess.DEVNULL):
        until(lambda: scratch.axium("daemon", "status").stdout.startswith("running"))
        assert scratch.axium("hud").stdout == "[axium] env:root  uptime:0m\n"
        scratch.stop_daemon()
