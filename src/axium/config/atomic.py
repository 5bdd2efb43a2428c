"""Replacing a file so that a reader, or a crash, sees the old content or the new, never a part."""

import os


def replace_file(path: str, data: bytes, *, durable: bool, mode: int = 0o600) -> None:
    """Put `data` in `path`'s place by way of a file beside it.

    `durable`: the data is on disk, and so is the name, when this returns (write,
    fsync, rename, fsync of the directory). OSError: nothing was replaced, unless
    only the last fsync failed; the file beside it is taken away.
    """
    beside = f"{path}.{os.getpid()}.new"
    try:
        _write(beside, data, durable=durable, mode=mode)
        os.rename(beside, path)
    except OSError as error:
        _discard(beside)
        if error.filename2 is None:
            error.filename = path  # a full disk names no file, and nobody knows the one beside
        raise
    if durable:
        sync_directory(os.path.dirname(path) or ".")


def _write(path: str, data: bytes, *, durable: bool, mode: int) -> None:
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC
    descriptor = os.open(path, flags, mode)
    try:
        view = memoryview(data)
        while view:
            view = view[os.write(descriptor, view) :]
        if durable:
            os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sync_directory(path: str) -> None:
    """Have the names in a directory on disk. OSError."""
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _discard(path: str) -> None:
    try:
        os.unlink(path)
    except OSError:
        return
