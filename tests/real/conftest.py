"""What several tests of real programs begin with: a gear and a bash; a server and its link."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing

import pytest

from tests.real.deploying import MAIN, PLAIN, Shell
from tests.real.gears import Geared
from tests.real.links import FIELDS, Links
from tests.support import Daemon, Scratch, Tmux
from tests.support.servers.truenas import TrueNas


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


@pytest.fixture
def nas() -> Iterator[TrueNas]:
    """A TrueNAS of the newer kind, which wants a login."""
    with closing(TrueNas()) as server:
        yield server


@pytest.fixture
def links(scratch: Scratch, daemon: Daemon, nas: TrueNas) -> Links:
    """The links of a daemon, `nas` among them."""
    links = Links(scratch, daemon)
    links.add("nas", nas.uri, **FIELDS)
    return links
