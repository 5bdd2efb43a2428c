"""What the daemon published for shells: the pane's pointer, its tables, the wrapped names."""

import posix

from axium.thin.paths import (
    Home,
    held_path,
    pane_of,
    pointer_path,
    process_start,
    server_of,
    shell_env,
)
from axium.thin.words import encode, unframe

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

LARGEST = 16 * 1024 * 1024
"""Bytes, far above any table: a reader must not be led into reading for ever."""


class Pointer:
    """Which environment a pane is in (empty for none), the stamp of its tables, its colours."""

    def __init__(self, env: str, stamp: str, sgr: str) -> None:
        self.env = env
        self.stamp = stamp
        self.sgr = sgr


def pointer(home: Home, environ: "Mapping[str, str]", pane: str | None = None) -> Pointer | None:
    """The pointer of `pane`, else of the shell around us, else of its pane, else the global one.

    None where nothing was published. ValueError where a file is damaged or not ours.
    """
    env = shell_env(environ) if pane is None else None
    if env is not None:
        return held(home, env)
    words = _own(home, environ, pane or pane_of(environ)) or read(home.run + "/global")
    return None if words is None else _pointer(words)


def held(home: Home, env: str) -> Pointer | None:
    """The pointer of an environment that shells hold for themselves.

    None where there is none. ValueError as for `pointer`.
    """
    path = held_path(home.run, env)
    words = path and read(path)
    if not words:
        return None
    found = _pointer(words)
    if found.env != env:
        raise ValueError(f"{path}: of another environment")
    return found


def table(home: Home, stamp: str, command: str) -> list[str] | None:
    """The words of a command's table, None where there is none. ValueError as for `pointer`."""
    if "/" in command or command in ("", ".", "..") or "/" in stamp:
        return None
    return read(f"{home.run}/t/{stamp}/{command}")


def commands(home: Home) -> list[str] | None:
    """The wrapped names; None where nothing was published. ValueError as for `pointer`."""
    words = read(home.run + "/commands")
    return None if words is None else words[1:]


def read(path: str) -> list[str] | None:
    """The words of one published file; None where it is absent. ValueError where it is unfit."""
    try:
        fd = posix.open(encode(path), posix.O_RDONLY | posix.O_CLOEXEC | posix.O_NONBLOCK)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise ValueError(f"{path}: {error.strerror}") from None
    try:
        return unframe(_whole(fd, path))
    finally:
        posix.close(fd)


def _pointer(words: list[str]) -> Pointer:
    if len(words) != 4:
        raise ValueError("not a pointer")
    return Pointer(words[0], words[1], words[2])


def _own(home: Home, environ: "Mapping[str, str]", pane: str | None) -> list[str] | None:
    server = server_of(environ)
    if pane is None or server is None or "/" in pane:
        return None
    start = process_start(server.rpartition(",")[2])
    return read(pointer_path(home.run, server, start, pane))


def _whole(fd: int, path: str) -> bytes:
    status = posix.fstat(fd)
    # 0o100000: a regular file. Another user's file is no word of our daemon.
    if status.st_mode & 0o170000 != 0o100000 or status.st_uid != posix.geteuid():
        raise ValueError(f"{path}: not a file of yours")
    if status.st_size > LARGEST:
        raise ValueError(f"{path}: {status.st_size} bytes")
    chunks = []
    while chunk := posix.read(fd, 65536):
        chunks.append(chunk)
    return b"".join(chunks)
