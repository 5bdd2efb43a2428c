"""A private tmux server in a scratch home; never the user's."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from tests.support.processes import alive
from tests.support.scratch import Scratch
from tests.support.waiting import until

T = TypeVar("T")

SHELL = "exec env PS1='$ ' bash --norc --noprofile -i"


class Tmux:
    """A server with one session `main`, by default with one bash that read no start file."""

    def __init__(
        self,
        scratch: Scratch,
        *,
        name: str = "default",
        size: tuple[int, int] = (200, 50),
        shell: str = SHELL,
    ) -> None:
        self.scratch = scratch
        self.name = name
        width, height = (str(number) for number in size)
        self.cmd(
            "-f", "/dev/null", "new-session", "-d", "-s", "main", "-x", width, "-y", height, shell
        )
        self.pid = int(self.cmd("display-message", "-p", "#{pid}"))
        self.socket = Path(self.cmd("display-message", "-p", "#{socket_path}"))

    def cmd(self, *args: str) -> str:
        """What `tmux ARGS` prints, without the last newline; AssertionError if it fails."""
        done = self.scratch.run("tmux", "-L", self.name, *args)
        assert done.returncode == 0, f"tmux {args}: {done.stderr.strip()}"
        return done.stdout.removesuffix("\n")

    def capture(self, target: str = "main") -> str:
        """The visible screen of a pane; wrapped lines are joined."""
        return self.cmd("capture-pane", "-p", "-J", "-t", target)

    def send(self, target: str, text: str) -> None:
        """Type `text` literally into a pane, then press Enter."""
        self.cmd("send-keys", "-t", target, "-l", "--", text)
        self.cmd("send-keys", "-t", target, "Enter")

    def wait_for(self, predicate: Callable[[], T], timeout: float = 10.0) -> T:
        """`until`, with a bound that a shell in a pane can keep."""
        return until(predicate, timeout)

    def close(self) -> None:
        """End the server; `kill-server` would return before it is gone."""
        if alive(self.pid):
            os.kill(self.pid, signal.SIGTERM)
        until(lambda: not alive(self.pid))
