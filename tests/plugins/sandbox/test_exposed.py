"""A socket in what was granted is found, wherever it is, before the agent is offered."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from axium.plugins.sandbox import exposed as module
from axium.plugins.sandbox.exposed import exposed
from tests.support import Scratch

NOWHERE = "/nonexistent"


@pytest.fixture
def granted(scratch: Scratch) -> Path:
    """A directory with files, a FIFO, and a link to a directory with a socket."""
    path = scratch.root / "granted"
    (path / "inner").mkdir(parents=True)
    (path / "inner/file").write_text("")
    os.mkfifo(path / "fifo")
    (path / "link").symlink_to(scratch.root)
    return path


@pytest.fixture
def bound(granted: Path) -> Iterator[str]:
    """A socket in it."""
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(granted / "inner/socket"))
        yield str(granted / "inner/socket")


def test_where_there_is_none_nothing_is_exposed(granted: Path) -> None:
    assert exposed([str(granted), NOWHERE], agent=NOWHERE) is None


def test_one_is_found_and_named(granted: Path, bound: str) -> None:
    assert exposed([str(granted)], agent=NOWHERE) == f"`{bound}` is a socket that was granted too"


def test_the_agent_s_own_is_no_other(granted: Path, bound: str) -> None:
    assert exposed([str(granted)], agent=bound) is None


def test_what_is_too_much_to_look_at_is_taken_for_exposed(
    granted: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MOST", 3)
    said = "more than 3 files were granted, among which there may be sockets"
    assert exposed([str(granted)], agent=NOWHERE) == said
