"""A real daemon in a scratch home, and raw talk with it."""

from __future__ import annotations

import json
from typing import Any

from axium.thin.paths import home_of
from axium.thin.start import start
from tests.support.processes import alive
from tests.support.scratch import Scratch
from tests.support.waiting import until


class Daemon:
    """Started as any command starts one; `pid` is what it says of itself."""

    def __init__(self, scratch: Scratch) -> None:
        self.scratch = scratch
        # Not by a command: importing what it takes is half the cost of a test.
        start(home_of(scratch.environ), scratch.environ)
        self.pid: int = self.request({"cmd": "ping"})["pid"]

    def request(self, payload: dict[str, Any]) -> dict[str, Any]:
        """One request on a connection of its own, and its reply."""
        reply: dict[str, Any] = json.loads(self.send(json.dumps(payload).encode() + b"\n"))
        return reply

    def send(self, raw: bytes) -> bytes:
        """Send bytes; everything that comes back until the daemon closes."""
        return self.scratch.exchange(raw)

    def close(self) -> None:
        """Stop it; it must be gone, and its socket with it."""
        self.scratch.stop_daemon()
        until(lambda: not alive(self.pid))
        assert not self.scratch.socket.exists(), f"{self.scratch.socket} is left"
