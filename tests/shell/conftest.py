"""The fixture of the shell tests."""

from __future__ import annotations

import pytest

from tests.shell.scene import Scene
from tests.support import Scratch


@pytest.fixture
def scene(scratch: Scratch) -> Scene:
    """A home with the hook, in which nothing is published yet."""
    return Scene(scratch)
