"""The files of a plugin that is to be installed: looked through, and copied without a surprise."""

import os
import stat
from collections.abc import Iterator
from typing import NamedTuple

from axium.config.atomic import sync_directory
from axium.config.gear_files import DEEPEST

MOST_BYTES = 50 << 20
MOST_FILES = 5000
"""Of all that a plugin consists of."""

LEFT_OUT = frozenset({".git", "__pycache__"})

_READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_WRITE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
_CHUNK = 1 << 20


class Item(NamedTuple):
    """One name below the top, and what it is."""

    path: str
    status: os.stat_result


def copy_tree(source: str, target: str) -> None:
    """Copy a directory to `target`, which must not be there, and have it on disk.

    ValueError for what no plugin may consist of: too much, links that lead out, what is neither
    file nor directory, and programs that run as somebody else. OSError.
    """
    items = list(_items(source))  # first: the target may be below the source
    os.mkdir(target, 0o700)
    left = MOST_BYTES
    for path, status in items:
        made = f"{target}/{path}"
        if stat.S_ISDIR(status.st_mode):
            os.mkdir(made, 0o700)
        elif stat.S_ISLNK(status.st_mode):
            os.symlink(os.readlink(f"{source}/{path}"), made)
        else:
            left -= _copy(f"{source}/{path}", made, path, left)
    for path, status in reversed(items):
        if stat.S_ISDIR(status.st_mode):
            sync_directory(f"{target}/{path}")
    sync_directory(target)


def _items(source: str) -> Iterator[Item]:
    """What is below `source`, directories before what is in them. ValueError."""
    size = 0
    root = os.path.realpath(source)
    for count, (path, status) in enumerate(_walk(source, ""), 1):
        _check(source, root, path, status)
        size += status.st_size if stat.S_ISREG(status.st_mode) else 0
        if count > MOST_FILES:
            raise ValueError(f"it has more than {MOST_FILES:,} files, which no plugin has")
        if size > MOST_BYTES:
            raise ValueError(f"it is larger than {MOST_BYTES >> 20} MiB, which no plugin is")
        yield Item(path, status)


def _walk(source: str, below: str, depth: int = 1) -> Iterator[Item]:
    if depth > DEEPEST:
        raise ValueError(f"`{below}` is more than {DEEPEST} directories deep")
    with os.scandir(f"{source}/{below}") as entries:
        for entry in entries:
            if entry.name in LEFT_OUT:
                continue
            item = Item(f"{below}{entry.name}", entry.stat(follow_symlinks=False))
            yield item
            if stat.S_ISDIR(item.status.st_mode):
                yield from _walk(source, f"{item.path}/", depth + 1)


def _check(source: str, root: str, path: str, status: os.stat_result) -> None:
    mode = status.st_mode
    if stat.S_ISLNK(mode):
        to = os.readlink(f"{source}/{path}")
        lexical = os.path.normpath(f"{os.path.dirname(path)}/{to}".lstrip("/"))
        is_out = to.startswith("/") or lexical.split("/")[0] == ".."
        if is_out or not _is_below(os.path.realpath(f"{source}/{path}"), root):
            raise ValueError(f"`{path}` is a link out of it, to `{to}`")
    elif stat.S_ISREG(mode):
        if mode & (stat.S_ISUID | stat.S_ISGID):
            raise ValueError(f"`{path}` is a program that runs as its owner (setuid or setgid)")
    elif not stat.S_ISDIR(mode):
        raise ValueError(f"`{path}` is neither a file nor a directory")


def _is_below(path: str, root: str) -> bool:
    return path == root or path.startswith(root.rstrip("/") + "/")


def _copy(source: str, target: str, shown: str, most: int) -> int:
    """The bytes that were copied; never more than `most`, also of a file that grows."""
    read = os.open(source, _READ)
    try:
        status = os.fstat(read)
        if not stat.S_ISREG(status.st_mode):
            raise ValueError(f"`{shown}` is not the file that it was")
        write = os.open(target, _WRITE, stat.S_IMODE(status.st_mode) & 0o755 | 0o600)
        try:
            return _pass_on(read, write, most)
        finally:
            os.close(write)
    finally:
        os.close(read)


def _pass_on(read: int, write: int, most: int) -> int:
    done = 0
    while chunk := os.read(read, _CHUNK):
        done += len(chunk)
        if done > most:
            raise ValueError(f"it is larger than {MOST_BYTES >> 20} MiB, which no plugin is")
        view = memoryview(chunk)
        while view:
            view = view[os.write(write, view) :]
    os.fsync(write)
    return done
