"""A real daemon, started as its own program, and a kept connection to it."""

from __future__ import annotations

import json
import os
import socket
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from time import monotonic_ns, sleep
from typing import Any

from benchmarks.kit.bench import DAEMON_MAIN, INTERPRETER
from tests.support.scratch import Scratch

START_BOUND_NS = 10_000_000_000


class Connection:
    """Kept open; one request at a time."""

    def __init__(self, path: Path) -> None:
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.settimeout(10)
        self._socket.connect(str(path))
        self._replies = self._socket.makefile("rb")
        self._number = 0

    def ask(self, cmd: str, **fields: Any) -> dict[str, Any]:
        """The reply; OSError when the daemon went away before it was whole."""
        self._number += 1
        line = json.dumps({"id": self._number, "cmd": cmd, **fields}) + "\n"
        self._socket.sendall(line.encode())
        answer = self._replies.readline()
        if not answer.endswith(b"\n"):
            raise ConnectionResetError("no whole reply")
        reply: dict[str, Any] = json.loads(answer)
        return reply

    def do(self, cmd: str, **fields: Any) -> dict[str, Any]:
        """As `ask`, but a refusal is an error."""
        reply = self.ask(cmd, **fields)
        if reply.get("ok") is not True:
            raise RuntimeError(f"{cmd} {fields}: {reply}")
        return reply

    def event(self) -> dict[str, Any]:
        """The next line of a stream."""
        event: dict[str, Any] = json.loads(self._replies.readline())
        return event

    def close(self) -> None:
        self._replies.close()
        self._socket.close()


class Axiumd:
    """A daemon in the foreground, and when it could first be reached and answered."""

    def __init__(self, scratch: Scratch, variables: Mapping[str, str] | None = None) -> None:
        self.socket = scratch.socket
        self._log = (scratch.root / "daemon.out").open("ab")
        began = monotonic_ns()
        self._process = subprocess.Popen(
            [*INTERPRETER, str(DAEMON_MAIN), "--foreground"],
            env=scratch.environ | dict(variables or {}),
            stdin=subprocess.DEVNULL,
            stdout=self._log,
            stderr=self._log,
            cwd="/",
        )
        self.pid = self._process.pid
        try:
            self.connectable_ms, self.answering_ms = self._first_answer(began)
        except OSError as failure:
            self.kill()
            raise RuntimeError(f"{failure}; the daemon said:\n{self._last_words()}") from failure

    def connect(self) -> Connection:
        return Connection(self.socket)

    def kill(self) -> None:
        """KILL, at this instant."""
        self._process.kill()
        self._process.wait()
        self._log.close()

    def stop(self) -> None:
        with suppress(OSError):
            connection = self.connect()
            connection.ask("stop")
            connection.close()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self.kill()
            raise
        self._log.close()

    def _first_answer(self, began: int) -> tuple[float, float]:
        """Milliseconds from `began` until it could be connected to, and until it answered.

        The socket of a daemon that was killed may take a connection for an instant more, while
        a child that it was just starting still has it open: such a connection is reset.
        """
        while monotonic_ns() < began + START_BOUND_NS:
            with suppress(ConnectionError, FileNotFoundError):
                connection = self.connect()
                connected = monotonic_ns()
                connection.do("ping")
                answered = monotonic_ns()
                connection.close()
                return (connected - began) / 1e6, (answered - began) / 1e6
            if self._process.poll() is not None:
                raise ConnectionError(f"the daemon ended with {self._process.returncode}")
            sleep(0.0002)  # between two tries: the kernel tells nobody that a socket listens
        raise TimeoutError("the daemon cannot be reached")

    def _last_words(self) -> str:
        return "\n".join(Path(os.fsdecode(self._log.name)).read_text().splitlines()[-15:])


@contextmanager
def daemon(scratch: Scratch, variables: Mapping[str, str] | None = None) -> Iterator[Axiumd]:
    running = Axiumd(scratch, variables)
    try:
        yield running
    finally:
        running.stop()
