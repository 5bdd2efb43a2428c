"""A real systemd that manages one scratch user's services; never the machine's."""

from __future__ import annotations

import subprocess

from tests.support.scratch import Scratch
from tests.support.waiting import until

# systemd starts only where it believes that the machine was booted by it.
START = """\
mount -t tmpfs tmpfs /run
mkdir -p /run/systemd/system
exec /lib/systemd/systemd --user --log-target=console --log-level=warning
"""


class Systemd:
    """The user manager of a scratch home; the commands reach it by XDG_RUNTIME_DIR."""

    def __init__(self, scratch: Scratch) -> None:
        self.scratch = scratch
        self._log = (scratch.root / "systemd.log").open("wb")
        self._process = subprocess.Popen(
            ["unshare", "--mount", "sh", "-ec", START],
            env={key: value for key, value in scratch.environ.items() if key != "AXIUM_HOME"},
            stdin=subprocess.DEVNULL,
            stdout=self._log,
            stderr=self._log,
        )
        until(lambda: self._ctl("is-active", "basic.target").returncode == 0, timeout=20)

    def cmd(self, *args: str) -> str:
        """What `systemctl --user ARGS` prints; AssertionError if it fails."""
        done = self._ctl(*args)
        assert done.returncode == 0, f"systemctl {args}: {done.stderr}"
        return done.stdout.strip()

    def state(self, unit: str) -> str:
        """`active`, `inactive`, ..."""
        return self._ctl("is-active", unit).stdout.strip()

    def close(self) -> None:
        """End it, and with it all that it started."""
        self._ctl("exit")
        self._process.wait(20)
        self._log.close()

    def _ctl(self, *args: str) -> subprocess.CompletedProcess[str]:
        return self.scratch.run("systemctl", "--user", "--no-pager", *args)
