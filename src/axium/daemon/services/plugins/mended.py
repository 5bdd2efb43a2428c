"""Noticing that somebody mends a plugin that could not be loaded: it is tried again by itself."""

import glob
import os
from collections.abc import Callable

from axium.daemon.services.watch import FileWatch

_PATTERNS = ("*.py", "*.yaml", "*.yml")

Files = dict[str, tuple[int, int]]


class Mended:
    """Follows the files of plugins that are at fault, by name and directory."""

    def __init__(self, mended: Callable[[str], None]) -> None:
        self._mended = mended
        self._watch: FileWatch | None = None
        self._faulty: dict[str, tuple[str, Files]] = {}

    def follow(self, faulty: dict[str, str]) -> None:
        """These are at fault, and no others."""
        found = {name: (directory, _files(directory)) for name, directory in faulty.items()}
        if found == self._faulty:
            return
        self._faulty = found
        if self._watch is None:
            self._watch = FileWatch(self._changed)
        self._watch.follow([path for _, files in found.values() for path in files])

    def close(self) -> None:
        """Follow nothing more."""
        if self._watch is not None:
            self._watch.close()

    def _changed(self) -> None:
        for name, (directory, files) in list(self._faulty.items()):
            if _files(directory) != files:
                del self._faulty[name]
                self._mended(name)


def _files(directory: str) -> Files:
    found: Files = {}
    for pattern in _PATTERNS:
        for path in glob.glob(os.path.join(glob.escape(directory), pattern)):
            try:
                status = os.stat(path)
            except OSError:
                continue
            found[path] = (status.st_ino, status.st_mtime_ns)
    return found
