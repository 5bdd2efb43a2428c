"""redis on a Unix socket: the peer that the daemon's request path is held to."""

from __future__ import annotations

import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from benchmarks.kit.load import Group
from tests.support.scratch import Scratch
from tests.support.waiting import until

CONFIGURATION = ("--port", "0", "--save", "", "--appendonly", "no", "--loglevel", "warning")
GET = "*2\r\n$3\r\nGET\r\n$3\r\nhud\r\n"


@dataclass(frozen=True, slots=True)
class Redis:
    pid: int
    socket: Path

    def store(self, value: str) -> None:
        """What a GET answers from now on."""
        raw = value.encode()
        command = b"*3\r\n$3\r\nSET\r\n$3\r\nhud\r\n$%d\r\n%s\r\n" % (len(raw), raw)
        if self._exchange(command) != b"+OK\r\n":
            raise RuntimeError("redis did not take the value")

    def get(
        self,
        name: str,
        expect: str,
        clients: int,
        *,
        mode: str = "keep",
        depth: int = 1,
        rate: int = 0,
    ) -> Group:
        """A group that asks for the value."""
        return Group(name, clients, [GET], expect, mode=mode, depth=depth, rate=rate, reply="bulk")

    def _exchange(self, command: bytes) -> bytes:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.connect(str(self.socket))
            connection.sendall(command)
            return connection.recv(65536)

    def answers(self) -> bool:
        with suppress(OSError):
            return self._exchange(b"PING\r\n") == b"+PONG\r\n"
        return False


@contextmanager
def redis_server(scratch: Scratch) -> Iterator[Redis]:
    path = scratch.root / "redis.sock"
    argv = ["redis-server", "--unixsocket", str(path), *CONFIGURATION, "--dir", str(scratch.root)]
    process = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    redis = Redis(process.pid, path)
    try:
        until(redis.answers)
        yield redis
    finally:
        process.terminate()
        process.wait(10)
