"""Fixtures of the daemon's tests."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from tests.daemon.serving import Served
from tests.daemon.tmux_scene import TmuxServer
from tests.support import Scratch, Terminal


@pytest.fixture
def served(scratch: Scratch) -> Iterator[Served]:
    """The daemon's services and dispatch, in this process."""
    served = Served(scratch)
    yield served
    served.close()


@pytest.fixture
def server(scratch: Scratch) -> Iterator[TmuxServer]:
    """A private tmux server that shows the HUD's variables."""
    server = TmuxServer(scratch)
    yield server
    server.close()


@pytest.fixture
def other(scratch: Scratch) -> Iterator[TmuxServer]:
    """A second one, at a socket whose name is as odd as can be."""
    other = TmuxServer(scratch, 'it\'s "an,other" $HOME;')
    yield other
    other.close()


@pytest.fixture
def attach() -> Iterator[Callable[..., Terminal]]:
    """Attaches real terminals: `attach(server, session="main")`."""
    with ExitStack() as open_ones:

        def attached(server: TmuxServer, session: str = "main") -> Terminal:
            terminal = Terminal(server, session)
            open_ones.callback(terminal.close)
            return terminal

        yield attached
