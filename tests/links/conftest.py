"""Fixtures: a links process, and servers for it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.links.keeper import Keeper
from tests.support.servers.truenas import TrueNas


@pytest.fixture
def keeper() -> Iterator[Keeper]:
    """A real links process, ended with the test."""
    keeper = Keeper({"KEY": "7-hunter3", "PASSWORD": "hunter2", "WRONG": "8-wrongkey"})
    yield keeper
    keeper.close()


@pytest.fixture
def nas() -> Iterator[TrueNas]:
    """A TrueNAS of the newer kind, which wants a login."""
    server = TrueNas()
    yield server
    server.close()


@pytest.fixture
def old_nas() -> Iterator[TrueNas]:
    """One of the older kind."""
    server = TrueNas(is_old=True)
    yield server
    server.close()
