"""What a gear consists of, as it is when looked at: a digest of each file, by what was opened."""

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from typing import NamedTuple

from axium.config.manifests import FILES

MOST_FILES = 5000
MOST_BYTES = 50 << 20
"""Of all that a gear consists of."""

DEEPEST = 50
"""How deep directories may nest; one descriptor is open for each."""

_DIRECTORY = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC
_CHUNK = 1 << 20
_EXECUTABLE = stat.S_IXUSR | stat.S_IXGRP | stat.S_IXOTH


class Seen(NamedTuple):
    """What was there: a digest of all files, and that of each by its path below the directory."""

    digest: str
    files: dict[str, str]


class Unapprovable(Exception):
    """What no gear consists of: where it is, and why."""

    def __init__(self, path: str, why: str) -> None:
        super().__init__(f"`{path}` {why}" if path else f"it {why}")
        self.path = path
        self.why = why


def seen(directory: str, *, is_editable: bool) -> Seen:
    """The files of a gear; of an editable one, which is a link to a directory, the manifest alone.

    Unapprovable; OSError where something can't be read, or is gone.
    """
    if os.path.islink(directory) != is_editable:
        raise Unapprovable("", "is a link" if not is_editable else "is no link any more")
    with _opened(directory, _DIRECTORY) as top:
        if is_editable:
            files = dict([_one(top, _manifest(top), _Left())])
        else:
            files = dict(_below(top, "", _Left(), depth=1))
    return Seen(digest_of(files), files)


def digest_of(files: dict[str, str]) -> str:
    """One digest of all files: the same for the same paths, contents and executable bits."""
    whole = sha256(b"axium gear 1\0")
    for path in sorted(files):
        whole.update(f"{path}\0{files[path]}\0".encode())
    return f"sha256:{whole.hexdigest()}"


def file_digest(content: bytes, *, is_executable: bool = False) -> str:
    """That of one file."""
    return _named(sha256(content).hexdigest(), is_executable=is_executable)


class _Left:
    """How much of a gear may still come."""

    def __init__(self) -> None:
        self._files = MOST_FILES
        self._bytes = MOST_BYTES

    def take_file(self) -> None:
        self._files -= 1
        if self._files < 0:
            raise Unapprovable("", f"has more than {MOST_FILES:,} files, which no gear has")

    def take_bytes(self, count: int) -> None:
        self._bytes -= count
        if self._bytes < 0:
            raise Unapprovable("", f"is larger than {MOST_BYTES >> 20} MiB, which no gear is")


def _below(directory: int, lead: str, left: _Left, *, depth: int) -> Iterator[tuple[str, str]]:
    """Each file in a directory that is open, with what is below it."""
    if depth > DEEPEST:
        raise Unapprovable(lead, f"is more than {DEEPEST} directories deep")
    for name in sorted(os.listdir(directory)):
        path = f"{lead}{name}"
        left.take_file()
        _check_name(name, path)
        if stat.S_ISDIR(_status(directory, name, path).st_mode):
            with _opened(name, _DIRECTORY | os.O_NOFOLLOW, directory) as inner:
                yield from _below(inner, f"{path}/", left, depth=depth + 1)
        else:
            yield _one(directory, path, left)


def _check_name(name: str, path: str) -> None:
    if name == "__pycache__":
        raise Unapprovable(path, "is not to be there: Python's caches can't be looked through")
    if not name.isprintable():
        raise Unapprovable(ascii(path)[1:-1], "has a name that can't be shown")


def _status(directory: int, name: str, path: str) -> os.stat_result:
    """What a name is, before anything is opened. Unapprovable for what no gear consists of."""
    status = os.stat(name, dir_fd=directory, follow_symlinks=False)
    if stat.S_ISLNK(status.st_mode):
        raise Unapprovable(path, "is a link")
    if not stat.S_ISREG(status.st_mode) and not stat.S_ISDIR(status.st_mode):
        raise Unapprovable(path, "is neither a file nor a directory")
    if stat.S_ISREG(status.st_mode) and status.st_nlink > 1:
        raise Unapprovable(path, "has a second name elsewhere (a hard link)")
    return status


def _one(directory: int, path: str, left: _Left) -> tuple[str, str]:
    """The digest of a file in a directory that is open, by what was read of it."""
    name = path.rpartition("/")[2]
    _status(directory, name, path)
    with _opened(name, _FILE, directory) as file:
        before = os.fstat(file)
        if not stat.S_ISREG(before.st_mode) or before.st_nlink > 1:
            raise Unapprovable(path, "is not the file that it was")
        content = sha256()
        while chunk := os.read(file, _CHUNK):
            left.take_bytes(len(chunk))
            content.update(chunk)
        if _version(before) != _version(os.fstat(file)):
            raise Unapprovable(path, "changes while it is read")
    is_executable = bool(before.st_mode & _EXECUTABLE)
    return path, _named(content.hexdigest(), is_executable=is_executable)


def _version(status: os.stat_result) -> tuple[int, ...]:
    return status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_mode


def _named(digest: str, *, is_executable: bool) -> str:
    return f"{'x' if is_executable else '-'}:{digest}"


def _manifest(directory: int) -> str:
    """The name of the manifest that counts."""
    there = set(os.listdir(directory))
    for name in FILES["gears"]:
        if name in there:
            return name
    raise Unapprovable("", "has no manifest")


@contextmanager
def _opened(path: str, flags: int, directory: int | None = None) -> Iterator[int]:
    descriptor = os.open(path, flags, dir_fd=directory)
    try:
        yield descriptor
    finally:
        os.close(descriptor)
