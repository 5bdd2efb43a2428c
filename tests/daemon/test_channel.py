"""A plugin's channel: requests, answers, and everything else."""

from __future__ import annotations

import _socket
import asyncio
import json
import socket
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest

from axium.daemon.caller import Plugin
from axium.daemon.channel import Channel
from axium.daemon.poller import Poller
from axium.wire.channel import Answer
from tests.daemon.serving import Served, line


class Host:
    """The host's end of a channel."""

    def __init__(self, served: Served) -> None:
        self.served = served
        self.answers: list[Answer] = []
        self.closed = 0
        self._ours, theirs = socket.socketpair()
        self._ours.setblocking(False)
        served.run(self._open(_socket.socket(fileno=theirs.detach())))

    async def _open(self, theirs: _socket.socket) -> None:
        self._poller = Poller()
        self.channel = Channel(
            theirs,
            Plugin("spoke", "aws"),
            self.served.daemon._listener._port,
            self._poller,
            on_answer=self.answers.append,
            on_close=self._closed,
        )

    def _closed(self) -> None:
        self.closed += 1

    def send(self, raw: bytes) -> None:
        self.served.run(self._send(raw))

    def ask(self, cmd: str, **fields: Any) -> dict[str, Any]:
        """Send a request, and the next line, decoded."""
        self.send(line(cmd, **fields))
        reply: dict[str, Any] = json.loads(self.served.run(self._line()))
        return reply

    def rest(self) -> bytes:
        """All that comes until the daemon closes."""
        return self.served.run(self._rest())

    def close(self) -> None:
        self._ours.close()
        self.served.run(self._close())

    async def _send(self, raw: bytes) -> None:
        await asyncio.get_running_loop().sock_sendall(self._ours, raw)

    async def _line(self) -> bytes:
        data = b""
        while not data.endswith(b"\n"):
            data += await asyncio.get_running_loop().sock_recv(self._ours, 65536)
        return data

    async def _rest(self) -> bytes:
        data = b""
        try:
            while chunk := await asyncio.get_running_loop().sock_recv(self._ours, 65536):
                data += chunk
        except ConnectionResetError:
            pass  # what it had not read is lost with it
        return data

    async def _close(self) -> None:
        self.channel.close()
        self._poller.close()


@pytest.fixture
def host(served: Served) -> Iterator[Host]:
    """A host that is connected."""
    host = Host(served)
    yield host
    host.close()


def test_requests_are_answered_and_the_channel_stays_open(host: Host) -> None:
    assert host.ask("ping", id=1)["pong"] is True
    assert host.ask("no_such", id=2)["code"] == "unknown_command"
    assert host.ask("ping", id=3)["id"] == 3


def test_the_caller_is_the_plugin_whatever_the_request_says(host: Host, served: Served) -> None:
    assert host.ask("hud_segment_value", id=1, value="up") == {"id": 1, "ok": True}
    refusal = host.ask("hud_segment_value", id=2, value="up", spoke="other")
    assert (refusal["code"], refusal["error"]) == ("denied", "permission denied: hud_segment_value")
    assert "aws:up" in served.ask("get_hud")["hud"]


def test_answers_go_to_who_called(host: Host, served: Served) -> None:
    host.send(b' {"answer": 4, "values": [["x", null]]}\n')
    assert host.ask("ping", id=1)["ok"]
    assert host.answers == [Answer(answer=4, values=[["x", None]])]


@pytest.mark.parametrize(
    "raw",
    [
        b"PAUSE\n",
        b"\n",
        b'{"cmd": "ping"}\n',
        b'{"cmd": "no_such"}\n',
        b"[1]\n",
        b'{"answer": "x"}\n',
        b'{"answer": 1, "values": 3}\n',
        b'{"answer": 1\n',
        b'{"answer": ' + b"[" * 10_000 + b"\n",
        b"x" * (17 << 20),
    ],
)
def test_whatever_else_is_said_closes_it(host: Host, raw: bytes, served: Served) -> None:
    with suppress(BrokenPipeError, ConnectionResetError):  # closed before all of it was read
        host.send(raw)
    host.rest()
    assert (host.channel.is_broken, host.channel.is_open, host.closed) == (True, False, 1)
    assert host.answers == []
    assert served.ask("daemon_status")["status"]["state"] == "monitoring"


def test_a_ninth_round_is_refused(host: Host, served: Served) -> None:
    served.services.events.listen(_Deaf(), ["env_change"])
    host.channel.round = 7
    assert host.ask("set_env", id=1, value="dev")["ok"]
    host.channel.round = 8
    refusal = host.ask("set_env", id=2, value="prod")
    assert refusal["code"] == "failed"
    assert refusal["error"] == "`set_env` would be round 9 of a loop of events"
    assert host.ask("get_pane_env", id=3, pane="%1")["env"] == "dev"


class _Deaf:
    def deliver(self, event: Any, *, round: int, done: Any) -> None:  # noqa: A002
        done()
