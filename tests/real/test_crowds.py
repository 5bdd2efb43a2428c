"""Clients that are too many, too slow, or somebody else's: the daemon lives, others don't wait."""

from __future__ import annotations

import json
import os
import select
import signal
import socket
import time
from collections import Counter
from contextlib import ExitStack
from pathlib import Path

from tests.real.client import QUICK, Client, answers_quickly, exchange, memory_mib
from tests.support import Daemon, Scratch, until

BUSY = {
    "ok": False,
    "error": "1024 connections are open already",
    "code": "busy",
    "hint": "close some and try again",
}
GLOBAL = {"ok": True, "env": "root", "source": "global"}
NOBODY = 65534


def with_large_environments(scratch: Scratch) -> None:
    """Have `list_envs` answer with about 900 kB, far more than a socket holds."""
    names = ("root", *(f"e{n}" for n in range(100)))
    text = "envs:\n" + "".join(f"  {name}: {{note: {'x' * 9000}}}\n" for name in names)
    (scratch.home / "envs.yaml").write_text(text)


def test_a_slow_reader_gets_a_large_answer_whole_and_nothing_else(scratch: Scratch) -> None:
    with_large_environments(scratch)
    daemon = Daemon(scratch)
    asked = b'{"cmd": "list_envs"}\n'
    whole = exchange(scratch, asked)
    os.kill(daemon.pid, signal.SIGSTOP)  # so that the request is there with the connection
    with Client(scratch.socket) as client:
        client.send(asked)
        os.kill(daemon.pid, signal.SIGCONT)
        got = b""
        while len(got) < len(whole) // 2:
            select.select([], [], [], 0.005)
            got += client.socket.recv(8192)
        assert got + client.rest() == whole


def test_clients_that_never_read_cost_bounded_memory_and_delay_nobody(scratch: Scratch) -> None:
    with_large_environments(scratch)
    daemon = Daemon(scratch)
    before = memory_mib(daemon.pid)
    with ExitStack() as open_ones:
        for _ in range(10):
            once = open_ones.enter_context(Client(scratch.socket))
            once.ask("list_envs")
            often = open_ones.enter_context(Client(scratch.socket))
            send_all_it_takes(often, b'{"cmd": "list_envs", "id": 1}\n')
        assert answers_quickly(daemon)
        assert memory_mib(daemon.pid) - before < 80
    assert answers_quickly(daemon)


def send_all_it_takes(client: Client, line: bytes) -> None:
    """Pipeline requests until the daemon takes no more, at most 50,000."""
    client.socket.settimeout(0.2)
    try:
        for _ in range(500):
            client.socket.sendall(line * 100)
    except TimeoutError:
        return
    raise AssertionError("the daemon reads on, however much waits for its client")


def test_a_client_that_pipelines_and_then_reads_gets_every_reply(daemon: Daemon) -> None:
    line = b'{"cmd": "get_pane_env", "pane": "%1", "id": 7}\n'
    with Client(daemon.scratch.socket) as client:
        client.socket.setblocking(False)
        sent = 0
        try:
            while True:
                # From where the last send ended, which may be within a line.
                sent += client.socket.send((line * 1001)[sent % len(line) :])
        except BlockingIOError:
            pass
        client.socket.settimeout(10)
        whole = sent // len(line)
        replies = Counter(client.line() for _ in range(whole))
    assert replies == {
        json.dumps({"id": 7, **GLOBAL}, separators=(",", ":")).encode() + b"\n": whole
    }


def test_two_thousand_that_connect_at_once_are_answered_or_told_busy(daemon: Daemon) -> None:
    line = b'{"cmd": "get_pane_env", "pane": "%1", "id": 1}\n'
    with ExitStack() as open_ones:
        clients = [open_ones.enter_context(Client(daemon.scratch.socket)) for _ in range(2_000)]
        began = time.monotonic()
        assert daemon.request({"cmd": "ping"})["ok"] in {True, False}  # `busy`, most probably
        assert time.monotonic() - began < QUICK
        for client in clients:
            client.send(line)
        replies = Counter(json.dumps(client.reply()) for client in clients)
        answered = replies.pop(json.dumps({"id": 1, **GLOBAL}))
        assert replies == {json.dumps(BUSY): 2_000 - answered}
        assert answered == 1_024
    until(lambda: daemon.request({"cmd": "ping"})["ok"])
    assert answers_quickly(daemon)


def test_the_1025th_connection_is_told_busy_until_one_ends(daemon: Daemon) -> None:
    with ExitStack() as open_ones:
        clients = [open_ones.enter_context(Client(daemon.scratch.socket)) for _ in range(1_024)]
        for number, client in enumerate(clients):
            client.ask("get_pane_env", pane="%1", id=number)
        assert [client.reply()["id"] for client in clients] == list(range(1_024))
        with Client(daemon.scratch.socket) as one_more:
            assert json.loads(one_more.rest()) == BUSY
        clients[0].end_of_input()
        assert clients[0].rest() == b""
        with Client(daemon.scratch.socket) as one_more:
            one_more.ask("get_pane_env", pane="%1", id=0)
            assert one_more.reply() == {"id": 0, **GLOBAL}


def test_somebody_else_is_dropped_before_a_byte_is_parsed(daemon: Daemon) -> None:
    real = Path(os.path.realpath(daemon.scratch.socket))
    for directory in (daemon.scratch.root, daemon.scratch.runtime, real.parent):
        directory.chmod(0o711)
    real.chmod(0o666)
    assert as_nobody(str(real)) == b"dropped"
    assert b"a connection of uid 65534 was dropped" in log_of(daemon.scratch)
    assert answers_quickly(daemon)


def as_nobody(path: str) -> bytes:
    """What another user's client, in a process of its own, gets from the socket at `path`."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.setgroups([])
        os.setgid(NOBODY)
        os.setuid(NOBODY)
        os.write(writer, _heard(path))
        os._exit(0)
    os.close(writer)
    os.waitpid(child, 0)
    with os.fdopen(reader, "rb") as said:
        return said.read()


def _heard(path: str) -> bytes:
    try:
        with socket.socket(socket.AF_UNIX) as client:
            client.settimeout(5)
            client.connect(path)
            client.sendall(b'{"cmd": "ping"}\n')
            return client.recv(100) or b"dropped"
    except (BrokenPipeError, ConnectionResetError):
        return b"dropped"
    except OSError as fault:
        return str(fault).encode()


def log_of(scratch: Scratch) -> bytes:
    """The daemon's log."""
    return (scratch.home / "logs/axiumd.log").read_bytes()
