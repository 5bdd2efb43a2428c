"""A server that behaves as TrueNAS does on the wire, as a process of its own, told what to do.

Logins, limits, jobs new and old, extended JSON; and faults of all kinds, where a test wants them.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections import Counter
from threading import Lock
from typing import Any, Literal

from tests.support.servers.certificates import Certificate
from tests.support.servers.program import free_port
from tests.support.servers.truenas.logins import KEY, PASSWORD, USER

__all__ = ["KEY", "PASSWORD", "USER", "FaultKind", "TrueNas"]

FaultKind = Literal[
    "drop", "drop after", "drop within", "close", "silence", "late", "slow", "twice", "anonymous",
    "garbage", "binary", "huge",
]  # fmt: skip
"""What becomes of a request, see `faults.py`; also of a connection, where it is `on="connect"`."""

END_SECS = 10.0


class TrueNas:
    """One server at one port of the loopback, which survives `kill` and `revive`.

    `is_old` servers know nothing of `core.set_options` and reply to a job with its number.
    `needs_login`: without it a peer is known from the start. `tells_added`: without it the first
    that is told of a job is a change. Beyond `logins` in `login_secs` it locks out for `lockout`.
    `iterations` of SCRAM: a client computes as many hashes.
    """

    def __init__(
        self,
        *,
        is_old: bool = False,
        needs_login: bool = True,
        tells_added: bool = True,
        tls: Certificate | None = None,
        path: str | None = None,
        logins: int = 20,
        login_secs: float = 60.0,
        lockout: float = 600.0,
        iterations: int = 4096,
    ) -> None:
        self._scheme = "ws" if tls is None else "wss"
        self._path = path
        self._lock = Lock()
        self.port = free_port()
        settings = {
            "port": self.port,
            "path": path,
            "tls": tls,
            "is_old": is_old,
            "needs_login": needs_login,
            "tells_added": tells_added,
            "rate": [logins, login_secs, lockout],
            "iterations": iterations,
        }
        self._process = subprocess.Popen(
            [sys.executable, "-m", __name__, json.dumps(settings)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        self.revive()

    @property
    def uri(self) -> str:
        """Where a link finds it."""
        if self._path is not None:
            return f"ws+unix://{self._path}"
        return f"{self._scheme}://127.0.0.1:{self.port}/api/current"

    @property
    def pid(self) -> int:
        """Its process."""
        return self._process.pid

    @property
    def counts(self) -> Counter[str]:
        """How often what has happened: `connects`, `logins`, `frames`, methods, collections."""
        return Counter(self._do("counts"))

    def revive(self) -> None:
        """Listen, at the same port as before."""
        self._do("listen")

    def kill(self) -> None:
        """Stop listening, break every connection off without a word, forget all jobs."""
        self._do("stop")

    def drop(self) -> None:
        """Break every connection off; new ones may come."""
        self._do("drop")

    def freeze(self) -> None:
        """Have it do nothing at all, its connections open: so does a machine that sleeps."""
        os.kill(self.pid, signal.SIGSTOP)

    def thaw(self) -> None:
        """Have it go on."""
        os.kill(self.pid, signal.SIGCONT)

    def emit(self, collection: str, fields: Any = None, *, times: int = 1) -> None:
        """An event, as often as wanted."""
        self._do("emit", collection, fields, times)

    def fault(self, kind: FaultKind, *, on: str, times: int = 1, secs: float = 0.5) -> None:
        """Have this happen to the next requests for a method.

        `on` may be `connect`, or a state of a job, `job RUNNING`, when it has been told.
        """
        self._do("fault", kind, on, times, secs)

    def close(self) -> None:
        """The end."""
        self.thaw()
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.stdout.close()
        assert self._process.wait(END_SECS) == 0

    def _do(self, name: str, *given: Any) -> Any:
        """Have it do something; what that gives."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        with self._lock:
            self._process.stdin.write(json.dumps([name, *given]).encode() + b"\n")
            self._process.stdin.flush()
            line = self._process.stdout.readline()
        assert line, "the server has ended"
        return json.loads(line)
