"""Sockets that are handed over to gears: judged by the list, and made within bounds."""

from __future__ import annotations

import asyncio
import json
import os
import socket
import threading
from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest

from axium.daemon.services.broker.network import (
    EACH_SECS,
    MOST_AT_ONCE,
    MOST_IN_A_ROW,
    Address,
    Network,
)
from axium.daemon.workers import Workers
from axium.wire.errors import Refusal
from tests.daemon.geared import GEAR, NAME, GearChannel, load_gear
from tests.daemon.serving import Served, line

SOON = 0.2


class Handed(NamedTuple):
    """A reply, and the socket that came with it."""

    reply: dict[str, Any]
    made: socket.socket | None

    @property
    def socket(self) -> socket.socket:
        """The socket. AssertionError where none came."""
        assert self.made is not None, self.reply
        return self.made


class Asking(GearChannel):
    """A gear's end of its channel, which takes what is handed over."""

    def handed(self, cmd: str, **fields: Any) -> Handed:
        """The reply, and what came with it."""
        self.send(line(cmd, id=1, **fields))
        data, descriptors = self.served.run(self._received())
        reply = json.loads(data)
        assert (reply.pop("id"), reply.pop("descriptors", 0)) == (1, len(descriptors))
        made = [socket.socket(fileno=descriptor) for descriptor in descriptors]
        return Handed(reply, made[0] if made else None)

    async def _received(self) -> tuple[bytes, list[int]]:
        loop, is_there = asyncio.get_running_loop(), asyncio.Event()
        loop.add_reader(self.ours, is_there.set)
        await is_there.wait()
        loop.remove_reader(self.ours)
        data, descriptors, _flags, _address = socket.recv_fds(self.ours, 65536, 4)
        return data, descriptors


