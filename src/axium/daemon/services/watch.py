"""Noticing that a user's file changed, by inotify: no polling, no process."""

import asyncio
import ctypes
import logging
import os
import struct
from collections import deque
from collections.abc import Callable, Iterable, Iterator

log = logging.getLogger("axium.watch")

SETTLE_SECS = 0.05
"""How long after the last write the files are read: editors write in several steps."""

_EVENT = struct.Struct("iIII")
# linux/inotify.h: IN_ATTRIB | IN_CLOSE_WRITE | IN_MOVED_FROM | IN_MOVED_TO | IN_CREATE | IN_DELETE
_MASK = 0x004 | 0x008 | 0x040 | 0x080 | 0x100 | 0x200
_SELF = 0x400 | 0x800  # IN_DELETE_SELF | IN_MOVE_SELF
_Q_OVERFLOW = 0x4000
_MOST_LINKS = 40
"""Symlinks on the way to one file, as the kernel has it."""


class FileWatch:
    """Calls back once, soon after any of the followed files changed, came or went.

    Directories are watched, not files, because editors replace a file by
    renaming: the one of the file, and that of each symlink on the way to it.
    """

    def __init__(self, changed: Callable[[], None]) -> None:
        self._changed = changed
        self._loop = asyncio.get_running_loop()
        self._libc = ctypes.CDLL(None, use_errno=True)
        self._fd = self._libc.inotify_init1(os.O_NONBLOCK | os.O_CLOEXEC)
        self._paths: list[str] = []
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
        """Watch these files, and no others, from now on."""
        self._paths = list(paths)
        if self._fd >= 0:
            self._watch_again()

    def close(self) -> None:
        """Watch nothing more."""
        if self._settling is not None:
            self._settling.cancel()
        if self._fd >= 0:
            self._loop.remove_reader(self._fd)
            os.close(self._fd)
            self._fd = -1

    def _watch_again(self) -> None:
        """Watch where the files are now: a symlink may lead elsewhere, a directory be another."""
        former, self._names = self._names, {}
        for path in self._paths:
            for step in steps(path):
                self._watch(step)
        for watch in former.keys() - self._names.keys():
            self._libc.inotify_rm_watch(self._fd, watch)

    def _watch(self, path: str) -> None:
        directory, name = os.path.split(os.fsencode(path))
        watch = self._libc.inotify_add_watch(self._fd, directory, _MASK | _SELF)
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
        return bool(mask & (_Q_OVERFLOW | _SELF)) or name in self._names.get(watch, ())

    def _settle(self) -> None:
        if self._settling is not None:
            self._settling.cancel()
        self._settling = self._loop.call_later(SETTLE_SECS, self._settled)

    def _settled(self) -> None:
        self._settling = None
        self._watch_again()  # first, so that no change goes unnoticed while the files are read
        self._changed()


def steps(path: str) -> Iterator[str]:
    """The names whose change may change what an absolute `path` leads to.

    Each symlink on the way, and the end of the way: the file, or the first
    directory that is missing.
    """
    here, links = "", 0
    parts = deque(path.split("/"))
    while parts and os.path.lexists(here or "/"):
        part = parts.popleft()
        step = f"{here}/{part}"
        target = _target(step)
        if part in {"", "."}:
            continue
        if part == "..":
            here = here.rpartition("/")[0]
        elif target is None:
            here = step
        elif links < _MOST_LINKS:
            links += 1
            yield step
            here = "" if target.startswith("/") else here
            parts.extendleft(reversed(target.split("/")))
    yield here


def _target(path: str) -> str | None:
    """Where a symlink leads; None where there is none."""
    try:
        return os.readlink(path)
    except OSError:
        return None


def _events(data: bytes) -> Iterable[tuple[int, int, bytes]]:
    """The events in what inotify gave: watch, mask, name."""
    offset = 0
    while offset < len(data):
        watch, mask, _cookie, size = _EVENT.unpack_from(data, offset)
        offset += _EVENT.size
        yield watch, mask, data[offset : offset + size].rstrip(b"\0")
        offset += size
