"""A real systemd restarts the daemon, and the connections of links go on."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Iterator

import pytest

from tests.support import Scratch, until
from tests.support.servers.truenas import TrueNas
from tests.support.systemd import Systemd


@pytest.fixture
def systemd(scratch: Scratch) -> Iterator[Systemd]:
    """The user's service manager in `scratch`, ended with the test."""
    systemd = Systemd(scratch)
    yield systemd
    systemd.close()


@pytest.fixture
def server() -> Iterator[TrueNas]:
    """A server without a login."""
    server = TrueNas(needs_login=False)
    yield server
    server.close()


def pid_of(scratch: Scratch) -> int:
    """The daemon that answers."""
    pid: int = json.loads(scratch.exchange(b'{"cmd": "ping"}\n', timeout=10))["pid"]
    return pid


def called(scratch: Scratch) -> str:
    """What a call gives."""
    done = scratch.axium("call", "nas", "test.echo", "1")
    return done.stdout + done.stderr


@pytest.mark.parametrize("way", ["systemctl", "axium", "kill"])
def test_a_connection_outlives_the_service_that_it_was_begun_in(
    scratch: Scratch, systemd: Systemd, server: TrueNas, way: str
) -> None:
    assert scratch.axium("daemon", "install").returncode == 0
    assert scratch.axium("link", "add", "nas", server.uri).returncode == 0
    assert called(scratch) == "1\n"
    (unit,) = (scratch.user / ".config/systemd/user").glob("axium-*.service")
    before = pid_of(scratch)

    if way == "systemctl":
        systemd.cmd("restart", unit.name)
    elif way == "axium":
        assert scratch.axium("daemon", "restart").returncode == 0
    else:
        os.kill(before, signal.SIGKILL)

    until(lambda: pid_of(scratch) != before)
    assert called(scratch) == "1\n"
    assert server.counts["connects"] == 1
    assert scratch.axium("daemon", "stop").returncode == 0  # which does not leave it behind