@pytest.fixture
def server() -> Iterator[socket.socket]:
    """Somebody to connect to."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(5)
        yield listening


@pytest.fixture
def asking(served: Served) -> Iterator[Asking]:
    """The channel of a gear, which is loaded by the test."""
    channel = Asking(served)
    yield channel
    channel.close()


def port_of(listening: socket.socket) -> int:
    port: int = listening.getsockname()[1]
    return port


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return port_of(listening)


def test_a_place_of_the_list_is_connected_to(asking: Asking, server: socket.socket) -> None:
    port = port_of(server)
    load_gear(asking.served, net=(f"127.0.0.1:{port}",))
    handed = asking.handed("net_connect", host="127.0.0.1", port=port)
    theirs, address = server.accept()
    with handed.socket as ours, theirs:
        ours.sendall(b"question")
        assert theirs.recv(100) == b"question"
        assert (handed.reply, address) == (
            {"ok": True, "address": f"127.0.0.1:{port}"},
            ours.getsockname(),
        )
        assert os.get_blocking(ours.fileno())


def test_a_name_of_the_list_is_resolved(asking: Asking, server: socket.socket) -> None:
    load_gear(asking.served, net=(f"localhost:{port_of(server)}",))
    with asking.handed("net_connect", host="LOCALHOST", port=port_of(server)).socket as ours:
        assert ours.getpeername() == server.getsockname()


def test_an_address_of_ipv6_is_written_in_brackets(asking: Asking) -> None:
    with socket.create_server(("::1", 0), family=socket.AF_INET6) as server:
        port = port_of(server)
        load_gear(asking.served, net=(f"[::1]:{port}",))
        replies = []
        for host in ("::1", "[::1]"):
            handed = asking.handed("net_connect", host=host, port=port)
            handed.socket.close()
            replies.append(handed.reply)
    assert replies == [{"ok": True, "address": f"[::1]:{port}"}] * 2


def test_no_other_place_is_and_it_is_in_the_log(
    asking: Asking, server: socket.socket, caplog: pytest.LogCaptureFixture
) -> None:
    port = port_of(server)
    load_gear(asking.served, net=(f"localhost:{port}", f"listen:127.0.0.1:{port}"))
    handed = asking.handed("net_connect", host="127.0.0.1", port=port)
    assert handed.reply == {
        "ok": False,
        "error": "permission denied: net",
        "code": "denied",
        "hint": f"`axium gear perms-edit {NAME}`: `net` is what grants it",
    }
    assert caplog.messages[-1] == (
        f"[SECURITY] spoke={NAME} action=net allowed=false detail=127.0.0.1:{port}"
        " via_override=false"
    )
    server.settimeout(0)
    with pytest.raises(BlockingIOError):
        server.accept()


@pytest.mark.parametrize("net", [False, None, (), ("listen:127.0.0.1:1",)])
def test_without_a_list_nothing_is_connected_to(asking: Asking, net: Any) -> None:
    load_gear(asking.served, net=net)
    assert asking.handed("net_connect", host="127.0.0.1", port=1).reply["code"] == "denied"


@pytest.mark.parametrize(
    "fields",
    [
        {"host": "", "port": 1},
        {"host": "a" * 256, "port": 1},
        {"host": "a", "port": 0},
        {"host": "a", "port": 65536},
        {"host": "a", "port": "80"},
        {"host": "a", "port": 80, "timeout": 0},
        {"host": "a", "port": 80, "timeout": 61},
        {"host": "a"},
    ],
)
def test_what_is_no_place_is_invalid(asking: Asking, fields: dict[str, Any]) -> None:
    load_gear(asking.served, net=True)
    assert asking.handed("net_connect", **fields).reply["code"] == "invalid"


@pytest.mark.parametrize("cmd", ["net_connect", "net_listen"])
def test_the_user_makes_sockets_alone(served: Served, cmd: str) -> None:
    load_gear(served, net=("127.0.0.1:1", "listen:127.0.0.1:1"))
    place = {"host": "127.0.0.1", "port": 1}
    plain = served.ask(cmd, **place)
    named = served.ask(cmd, spoke=NAME, **place)
    assert (plain["code"], named["code"]) == ("denied", "denied")


def test_a_place_where_nobody_listens_is_told(asking: Asking) -> None:
    port = free_port()
    load_gear(asking.served, net=(f"127.0.0.1:{port}",))
    handed = asking.handed("net_connect", host="127.0.0.1", port=port)
    assert (handed.made, handed.reply) == (
        None,
        {
            "ok": False,
            "error": f"can't connect to `127.0.0.1:{port}`: connection refused",
            "code": "failed",
        },
    )


@pytest.mark.parametrize("host", ["nowhere.invalid", "a" * 64, "a..b", "-"])
def test_a_host_that_is_none_is_told(asking: Asking, host: str) -> None:
    load_gear(asking.served, net=(f"{host}:80",))
    reply = asking.handed("net_connect", host=host, port=80).reply
    assert (reply["code"], reply["error"].startswith(f"can't connect to `{host}:80`: ")) == (
        "failed",
        True,
    )


def test_who_does_not_answer_is_waited_for_within_the_bound(asking: Asking) -> None:
    with socket.socket() as full, socket.socket() as first, socket.socket() as second:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        for one in (first, second):
            one.setblocking(False)
            one.connect_ex(full.getsockname())
        port = port_of(full)
        load_gear(asking.served, net=(f"127.0.0.1:{port}",))
        asked = {"host": "127.0.0.1", "port": port, "timeout": SOON}
        assert asking.handed("net_connect", **asked).reply == {
            "ok": False,
            "error": f"`127.0.0.1:{port}` did not answer within 0.2 s",
            "code": "timeout",
        }


def test_the_next_address_is_tried_where_one_does_not_answer(
    served: Served, server: socket.socket
) -> None:
    dead, alive = ("127.0.0.1", free_port()), server.getsockname()
    found: list[Address] = [(socket.AF_INET, dead), (socket.AF_INET, alive)]
    load_gear(served, net=("name:1",))
    network = Network(served.services.permissions, Workers(), resolve=lambda _h, _p: found)
    made = served.run(network.connect(GEAR, "name", 1, within=5))
    with socket.socket(fileno=made.descriptor) as ours:
        assert (made.address, ours.getpeername()) == (f"127.0.0.1:{alive[1]}", alive)


class Hanging:
    """A resolution that ends when it is told to."""

    def __init__(self, served: Served) -> None:
        self.begun, self.go_on = threading.Event(), threading.Event()
        self.network = Network(served.services.permissions, Workers(), resolve=self._resolve)

    def _resolve(self, host: str, port: int) -> list[Address]:
        self.begun.set()
        self.go_on.wait(10)
        return []


def test_a_resolution_that_hangs_holds_nobody_up(served: Served) -> None:
    load_gear(served, net=("name:1",))
    hanging = Hanging(served)

    async def asked() -> tuple[bool, str]:
        pending = asyncio.create_task(hanging.network.connect(GEAR, "name", 1, within=SOON))
        await asyncio.to_thread(hanging.begun.wait, 5)
        was_free = not pending.done()
        with pytest.raises(Refusal) as refused:
            await pending
        return was_free, f"{refused.value.code}: {refused.value.sentence}"

    assert served.run(asked()) == (True, "timeout: `name:1` did not answer within 0.2 s")
    hanging.go_on.set()


def test_so_many_connections_are_made_at_once_and_no_more(served: Served) -> None:
    load_gear(served, net=("name:1",))
    hanging = Hanging(served)

    async def asked() -> list[Any]:
        each = [hanging.network.connect(GEAR, "name", 1, within=SOON) for _ in range(70)]
        return [*await asyncio.gather(*each, return_exceptions=True)]

    codes = [fault.code for fault in served.run(asked())]
    hanging.go_on.set()
    assert codes == ["timeout"] * MOST_AT_ONCE + ["busy"] * (70 - MOST_AT_ONCE)


def test_so_many_sockets_come_in_a_row_and_then_some_a_second(served: Served) -> None:
    now = [0.0]
    load_gear(served, net=("name:1",))
    network = Network(
        served.services.permissions,
        Workers(),
        resolve=lambda _host, _port: [],
        clock=lambda: now[0],
    )

    def outcome() -> str:
        with pytest.raises(Refusal) as refused:
            served.run(network.connect(GEAR, "name", 1, within=1))
        return refused.value.code

    outcomes = [outcome() for _ in range(MOST_IN_A_ROW + 1)]
    now[0] += EACH_SECS
    assert [*outcomes[-2:], outcome(), outcome()] == ["failed", "busy", "failed", "busy"]


def test_a_port_of_the_list_is_listened_at_on_this_machine_alone(asking: Asking) -> None:
    port = free_port()
    load_gear(asking.served, net=(f"listen:127.0.0.1:{port}",))
    handed = asking.handed("net_listen", port=port)
    with handed.socket as listening, socket.create_connection(("127.0.0.1", port)) as other:
        theirs, address = listening.accept()
        theirs.close()
        assert (handed.reply, listening.getsockname(), address) == (
            {"ok": True, "address": f"127.0.0.1:{port}"},
            ("127.0.0.1", port),
            other.getsockname(),
        )


def test_a_port_is_listened_at_once(asking: Asking) -> None:
    port = free_port()
    load_gear(asking.served, net=(f"listen:127.0.0.1:{port}",))
    with asking.handed("net_listen", port=port).socket:
        assert asking.handed("net_listen", port=port).reply == {
            "ok": False,
            "error": f"can't listen at port {port}: address already in use",
            "code": "conflict",
        }
    asking.handed("net_listen", port=port).socket.close()


@pytest.mark.parametrize("net", [True, False, ("127.0.0.1:9999", "listen:127.0.0.1:9998")])
def test_no_other_port_is(asking: Asking, net: Any) -> None:
    load_gear(asking.served, net=net)
    assert asking.handed("net_listen", port=9999).reply["code"] == "denied"
