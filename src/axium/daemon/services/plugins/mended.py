"""Noticing that somebody mends a plugin that could not be loaded: it is tried again by itself."""

import glob
import os
from collections.abc import Callable

from axium.daemon.services.plugins.kinds import Place
from axium.daemon.services.watch import FileWatch

_PATTERNS = ("*.py", "*.yaml", "*.yml")

Sources = dict[str, tuple[int, int]]
"""The files of a plugin by path: what tells each from a later one of its name."""


class Mended:
    """Follows the files of plugins that are at fault, each by its kind and name."""

    def __init__(self, mended: Callable[[Place], None]) -> None:
        self._mended = mended
        self._watch: FileWatch | None = None
        self._faulty: dict[Place, tuple[str, Sources]] = {}

    def follow(self, faulty: dict[Place, tuple[str, Sources]]) -> None:
        """These are at fault, each by its directory and files as they were loaded; no others."""
        if faulty == self._faulty:
            return
        self._faulty = faulty
        if self._watch is None:
            self._watch = FileWatch(self._changed)
        self._watch.follow([path for _, files in faulty.values() for path in files])
        self._changed()  # since they were loaded

    def close(self) -> None:
        """Follow nothing more."""
        if self._watch is not None:
            self._watch.close()

    def _changed(self) -> None:
        for place, (directory, files) in list(self._faulty.items()):
            if sources(directory) != files:
                del self._faulty[place]
                self._mended(place)


def sources(directory: str) -> Sources:
    """The files of a plugin as they are now."""
    found: Sources = {}
    for pattern in _PATTERNS:
        for path in glob.glob(os.path.join(glob.escape(directory), pattern)):
            try:
                status = os.stat(path)
            except OSError:
                continue
            found[path] = (status.st_ino, status.st_mtime_ns)
    return found
