"""Noticing that a user's file changed, by inotify: no polling, no process."""

import asyncio
import ctypes
import logging
import os
import struct
from collections.abc import Callable, Iterable

log = logging.getLogger("axium.watch")

SETTLE_SECS = 0.05
"""How long after the last write the files are read: editors write in several steps."""

_EVENT = struct.Struct("iIII")
# linux/inotify.h: IN_CLOSE_WRITE | IN_MOVED_FROM | IN_MOVED_TO | IN_CREATE | IN_DELETE
_MASK = 0x008 | 0x040 | 0x080 | 0x100 | 0x200
_Q_OVERFLOW = 0x4000


class FileWatch:
    """Calls back once, soon after any of the followed files changed, came or went.

    Directories are watched, not files, because editors replace a file by
    renaming; where a file is a symlink, the directory it leads to as well.
    """

    def __init__(self, changed: Callable[[], None]) -> None:
        self._changed = changed
        self._loop = asyncio.get_running_loop()
        self._libc = ctypes.CDLL(None, use_errno=True)
        self._fd = self._libc.inotify_init1(os.O_NONBLOCK | os.O_CLOEXEC)
        self._names: dict[int, set[bytes]] = {}
        self._settling: asyncio.TimerHandle | None = None
        if self._fd < 0:
            log.warning(
                "files are not watched (%s): `axium daemon reload` reads them",
                os.strerror(ctypes.get_errno()),
            )
            return
        self._loop.add_reader(self._fd, self._readable)

    def follow(self, paths: Iterable[str]) -> None:
        """Watch these files from now on, beside those already followed."""
        if self._fd < 0:
            return
        for path in paths:
            self._follow(path)
            target = os.path.realpath(path)
            if target != path:
                self._follow(target)

    def close(self) -> None:
        """Watch nothing more."""
        if self._settling is not None:
            self._settling.cancel()
        if self._fd >= 0:
            self._loop.remove_reader(self._fd)
            os.close(self._fd)
            self._fd = -1

    def _follow(self, path: str) -> None:
        directory, name = os.path.split(os.fsencode(path))
        watch = self._libc.inotify_add_watch(self._fd, directory, _MASK)
        if watch < 0:
            log.warning("%s is not watched: %s", path, os.strerror(ctypes.get_errno()))
            return
        self._names.setdefault(watch, set()).add(name)

    def _readable(self) -> None:
        try:
            data = os.read(self._fd, 65536)
        except BlockingIOError:
            return
        if any(self._matters(watch, mask, name) for watch, mask, name in _events(data)):
            self._settle()

    def _matters(self, watch: int, mask: int, name: bytes) -> bool:
        return bool(mask & _Q_OVERFLOW) or name in self._names.get(watch, ())

    def _settle(self) -> None:
        if self._settling is not None:
            self._settling.cancel()
        self._settling = self._loop.call_later(SETTLE_SECS, self._settled)

    def _settled(self) -> None:
        self._settling = None
        self._changed()


def _events(data: bytes) -> Iterable[tuple[int, int, bytes]]:
    """The events in what inotify gave: watch, mask, name."""
    offset = 0
    while offset < len(data):
        watch, mask, _cookie, size = _EVENT.unpack_from(data, offset)
        offset += _EVENT.size
        yield watch, mask, data[offset : offset + size].rstrip(b"\0")
        offset += size
