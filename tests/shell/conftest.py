"""The fixtures of the shell tests."""

from __future__ import annotations

import pytest

from tests.shell.fish import fish_scene
from tests.shell.scene import Scene, Zsh
from tests.support import Scratch


@pytest.fixture
def scene(scratch: Scratch) -> Scene:
    """A home with the hook, in which nothing is published yet; lines are typed into bash."""
    return Scene(scratch)


@pytest.fixture
def zsh(scratch: Scratch) -> Scene:
    """The same; lines are typed into zsh."""
    return Scene(scratch, Zsh())


@pytest.fixture
def fish(scratch: Scratch) -> Scene:
    """The same; lines are typed into fish."""
    return fish_scene(scratch)
