"""A private tmux server with a client on a terminal whose output is read."""

from __future__ import annotations

import os
import pty
import select
import struct
import termios
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fcntl import ioctl
from time import monotonic

from benchmarks.kit.bench import AXIUM
from tests.support.scratch import Scratch
from tests.support.tmux import Tmux

SIZE = (50, 200)
PANES_PER_WINDOW = 10
IDLE_PANE = "exec sleep infinity"


class Screen:
    """The terminal side of an attached client."""

    def __init__(self, scratch: Scratch) -> None:
        self.pid, self._fd = pty.fork()
        if self.pid == 0:
            os.execvpe("tmux", ["tmux", "attach"], scratch.environ)
        ioctl(self._fd, termios.TIOCSWINSZ, struct.pack("HHHH", *SIZE, 0, 0))

    def wait_for(self, text: bytes, bound: float = 5.0) -> None:
        """Read until `text` was written to the terminal; TimeoutError if it never is."""
        seen, deadline = b"", monotonic() + bound
        while text not in seen:
            seen = seen[-len(text) :] + self._read(deadline)

    def drain(self, quiet: float = 0.02) -> None:
        """Read until nothing came for `quiet` seconds."""
        while select.select([self._fd], [], [], quiet)[0]:
            os.read(self._fd, 65536)

    def _read(self, deadline: float) -> bytes:
        if not select.select([self._fd], [], [], max(0, deadline - monotonic()))[0]:
            raise TimeoutError("the text did not reach the terminal")
        return os.read(self._fd, 65536)

    def close(self) -> None:
        os.close(self._fd)
        os.waitpid(self.pid, 0)


@dataclass(frozen=True, slots=True)
class Server:
    """`variable` is what its panes have in $TMUX; `client` is the name of the one client."""

    tmux: Tmux
    screen: Screen
    variable: str
    client: str
    panes: list[str]


@contextmanager
def attached_server(scratch: Scratch, panes: int) -> Iterator[Server]:
    """A server with that many panes and one client; the panes sleep, but for the first."""
    tmux = Tmux(scratch)
    try:
        _fill(tmux, panes)
        screen = Screen(scratch)
        try:
            tmux.wait_for(lambda: bool(tmux.cmd("list-clients")))
            screen.drain()
            variable = f"{tmux.socket},{tmux.pid},0"
            client = tmux.cmd("list-clients", "-F", "#{client_name}")
            yield Server(tmux, screen, variable, client, _panes(tmux))
        finally:
            screen.close()
    finally:
        tmux.close()


def show_hud(server: Server) -> None:
    """As a user gets it: by a shell in a pane that loads the hook."""
    server.tmux.scratch.axium("bootstrap")
    server.tmux.send("main:0", f'eval "$({AXIUM} init bash)"')


def _fill(tmux: Tmux, panes: int) -> None:
    for number in range(1, panes):
        if number % PANES_PER_WINDOW:
            tmux.cmd("split-window", "-d", "-t", "main:$", IDLE_PANE)
            tmux.cmd("select-layout", "-t", "main:$", "tiled")
        else:
            tmux.cmd("new-window", "-d", "-t", "main:", IDLE_PANE)


def _panes(tmux: Tmux) -> list[str]:
    return tmux.cmd("list-panes", "-s", "-F", "#{pane_id}").splitlines()
