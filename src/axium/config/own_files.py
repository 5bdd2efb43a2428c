"""What is in a file of our own, read without waiting: a FIFO may be in its place."""

import os
import stat

_FLAGS = os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOCTTY


def open_file(path: str | os.PathLike[str]) -> int | None:
    """A descriptor of the file at `path`; None where something else than a file is. OSError."""
    try:
        descriptor = os.open(path, _FLAGS)
    except OSError:
        if os.path.exists(path) and not os.path.isfile(path):
            return None  # a socket can't be opened at all
        raise
    if stat.S_ISREG(os.fstat(descriptor).st_mode):
        return descriptor
    os.close(descriptor)
    return None


def read_bytes(path: str | os.PathLike[str]) -> bytes | None:
    """The content; None where nothing is, nothing in it where it is no file. OSError."""
    try:
        descriptor = open_file(path)
    except FileNotFoundError:
        return None
    if descriptor is None:
        return b""
    with os.fdopen(descriptor, "rb") as file:
        return file.read()


def read_text(path: str | os.PathLike[str]) -> str | None:
    """The same as text; bytes that are not UTF-8 become surrogates. OSError."""
    data = read_bytes(path)
    return None if data is None else data.decode("utf-8", "surrogateescape")
