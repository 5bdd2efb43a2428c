"""Starting, racing, stopping and dying: one daemon per home, and nothing left of it."""

from __future__ import annotations

import fcntl
import os
import signal
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from axium.thin.start import command
from tests.real.client import Client
from tests.support import Daemon, Scratch, until
from tests.support.processes import alive
from tests.support.scratch import VENV_BIN

INODE_AND_TIME = tuple[int, int]


def names_left(scratch: Scratch) -> list[str]:
    """What there is of the names that only a live daemon has."""
    places = [scratch.home / "daemon.sock", scratch.home / "axiumd.pid"]
    sockets = [path for path in scratch.root.rglob("*") if path.is_socket()]
    return [str(path) for path in [*places, *sockets] if os.path.lexists(path)]


def identity(path: Path) -> INODE_AND_TIME:
    """What tells a file from a later one of its name."""
    found = path.stat()
    return found.st_ino, found.st_mtime_ns


def kill(daemon: Daemon) -> None:
    """KILL it; return when it is gone."""
    os.kill(daemon.pid, signal.SIGKILL)
    until(lambda: not alive(daemon.pid))


def foreground(scratch: Scratch) -> subprocess.Popen[bytes]:
    """A daemon that is a child of ours, once it answers."""
    argv = [str(VENV_BIN / "axium"), "daemon", "start", "--debug"]
    process = subprocess.Popen(argv, env=scratch.environ, stderr=subprocess.DEVNULL)
    until(lambda: (scratch.home / "run/global").exists() and scratch.socket.exists())
    return process


def test_racing_starts_after_a_kill_make_one_daemon_each_time(scratch: Scratch) -> None:
    seen = set()
    for _ in range(5):
        with ThreadPoolExecutor(12) as pool:
            done = list(pool.map(lambda _: scratch.axium("daemon", "start"), range(12)))
        assert [(one.returncode, one.stderr) for one in done] == [(0, "")] * 12
        (pid,) = scratch.processes()
        seen.add(pid)
        os.kill(pid, signal.SIGKILL)
        until(lambda pid=pid: not alive(pid))  # type: ignore[misc]
    assert len(seen) == 5


def test_a_second_process_leaves_the_live_socket_alone(daemon: Daemon) -> None:
    before = identity(daemon.scratch.socket)
    done = daemon.scratch.run(*command("--foreground"))
    assert (done.returncode, done.stderr) == (
        1,
        f"another daemon of {daemon.scratch.home} is running\n",
    )
    assert identity(daemon.scratch.socket) == before
    assert daemon.request({"cmd": "ping"})["pid"] == daemon.pid


def test_a_stale_socket_stays_until_the_lock_is_won(scratch: Scratch) -> None:
    daemon = Daemon(scratch)
    kill(daemon)
    stale = identity(scratch.socket)
    path = scratch.home / "daemon.lock"
    os.utime(path, (0, 0))
    with path.open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with subprocess.Popen(command("--foreground"), env=scratch.environ, cwd="/") as second:
            until(lambda: path.stat().st_mtime)  # it has looked at the lock, and goes on doing so
            assert identity(scratch.socket) == stale
            fcntl.flock(lock, fcntl.LOCK_UN)
            until(lambda: identity(scratch.socket) != stale)
            second.terminate()


def test_a_start_after_a_kill_cleans_up(scratch: Scratch) -> None:
    first = Daemon(scratch)
    kill(first)
    left = names_left(scratch)
    second = Daemon(scratch)
    assert names_left(scratch) == left
    assert (scratch.home / "axiumd.pid").read_text() == f"{second.pid}\n"
    second.close()
    assert names_left(scratch) == []


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_stops_a_daemon_in_the_background(
    scratch: Scratch, number: signal.Signals
) -> None:
    daemon = Daemon(scratch)
    os.kill(daemon.pid, number)
    until(lambda: not alive(daemon.pid))
    assert names_left(scratch) == []


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_stops_a_daemon_in_the_foreground(
    scratch: Scratch, number: signal.Signals
) -> None:
    with foreground(scratch) as process:
        until(lambda: scratch.axium("daemon", "status", "--json").stdout.startswith("{"))
        process.send_signal(number)
        assert process.wait(5) == 0
    assert names_left(scratch) == []


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
@pytest.mark.parametrize("name", ["daemon.sock", "axiumd.pid"])  # the first and the last it makes
def test_a_signal_before_it_answers_leaves_nothing(
    scratch: Scratch, number: signal.Signals, name: str
) -> None:
    scratch.axium("bootstrap")
    with subprocess.Popen(command("--foreground"), env=scratch.environ, cwd="/") as process:
        until(lambda: os.path.lexists(scratch.home / name))
        process.send_signal(number)
        assert process.wait(5) == 0
    assert names_left(scratch) == []


