"""A terminal with a tmux client in it, so that a test sees the whole screen, status line too."""

from __future__ import annotations

from tests.support.tmux import Tmux


class Terminal:
    """A client of `tmux`, attached inside a second private server that plays the terminal."""

    def __init__(self, tmux: Tmux, *, size: tuple[int, int] = (200, 50)) -> None:
        attach = f"exec env -u TMUX tmux -L {tmux.name} attach -t main"
        self.outer = Tmux(tmux.scratch, name=f"{tmux.name}-terminal", size=size, shell=attach)
        self.outer.cmd("set-option", "-g", "status", "off")
        tmux.wait_for(lambda: tmux.cmd("list-clients"))

    def screen(self) -> str:
        """All that the person sees."""
        return self.outer.cmd("capture-pane", "-p", "-t", "main")

    def status(self) -> str:
        """The status line."""
        return self.screen().rpartition("\n")[2]

    def close(self) -> None:
        """Close the terminal; the server that it looked at goes on."""
        self.outer.close()
