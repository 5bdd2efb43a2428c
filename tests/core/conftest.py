"""Fixtures of the core's tests."""

from __future__ import annotations

import os
import posix
from collections.abc import Callable, Iterator
from functools import partial

import pytest

from axium.core import registry
from tests.support import Scratch

Inside = Callable[..., None]


@pytest.fixture
def inside(scratch: Scratch, monkeypatch: pytest.MonkeyPatch) -> Iterator[Inside]:
    """Has this process live in `scratch`, with these variables beside; starts no daemon."""

    live = partial(live_in, scratch, monkeypatch)
    live()
    registry._known = None
    yield live
    registry._known = None


def live_in(scratch: Scratch, monkeypatch: pytest.MonkeyPatch, **variables: str) -> None:
    """Have this process live in a home, with these variables beside; it starts no daemon."""
    around = scratch.environ | {"AXIUM_NO_AUTOSTART": "1"} | variables
    encoded = {os.fsencode(name): os.fsencode(value) for name, value in around.items()}
    monkeypatch.setattr(posix, "environ", encoded)
    for name, value in around.items():  # for the programs that it starts
        monkeypatch.setenv(name, value)
