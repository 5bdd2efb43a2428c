"""A client that may misbehave: it sends any bytes at any time, and reads when the test says."""

from __future__ import annotations

import json
import os
import socket
import time
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from tests.support import Daemon, Scratch

QUICK = 1.0
"""Seconds within which an ordinary client is answered, whatever the others do."""


class Client:
    """One raw connection; used in a `with` statement."""

    def __init__(self, path: Path, *, timeout: float = 10.0) -> None:
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(timeout)
        self.socket.connect(str(path))
        self._lines = self.socket.makefile("rb")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        fault: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self._lines.close()
        self.socket.close()

    def fileno(self) -> int:
        """For `select`."""
        return self.socket.fileno()

    def send(self, data: bytes) -> None:
        """Send it all, or up to where the daemon closed the connection."""
        try:
            self.socket.sendall(data)
        except (BrokenPipeError, ConnectionResetError):
            return

    def ask(self, cmd: str, **fields: Any) -> None:
        """Send one request."""
        self.send(json.dumps({"cmd": cmd, **fields}).encode() + b"\n")

    def line(self) -> bytes:
        """The next line; what there is of it where the daemon closed."""
        return self._lines.readline()

    def reply(self) -> dict[str, Any]:
        """The next line, decoded."""
        decoded: dict[str, Any] = json.loads(self.line())
        return decoded

    def replies(self, count: int) -> list[dict[str, Any]]:
        """The next lines, decoded."""
        return [self.reply() for _ in range(count)]

    def rest(self) -> bytes:
        """All that comes until the daemon closes."""
        try:
            return self._lines.read()
        except ConnectionResetError:  # it closed while something of ours was unread
            return b""

    def end_of_input(self) -> None:
        """Send no more, and go on reading."""
        self.socket.shutdown(socket.SHUT_WR)


def exchange(scratch: Scratch, data: bytes, *, timeout: float = 10.0) -> bytes:
    """Send `data` on a connection of its own; all that is answered before the daemon closes."""
    with Client(scratch.socket, timeout=timeout) as client:
        client.send(data)
        return client.rest()


def answers_quickly(daemon: Daemon) -> bool:
    """Whether the daemon, the same one, answers an ordinary client at once."""
    began = time.monotonic()
    pid = daemon.request({"cmd": "ping"})["pid"]
    return bool(pid == daemon.pid and time.monotonic() - began < QUICK)


def memory_mib(pid: int) -> float:
    """Memory that a process holds now."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGESIZE") / (1 << 20)
