"""Opening a path in which nothing is a link, so that what was judged is what is opened."""

import errno
import os
from functools import cache
from typing import Any

_OPENAT2 = 437
"""The same number on every architecture."""

_NO_LINKS = 0x02 | 0x04
"""RESOLVE_NO_MAGICLINKS, RESOLVE_NO_SYMLINKS."""

_AT_FDCWD = -100


def open_exactly(path: str, flags: int) -> int:
    """A descriptor of what is at an absolute path, none of whose components is a link.

    `flags` get O_NOFOLLOW and O_CLOEXEC. With O_PATH a link in the last place is opened itself.
    OSError: ELOOP or ENOTDIR where there is a link.
    """
    flags |= os.O_NOFOLLOW | os.O_CLOEXEC
    call = _openat2()
    return _walked(path, flags) if call is None else call(path, flags)


def place_of(descriptor: int) -> str:
    """The path of what is open, as the kernel has it."""
    return os.readlink(f"/proc/self/fd/{descriptor}")


def _walked(path: str, flags: int) -> int:
    """The same, component by component, for kernels before 5.6 and filters that bar the call."""
    *directories, last = path.split("/")[1:]
    here = os.open("/", os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        for name in directories:
            step = os.O_PATH | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
            here, left = os.open(name, step, dir_fd=here), here
            os.close(left)
        return os.open(last or ".", flags, dir_fd=here)
    finally:
        os.close(here)


@cache
def _openat2() -> Any:
    """The system call as a function; None where there is none."""
    import ctypes  # 4 ms, for the first file that a plugin asks for

    libc = ctypes.CDLL(None, use_errno=True)

    def call(path: str, flags: int) -> int:
        how = (ctypes.c_uint64 * 3)(flags, 0, _NO_LINKS)
        name = os.fsencode(path)
        while True:
            found: int = libc.syscall(
                ctypes.c_long(_OPENAT2), _AT_FDCWD, name, how, ctypes.c_size_t(24)
            )
            if found >= 0:
                return found
            error = ctypes.get_errno()
            if error != errno.EINTR:
                raise OSError(error, os.strerror(error), path)

    try:
        os.close(call("/", os.O_PATH | os.O_CLOEXEC))
    except OSError:
        return None
    return call
