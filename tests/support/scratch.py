"""A home of one test's own: directories, environment, and the way to run programs in them."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.support.processes import with_variable
from tests.support.waiting import until

VENV_BIN = Path(sys.executable).parent
SYSTEM_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
LANGUAGE = {"LANG": "C.UTF-8", "TERM": "xterm-256color"}


class Scratch:
    """A config home in a short path (socket paths end at 107 bytes) and a clean environment.

    `bin` comes first on PATH: a test puts its stand-in tools there.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self.user = root / "user"
        self.home = root / "axium"
        self.runtime = root / "run"
        self.state = root / "state"
        self.bin = root / "bin"
        self.tmux = root / "tmux"
        for directory in (self.user, self.home, self.runtime, self.state, self.bin, self.tmux):
            directory.mkdir(mode=0o700)
        self.environ = {
            **LANGUAGE,
            "HOME": str(self.user),
            "USER": "tester",
            "SHELL": "/bin/bash",
            "PATH": f"{self.bin}:{VENV_BIN}:{SYSTEM_PATH}",
            "XDG_STATE_HOME": str(self.state),
            "XDG_RUNTIME_DIR": str(self.runtime),
            "TMUX_TMPDIR": str(self.tmux),
            "AXIUM_HOME": str(self.home),
        }

    @property
    def socket(self) -> Path:
        """Where a client finds the daemon of this home."""
        return self.home / "daemon.sock"

    def run(
        self,
        *argv: str | Path,
        timeout: float = 20.0,
        check: bool = False,
        env: dict[str, str] | None = None,
        cwd: Path | None = None,
        stdin: str = "",
    ) -> subprocess.CompletedProcess[str]:
        """Run a program here; `env` is laid over the clean environment."""
        return subprocess.run(
            [str(word) for word in argv],
            env=self.environ | (env or {}),
            cwd=cwd or self.user,
            input=stdin,
            capture_output=True,
            text=True,
            timeout=timeout,
            check=check,
        )

    def axium(
        self, *args: str, timeout: float = 20.0, env: dict[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Run the installed `axium` with `args`."""
        return self.run(VENV_BIN / "axium", *args, timeout=timeout, env=env)

    def tool(self, name: str, script: str) -> Path:
        """A stand-in program `name`, first on PATH; `script` has its own `#!` line."""
        path = self.bin / name
        path.write_text(script)
        path.chmod(0o755)
        return path

    def exchange(self, data: bytes, timeout: float = 5.0) -> bytes:
        """Send `data` to this home's daemon; everything that it answers until it closes."""
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(timeout)
            connection.connect(str(self.socket))
            connection.sendall(data)
            return b"".join(iter(lambda: connection.recv(65536), b""))

    def stop_daemon(self) -> None:
        """Stop the daemon of this home, if one answers, and wait until it is gone."""
        try:
            self.exchange(b'{"cmd": "stop"}\n')
        except OSError:
            return
        until(lambda: not self._answers())

    def processes(self) -> dict[int, str]:
        """Everything that still runs in this home: pid -> command line."""
        return with_variable("AXIUM_HOME", str(self.home))

    def close(self) -> None:
        """Stop the daemon, remove the directories; AssertionError if something else still runs."""
        self.stop_daemon()
        try:
            until(lambda: not self.processes())
        except AssertionError:
            left = self.processes()
            for pid in left:
                os.kill(pid, signal.SIGKILL)
            raise AssertionError(f"left running: {left}") from None
        finally:
            shutil.rmtree(self.root)

    def _answers(self) -> bool:
        try:
            self.exchange(b'{"cmd": "ping"}\n')
        except OSError:
            return False
        return True


def make_scratch() -> Scratch:
    """A new scratch home; the caller closes it."""
    return Scratch(Path(tempfile.mkdtemp(prefix="ax", dir="/tmp")))
