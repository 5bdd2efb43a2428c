"""The fixtures of the shell tests."""

from __future__ import annotations

import pytest

from tests.shell.scene import Scene
from tests.shell.shells import make_scene
from tests.support import Scratch


@pytest.fixture
def scene(scratch: Scratch, request: pytest.FixtureRequest) -> Scene:
    """A home with the hook, in which nothing is published yet; lines are typed into bash.

    Or into another shell, where the test says so: `shells.in_each_shell`, `shells.rows`.
    """
    return make_scene(scratch, getattr(request, "param", "bash"))


@pytest.fixture
def zsh(scratch: Scratch) -> Scene:
    """The same; lines are typed into zsh."""
    return make_scene(scratch, "zsh")


@pytest.fixture
def fish(scratch: Scratch) -> Scene:
    """The same; lines are typed into fish."""
    return make_scene(scratch, "fish")
