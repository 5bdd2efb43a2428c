"""Descriptors that go over a connection: each with the first byte of its line, and no other."""

from __future__ import annotations

import asyncio
import os
import socket
from _socket import socket as plain_socket

from axium.daemon.connection import Connection
from axium.daemon.poller import Poller

LONG = 3 << 20
"""Bytes of a line that no socket takes at once."""


class Silent:
    """A port that answers nothing."""

    def remembered(self, chunk: bytes) -> None:
        return None

    def answer(self, line: bytes, connection: Connection) -> None:
        return None

    def closed(self, connection: Connection) -> None:
        return None


class Giving(Silent):
    """A port that answers each line with a descriptor."""

    def __init__(self) -> None:
        self.given: list[int] = []

    def answer(self, line: bytes, connection: Connection) -> None:
        self.given.append(pipe_saying(b""))
        connection.send(b"here\n", self.given[-1:])


def connected(port: Silent | None = None) -> tuple[Connection, socket.socket]:
    ours, theirs = socket.socketpair()
    ours.setblocking(False)
    accepted = plain_socket(fileno=ours.detach())
    port = port or Silent()
    return Connection(accepted, port, Poller(), on_close=lambda _connection: None), theirs


def pipe_saying(text: bytes) -> int:
    read, write = os.pipe()
    os.write(write, text)
    os.close(write)
    return read


def received(theirs: socket.socket, size: int) -> tuple[bytes, list[tuple[int, bytes]]]:
    """What came, and what each descriptor says, by where the piece that it came with ended."""
    data, found = b"", []
    while len(data) < size:
        piece, descriptors, _, _ = socket.recv_fds(theirs, 1 << 16, 4)
        for descriptor in descriptors:
            with open(descriptor, "rb") as file:
                found.append((len(data) + len(piece), file.read()))
        data += piece
    return data, found


def is_closed(descriptor: int) -> bool:
    try:
        os.fstat(descriptor)
    except OSError:
        return True
    return False


def test_a_descriptor_comes_at_the_latest_with_its_line() -> None:
    async def scene() -> None:
        connection, theirs = connected()
        pipes = [pipe_saying(b"one"), pipe_saying(b"two")]
        connection.send(b"before\n")
        connection.send(b"first\n", (pipes[0],))
        connection.send(b"second\n", (pipes[1],))
        assert [is_closed(pipe) for pipe in pipes] == [True, True]
        data, found = received(theirs, 20)
        assert data == b"before\nfirst\nsecond\n"
        assert [text for _, text in found] == [b"one", b"two"]
        assert [end >= start for (end, _), start in zip(found, (8, 14), strict=True)] == [True] * 2
        connection.close()
        theirs.close()

    asyncio.run(scene())


def test_what_a_slow_client_leaves_waits_with_its_descriptors() -> None:
    async def scene() -> None:
        connection, theirs = connected()
        pipes = [pipe_saying(b"one"), pipe_saying(b"two")]
        connection.send(b"x" * LONG)
        connection.send(b"first\n", (pipes[0],))
        connection.send(b"y" * LONG)
        connection.send(b"second\n", (pipes[1],))
        assert [is_closed(pipe) for pipe in pipes] == [False, False]
        whole = LONG + 6 + LONG + 7
        data, found = await asyncio.to_thread(received, theirs, whole)
        assert data == b"x" * LONG + b"first\n" + b"y" * LONG + b"second\n"
        (first, one), (second, two) = found
        assert (one, two) == (b"one", b"two")
        assert (LONG < first < whole - 7, second == whole) == (True, True)
        assert [is_closed(pipe) for pipe in pipes] == [True, True]
        connection.close()
        theirs.close()

    asyncio.run(scene())


def test_what_nobody_will_get_is_closed() -> None:
    async def scene() -> None:
        connection, theirs = connected()
        waiting, late = pipe_saying(b""), pipe_saying(b"")
        connection.send(b"x" * LONG)
        connection.send(b"first\n", (waiting,))
        connection.close()
        connection.send(b"second\n", (late,))
        assert [is_closed(waiting), is_closed(late)] == [True, True]
        theirs.close()

    asyncio.run(scene())


def test_who_takes_nothing_is_not_asked_what_else_it_wants() -> None:
    async def scene() -> None:
        port = Giving()
        connection, theirs = connected(port)
        connection.send(b"x" * (512 << 10))  # more than is on its way at once
        for _ in range(20):
            theirs.send(b"q\n" * 64)
            await asyncio.sleep(0)
        assert 64 <= len(port.given) <= 128
        connection.close()
        assert {is_closed(descriptor) for descriptor in port.given} == {True}
        theirs.close()

    asyncio.run(scene())
