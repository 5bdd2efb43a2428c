"""A command of ours in a terminal of its own, at which somebody sits."""

from __future__ import annotations

import fcntl
import os
import select
import struct
import subprocess
import termios
import time

from tests.support.scratch import VENV_BIN, Scratch

SECS = 15.0


class Asked:
    """`axium ARGS`, begun; what it prints is read until some text is there, or its end."""

    def __init__(
        self, scratch: Scratch, *args: str, columns: int = 80, env: dict[str, str] | None = None
    ) -> None:
        self._ours, theirs = os.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 50, columns, 0, 0))
        self._process = subprocess.Popen(
            [VENV_BIN / "axium", *args],
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            env=scratch.environ | (env or {}),
            cwd=scratch.user,
            start_new_session=True,
        )
        os.close(theirs)
        self.text = ""

    def wait_for(self, text: str) -> None:
        """Until it has printed `text`; AssertionError where it does not."""
        ends = time.monotonic() + SECS
        while text not in self.text and self._read(ends):
            pass
        assert text in self.text, self.text

    def type(self, text: str) -> None:
        """Type it."""
        os.write(self._ours, text.encode())

    def end(self) -> tuple[int, str]:
        """Its exit code, and all that it printed."""
        ends = time.monotonic() + SECS
        while self._read(ends):
            pass
        try:
            code = self._process.wait(SECS)
        finally:
            self._process.kill()
            os.close(self._ours)
        return code, self.text.replace("\r\n", "\n")

    def _read(self, ends: float) -> bool:
        """Whether more was there, or may come."""
        ready, _, _ = select.select([self._ours], [], [], max(0.0, ends - time.monotonic()))
        if not ready:
            return False
        try:
            found = os.read(self._ours, 65536)
        except OSError:  # so ends a terminal that nobody has any more
            return False
        self.text += found.decode("utf-8", "backslashreplace")
        return bool(found)


def answered(scratch: Scratch, answer: str, *args: str, columns: int = 80) -> tuple[int, str]:
    """Exit code and screen of `axium ARGS`, which asked and got this answer."""
    asked = Asked(scratch, *args, columns=columns)
    asked.wait_for("[y/N] ")
    asked.type(answer)
    return asked.end()
