"""`STATE/usage`: a line for each command that was run, its name, so that what is used is near."""

import posix

from axium.thin.paths import Home, state_dir
from axium.thin.words import decode, encode

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

NOTED = "axium-noted"
"""An option `-X` of the interpreter: whoever started it has noted the command already.

Not a variable, which what the command starts would have too.
"""

LARGEST = 64 * 1024
"""Bytes; beyond that the older half is forgotten."""


def note(home: Home, environ: "Mapping[str, str]", name: str) -> None:
    """Note that `name` was run; never fails, and takes no more than a few system calls."""
    path = encode(usage_path(home, environ))
    try:
        fd = _open(path, home)
    except OSError:
        return  # there is no home yet, or no place to write to: nothing is lost
    try:
        posix.write(fd, encode(name) + b"\n")
        if posix.fstat(fd).st_size > LARGEST:
            _forget(path)
    except OSError:
        return
    finally:
        posix.close(fd)


def used(home: Home, environ: "Mapping[str, str]") -> dict[str, int]:
    """How often each command was run; empty where nothing was noted."""
    counts: dict[str, int] = {}
    try:
        said = _read(encode(usage_path(home, environ)))
    except OSError:
        return counts
    for name in decode(said).split("\n")[:-1]:
        counts[name] = counts.get(name, 0) + 1
    return counts


def usage_path(home: Home, environ: "Mapping[str, str]") -> str:
    """Where it is."""
    return state_dir(home, environ) + "/usage"


def _open(path: bytes, home: Home) -> int:
    flags = posix.O_WRONLY | posix.O_APPEND | posix.O_CREAT | posix.O_CLOEXEC | posix.O_NONBLOCK
    try:
        return posix.open(path, flags | posix.O_NOFOLLOW, 0o600)
    except FileNotFoundError:
        posix.stat(encode(home.root))  # without a home nothing is made
        _make(path.rpartition(b"/")[0])
        return posix.open(path, flags | posix.O_NOFOLLOW, 0o600)


def _make(directory: bytes) -> None:
    """Make a directory and those above it that are missing."""
    try:
        posix.mkdir(directory, 0o700)
    except FileExistsError:
        return
    except FileNotFoundError:
        _make(directory.rpartition(b"/")[0])
        posix.mkdir(directory, 0o700)


def _forget(path: bytes) -> None:
    """Keep the newer half. Who writes in this instant may lose a line, which nobody will miss."""
    kept = _read(path)[-LARGEST // 2 :].partition(b"\n")[2]
    fresh = path + b".%d" % posix.getpid()
    flags = posix.O_WRONLY | posix.O_CREAT | posix.O_TRUNC | posix.O_CLOEXEC | posix.O_NOFOLLOW
    fd = posix.open(fresh, flags, 0o600)
    try:
        posix.write(fd, kept)
    finally:
        posix.close(fd)
    posix.rename(fresh, path)


def _read(path: bytes) -> bytes:
    """The last of the file, at most twice what it may have. OSError."""
    fd = posix.open(path, posix.O_RDONLY | posix.O_CLOEXEC | posix.O_NONBLOCK)
    try:
        return posix.pread(fd, 2 * LARGEST, max(0, posix.fstat(fd).st_size - 2 * LARGEST))
    finally:
        posix.close(fd)
