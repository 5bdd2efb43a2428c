"""A private tmux server in a scratch home; never the user's."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from typing import TypeVar

from tests.support.processes import alive
from tests.support.scratch import Scratch
from tests.support.waiting import until

T = TypeVar("T")

SHELL = "exec env PS1='$ ' bash --norc --noprofile -i"


class Tmux:
    """A server with one session `main`, by default with one bash that read no start file.

    Its socket is tmux's own of that name, or at the `path` that is given.
    """

    def __init__(
        self,
        scratch: Scratch,
        *,
        name: str = "default",
        path: str | None = None,
        config: str = "/dev/null",
        size: tuple[int, int] = (200, 50),
        shell: str = SHELL,
    ) -> None:
        self.scratch = scratch
        self.name = name
        self.address = ["-L", name] if path is None else ["-S", path]
        width, height = (str(number) for number in size)
        self.cmd("-f", config, "new-session", "-d", "-s", "main", "-x", width, "-y", height, shell)
        self.pid = int(self.cmd("display-message", "-p", "#{pid}"))
        self.socket = self.cmd("-u", "display-message", "-p", "#{socket_path}")

    def cmd(self, *args: str) -> str:
        """What `tmux ARGS` prints, without the last newline; AssertionError if it fails."""
        done = self.scratch.run("tmux", *self.address, *args)
        assert done.returncode == 0, f"tmux {args}: {done.stderr.strip()}"
        return done.stdout.removesuffix("\n")

    @property
    def variable(self) -> str:
        """$TMUX of a shell in there."""
        return f"{self.socket},{self.pid},0"

    def new_pane(self, command: str = "sleep 1000") -> str:
        """The id of a new pane in a new window that nobody sees."""
        return self.cmd("new-window", "-d", "-t", "main:", "-P", "-F", "#{pane_id}", command)

    def signal(self, number: int) -> None:
        os.kill(self.pid, number)

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
        """End the server, also a stopped one; `kill-server` would return before it is gone."""
        if alive(self.pid):
            self.signal(signal.SIGTERM)
            self.signal(signal.SIGCONT)
        until(lambda: not alive(self.pid))
