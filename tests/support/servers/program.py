"""A program that listens at a port of the loopback until the test ends it, by its pid."""

from __future__ import annotations

import random
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.support.waiting import until

INSTALLED = Path(sys.prefix) / "servers"
"""Where `scripts/make-servers` has put them."""

START_SECS, END_SECS = 30.0, 10.0


class Program:
    """One server, whose home is `directory`. `kill` and `start` may follow each other."""

    def __init__(
        self,
        directory: Path,
        argv: Sequence[str | Path],
        *,
        port: int,
        environ: Mapping[str, str] | None = None,
    ) -> None:
        self.port = port
        self._argv = [str(word) for word in argv]
        self._directory = directory
        self._environ = {
            "PATH": "/usr/local/bin:/usr/bin:/bin",
            "HOME": str(directory),
            "LANG": "C.UTF-8",
            **(environ or {}),
        }
        self.start()

    @property
    def log(self) -> str:
        """What it says."""
        return self._log.read_text(errors="replace")

    def start(self) -> None:
        """Have it listen."""
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                self._argv,
                cwd=self._directory,
                env=self._environ,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        until(lambda: self._process.poll() is not None or listens(self.port), START_SECS)
        assert self._process.poll() is None, self.log

    def kill(self) -> None:
        """End it without a word to anybody."""
        self._process.kill()
        self._process.wait(END_SECS)

    def freeze(self) -> None:
        """Have it do nothing, its connections open all the same."""
        self._process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Have it go on."""
        self._process.send_signal(signal.SIGCONT)

    def close(self) -> None:
        """End it."""
        self.thaw()
        self._process.terminate()
        try:
            self._process.wait(END_SECS)
        except subprocess.TimeoutExpired:
            self.kill()

    @property
    def _log(self) -> Path:
        return self._directory / "server.log"


def free_port() -> int:
    """A port that nobody has, and that the kernel gives to nobody who connects."""
    while True:
        port = random.randrange(20_000, 32_000)
        with socket.socket() as one:
            try:
                one.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port


def listens(port: int) -> bool:
    """Whether somebody does."""
    with socket.socket() as one:
        return one.connect_ex(("127.0.0.1", port)) == 0
