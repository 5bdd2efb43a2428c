"""An sshd on loopback that lets one key in, and an agent that has it; both in a scratch home."""

from __future__ import annotations

import os
import pwd
import socket
import subprocess
from pathlib import Path

from tests.support.scratch import Scratch
from tests.support.waiting import until

SSHD = "/usr/sbin/sshd"

CONFIG = """\
ListenAddress 127.0.0.1:{port}
HostKey {directory}/host
AuthorizedKeysFile {directory}/key.pub
SetEnv HOME={far}
PidFile none
StrictModes no
UsePAM no
PermitRootLogin prohibit-password
PasswordAuthentication no
KbdInteractiveAuthentication no
Subsystem sftp internal-sftp
"""


class Sshd:
    """Whoever logs in finds the home directory `far`; the private key is in the agent alone."""

    def __init__(self, scratch: Scratch) -> None:
        self.far = scratch.root / "far"
        self.user = pwd.getpwuid(os.geteuid()).pw_name
        self._scratch = scratch
        self._directory = scratch.root / "sshd"
        for directory in (self.far, self._directory):
            directory.mkdir(mode=0o700)
        for name in ("host", "key"):
            scratch.run(
                *("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", name),
                *("-f", self._directory / name),
                check=True,
            )
        self._server = self._served()
        self.agent = str(self._directory / "agent")
        self._agent = self._start("agent", "ssh-agent", "-D", "-a", self.agent)
        until(Path(self.agent).exists)
        key = self._directory / "key"
        scratch.run("ssh-add", "-q", key, env={"SSH_AUTH_SOCK": self.agent}, check=True)
        key.unlink()

    @property
    def known_host(self) -> str:
        """Its line of a `known_hosts`."""
        kind, key, _ = (self._directory / "host.pub").read_text().split()
        return f"[127.0.0.1]:{self.port} {kind} {key}\n"

    def log(self) -> str:
        """What the server says."""
        return (self._directory / "sshd.log").read_text()

    def close(self) -> None:
        """End both."""
        for process in (self._server, self._agent):
            process.terminate()
            process.wait(10)

    def _served(self) -> subprocess.Popen[bytes]:
        """A server at a port that nobody else took meanwhile."""
        if os.geteuid() == 0:
            # The package's own service makes it as well, when it starts.
            Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)
        while (server := self._listening()) is None:
            assert "Address already in use" in self.log(), self.log()
        return server

    def _listening(self) -> subprocess.Popen[bytes] | None:
        self.port = _free_port()
        config = self._directory / "config"
        text = CONFIG.format(port=self.port, directory=self._directory, far=self.far)
        config.write_text(text)
        server = self._start("sshd", SSHD, "-D", "-e", "-f", str(config))
        until(lambda: "listening" in self.log() or server.poll() is not None)
        return server if server.poll() is None else None

    def _start(self, name: str, *argv: str) -> subprocess.Popen[bytes]:
        # The agent says only what would be typed into a shell.
        with (self._directory / f"{name}.log").open("wb") as log:
            return subprocess.Popen(
                argv, env=self._scratch.environ, stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port
