"""The fixtures of every test; what they are is written in `tests/support`."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support import Daemon, Scratch, Terminal, Tmux
from tests.support.scratch import make_scratch


@pytest.fixture
def scratch() -> Iterator[Scratch]:
    """A home of the test's own, removed at its end."""
    scratch = make_scratch()
    yield scratch
    scratch.close()


@pytest.fixture
def tmux(scratch: Scratch) -> Iterator[Tmux]:
    """A private tmux server in `scratch`, gone at the test's end."""
    server = Tmux(scratch)
    yield server
    server.close()


@pytest.fixture
def terminal(tmux: Tmux) -> Iterator[Terminal]:
    """A terminal that is attached to `tmux`."""
    terminal = Terminal(tmux)
    yield terminal
    terminal.close()


@pytest.fixture
def daemon(scratch: Scratch) -> Iterator[Daemon]:
    """A real daemon in `scratch`, stopped at the test's end."""
    daemon = Daemon(scratch)
    yield daemon
    daemon.close()
