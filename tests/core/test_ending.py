"""Ending a daemon that does not answer: only who holds the home's lock is ended."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import pytest

from axium.core import daemon as core
from axium.core import ipc
from tests.core.conftest import Inside
from tests.support import Daemon, Scratch, until
from tests.support.processes import alive


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """A daemon that does not answer is not waited for long."""

    def ask(payload: dict[str, str], timeout: float = 0.2) -> dict[str, object]:
        return ipc.send_request_sync(payload, timeout)

    monkeypatch.setattr(core, "send_request_sync", ask)


def test_a_daemon_that_answers_is_asked_to_stop(inside: Inside, scratch: Scratch) -> None:
    Daemon(scratch)
    assert core.stop() == {"ok": True, "stopping": True}
    assert core.stop()["ok"] is False


def test_a_daemon_that_can_not_be_reached_is_ended_by_a_signal(
    inside: Inside, scratch: Scratch
) -> None:
    daemon = Daemon(scratch)
    inside(AXIUM_SOCKET=str(scratch.root / "elsewhere"))
    assert core.stop_politely()["ok"] is False
    assert alive(daemon.pid)
    assert core.stop() == {"ok": True, "signal": "SIGTERM"}
    assert not alive(daemon.pid)


def test_a_daemon_that_hangs_takes_the_signal_when_it_goes_on(
    inside: Inside, quick: None, scratch: Scratch, monkeypatch: pytest.MonkeyPatch
) -> None:
    daemon = Daemon(scratch)
    monkeypatch.setattr(core, "STOP_TIMEOUT", 0.2)
    os.kill(daemon.pid, signal.SIGSTOP)
    assert core.kill_daemon_pid() is False
    os.kill(daemon.pid, signal.SIGCONT)
    until(lambda: not alive(daemon.pid))


def test_no_pid_of_a_file_is_believed(inside: Inside, scratch: Scratch) -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as bystander:
        (scratch.home / "axiumd.pid").write_text(f"{bystander.pid}\n")
        assert core.kill_daemon_pid() is False
        (scratch.home / "daemon.lock").write_text(f"{bystander.pid}\n")
        assert core.kill_daemon_pid() is False
        assert bystander.poll() is None
        bystander.communicate(b"\n")


def test_there_are_no_zombies(inside: Inside) -> None:
    assert core.cleanup_zombie_daemons() == 0


def test_a_program_becomes_the_daemon(scratch: Scratch) -> None:
    code = "from axium.core.daemon import AxiumDaemon; AxiumDaemon().run()"
    with subprocess.Popen([sys.executable, "-c", code], env=scratch.environ) as program:
        until(lambda: scratch.socket.exists() and b"pong" in _pinged(scratch))
        assert f'"pid":{program.pid}' in _pinged(scratch).decode().replace(" ", "")
        scratch.stop_daemon()
        assert program.wait(10) == 0


def _pinged(scratch: Scratch) -> bytes:
    try:
        return scratch.exchange(b'{"cmd": "ping"}\n')
    except OSError:
        return b""
