"""A daemon with the gear `deploy`, and a bash beside it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from tests.real.deploying import MAIN, PLAIN, Shell
from tests.real.gears import Geared
from tests.support import Scratch, Tmux


@pytest.fixture
def deploying(scratch: Scratch) -> Iterator[Callable[..., Geared]]:
    """Starts the daemon with the gear `deploy`."""
    running: list[Geared] = []

    def begun(manifest: str = PLAIN, main: str = MAIN) -> Geared:
        running.append(Geared(scratch, deploy=(manifest, main)))
        return running[-1]

    yield begun
    for each in running:
        each.close()


@pytest.fixture
def shell(tmux: Tmux) -> Shell:
    return Shell(tmux)
