"""Removing a directory that a gear may have filled: as deep, as shut and as busy as it likes."""

import errno
import os
import time
from contextlib import suppress
from uuid import uuid4

MOST_SECS = 30.0
"""For what somebody fills while it is emptied."""

_DIRECTORY = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC


def remove(path: str) -> None:
    """Take a directory away with all that is in it; no link in it is followed. OSError.

    `shutil.rmtree` calls itself for each level, and keeps each level open.
    """
    top = os.open(path, _DIRECTORY)
    try:
        deadline = time.monotonic() + MOST_SECS
        while names := os.listdir(top):
            if time.monotonic() > deadline:
                raise OSError(errno.EBUSY, "something is made in it again and again", path)
            for name in names:
                _take(top, name)
    finally:
        os.close(top)
    os.rmdir(path)


def _take(top: int, name: str) -> None:
    """Remove what is no directory; of a directory what is in it comes up in its place."""
    with suppress(FileNotFoundError):
        if _is_unlinked(top, name):
            return
        _open_up(top, name)
        inner = os.open(name, _DIRECTORY, dir_fd=top)
        try:
            for each in os.listdir(inner):
                if not _is_unlinked(inner, each):
                    _open_up(inner, each)  # or it could not be moved
                    os.rename(each, f".{uuid4().hex}", src_dir_fd=inner, dst_dir_fd=top)
        finally:
            os.close(inner)
        with suppress(OSError):  # something new is in it: it is looked at again
            os.rmdir(name, dir_fd=top)


def _is_unlinked(at: int, name: str) -> bool:
    """False for a directory."""
    try:
        os.unlink(name, dir_fd=at)
    except (IsADirectoryError, PermissionError):  # which of them depends on the system
        return False
    return True


def _open_up(at: int, name: str) -> None:
    """Let us into a directory, but change nothing that a link leads to."""
    if os.chmod in os.supports_follow_symlinks:
        os.chmod(name, 0o700, dir_fd=at, follow_symlinks=False)
        return
    held = os.open(name, os.O_PATH | os.O_NOFOLLOW | os.O_DIRECTORY | os.O_CLOEXEC, dir_fd=at)
    try:
        os.chmod(f"/proc/self/fd/{held}", 0o700)
    finally:
        os.close(held)
