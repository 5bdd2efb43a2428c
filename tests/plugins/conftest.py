"""Fixtures of the plugins' tests."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from axium.core import hud_segments, spokes
from axium.plugins.plugin import Plugin
from tests.plugins.hosting import Files, Hosting, write_plugin
from tests.support import Scratch


@pytest.fixture
def hosting(scratch: Scratch) -> Iterator[Hosting]:
    """A real template, ended with all its hosts."""
    hosting = Hosting(scratch)
    yield hosting
    hosting.close()


class Written:
    """Writes plugins below one directory."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def __call__(
        self,
        files: Files,
        name: str = "aws",
        entrypoint: str = "main:register",
        kind: str = "spoke",
    ) -> Plugin:
        directory = write_plugin(self._root / name, files)
        return Plugin(
            kind="gear" if kind == "gear" else "spoke",
            name=name,
            directory=str(directory),
            entrypoint=entrypoint,
        )


@pytest.fixture
def written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Written]:
    """Writes plugins that may be loaded into this process; it forgets them afterwards."""
    modules, finders = dict(sys.modules), list(sys.meta_path)
    monkeypatch.setattr(spokes, "_bus", spokes.EventBus())
    monkeypatch.setattr(hud_segments.HudRegistry, "_instance", None)
    yield Written(tmp_path)
    sys.meta_path[:] = finders
    for name in sys.modules.keys() - modules.keys():
        del sys.modules[name]
    sys.modules.update(modules)
