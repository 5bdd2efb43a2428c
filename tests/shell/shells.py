"""The shells that there is a hook for, and tests whose scene is in each of them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest

from tests.shell.fish import Fish
from tests.shell.scene import Bash, Scene, Zsh
from tests.support import Scratch

SHELLS = {"bash": Bash, "zsh": Zsh, "fish": Fish}


def make_scene(scratch: Scratch, shell: str) -> Scene:
    """A home with the hook, in which nothing is published yet; lines are typed into `shell`."""
    return Scene(scratch, SHELLS[shell]())


def in_shells(*names: str) -> pytest.MarkDecorator:
    """The test runs once for each of these shells, its `scene` in that shell."""
    return pytest.mark.parametrize("scene", names, indirect=True)


in_each_shell = in_shells(*SHELLS)


def rows(
    names: str, *, every: Iterable[tuple[Any, ...]] = (), **own: Iterable[tuple[Any, ...]]
) -> pytest.MarkDecorator:
    """The test runs in each shell once for each of these rows, and for those of its own."""
    table = [(shell, *row) for shell in SHELLS for row in (*every, *own.get(shell, ()))]
    return pytest.mark.parametrize(f"scene,{names}", table, indirect=["scene"])