def test_a_request_stops_it_and_nothing_is_left(scratch: Scratch) -> None:
    daemon = Daemon(scratch)
    assert daemon.request({"cmd": "stop"}) == {"ok": True, "stopping": True}
    until(lambda: not alive(daemon.pid))
    assert names_left(scratch) == []


def test_a_hangup_reloads_a_daemon_in_the_background(daemon: Daemon) -> None:
    with Client(daemon.scratch.socket) as client:
        client.ask("subscribe", events=["daemon_reload"], id=1)
        seq = client.reply()["seq"]
        os.kill(daemon.pid, signal.SIGHUP)
        event = client.reply()
    assert event == {"id": 1, "seq": event["seq"], "event": "daemon_reload"}
    assert event["seq"] > seq
    assert daemon.request({"cmd": "ping"})["pid"] == daemon.pid


def delayed_sync(daemon: Daemon, microseconds: int) -> subprocess.Popen[bytes]:
    """Have each fsync of the daemon take this much longer; ends with the returned process."""
    argv = ["strace", "-f", "-qq", "-p", str(daemon.pid), "-e", "trace=fsync"]
    argv += ["-e", f"inject=fsync:delay_enter={microseconds}"]
    tracer = subprocess.Popen(argv, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    status = Path(f"/proc/{daemon.pid}/status")
    until(lambda: f"TracerPid:\t{tracer.pid}\n" in status.read_text())
    return tracer


def test_requests_in_flight_finish_when_it_stops(scratch: Scratch) -> None:
    daemon = Daemon(scratch)
    with delayed_sync(daemon, 300_000) as tracer, Client(scratch.socket) as client:
        for number in range(100):
            client.ask("set_env", value=("root", "builder")[number % 2], id=number)
        client.ask("ping", id="asked")
        replies = [client.reply()]
        assert daemon.request({"cmd": "stop"}) == {"ok": True, "stopping": True}
        replies += client.replies(100)
        assert client.rest() == b""
        tracer.wait(10)
    assert {reply["id"]: reply["ok"] for reply in replies} == dict.fromkeys(
        [*range(100), "asked"], True
    )
    until(lambda: not alive(daemon.pid))
    assert names_left(scratch) == []
    assert '"active_env":"builder"' in (scratch.home / "state.json").read_text()


def test_a_client_that_never_ends_does_not_keep_it_from_stopping(scratch: Scratch) -> None:
    daemon = Daemon(scratch)
    with Client(scratch.socket) as silent, Client(scratch.socket) as begun:
        begun.send(b'{"cmd"')
        began = time.monotonic()
        daemon.close()
        assert time.monotonic() - began < 2
        assert (silent.rest(), begun.rest()) == (b"", b"")


def test_no_command_starts_a_daemon_where_that_is_forbidden(scratch: Scratch) -> None:
    scratch.axium("bootstrap")
    done = scratch.axium("env", "set", "root", env={"AXIUM_NO_AUTOSTART": "1"})
    assert (done.returncode, done.stdout, done.stderr) == (
        1,
        "",
        "✗ the daemon is not running\n  start it with `axium daemon start`\n",
    )
    for words in (["hud"], ["env", "get"], ["daemon", "status"], ["wrapper", "list"]):
        scratch.axium(*words)
    assert scratch.processes() == {}
    assert scratch.axium("env", "set", "builder").returncode == 0
    assert len(scratch.processes()) == 1
