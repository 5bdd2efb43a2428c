"""A terminal with a tmux client in it, so that a test sees the whole screen, status line too."""

from __future__ import annotations

import shlex
from itertools import count

from tests.support.tmux import Tmux
from tests.support.waiting import until

_numbers = count(1)


class Terminal:
    """A client of `tmux`, attached inside a second private server that plays the terminal."""

    def __init__(
        self,
        tmux: Tmux,
        session: str = "main",
        *,
        size: tuple[int, int] = (200, 50),
        term: str = "tmux-256color",
    ) -> None:
        words = [
            "env",
            "-u",
            "TMUX",
            f"TERM={term}",
            "tmux",
            *tmux.address,
            "attach",
            "-t",
            session,
        ]
        attach = f"exec {shlex.join(words)}"
        name = f"terminal-{next(_numbers)}"
        self.outer = Tmux(tmux.scratch, name=name, size=size, shell=attach)
        self.outer.cmd("set-option", "-g", "status", "off")
        tmux.wait_for(lambda: self._tty() in tmux.cmd("list-clients", "-F", "#{client_tty}"))

    def _tty(self) -> str:
        return self.outer.cmd("display-message", "-p", "-t", "main", "#{pane_tty}")

    def screen(self) -> str:
        """All that the person sees."""
        return self.outer.cmd("capture-pane", "-p", "-t", "main")

    def status(self) -> str:
        """The status line."""
        return self.screen().rpartition("\n")[2]

    def wait_for(self, text: str) -> None:
        """Wait until the person sees `text`."""
        until(lambda: text in self.screen())

    def close(self) -> None:
        """Close the terminal; the server that it looked at goes on."""
        self.outer.close()
