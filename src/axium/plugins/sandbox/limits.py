"""What a gear's process has of others no more, and how much it may use."""

import os
import resource
import struct
from collections.abc import Collection, Iterator
from contextlib import suppress

from axium.plugins.sandbox import libc
from axium.plugins.sandbox.numbers import NUMBERS

MOST_MEMORY = 1 << 30
"""Bytes of data. Not of addresses: threads take gigabytes of those."""
MOST_FILE = 4 << 30
MOST_OPEN = 1024
MOST_LOCKED = 1 << 20
MORE_PROCESSES = 512
"""Beyond all that run on the machine, since the kernel counts a user's, not a gear's."""

_BEYOND = 1 << 32
"""Any descriptor."""

_MOST = {
    resource.RLIMIT_CORE: 0,
    resource.RLIMIT_DATA: MOST_MEMORY,
    resource.RLIMIT_FSIZE: MOST_FILE,
    resource.RLIMIT_NOFILE: MOST_OPEN,
    resource.RLIMIT_MEMLOCK: MOST_LOCKED,
    resource.RLIMIT_MSGQUEUE: 0,
    resource.RLIMIT_RTPRIO: 0,
    resource.RLIMIT_NICE: 0,
}

_PR_GET_DUMPABLE, _PR_SET_DUMPABLE = 3, 4
_PR_GET_SECCOMP = 21
_PR_CAPBSET_DROP = 24
_PR_SET_NO_NEW_PRIVS, _PR_GET_NO_NEW_PRIVS = 38, 39
_PR_CAP_AMBIENT, _PR_CAP_AMBIENT_CLEAR_ALL = 47, 4

_MOST_CAPABILITIES = 64
_CAPABILITIES = struct.pack("=II", 0x20080522, 0)  # version 3, of this thread
_NO_CAPABILITIES = bytes(24)


def close_others(keep: Collection[int]) -> None:
    """Close every descriptor but 0, 1, 2 and these. OSError."""
    kept = sorted({0, 1, 2, *keep})
    # Up to the last that there can be: some may be above a limit that was lowered since.
    for lower, upper in zip(kept, [*kept[1:], _BEYOND], strict=True):
        if lower + 1 < upper:
            libc.call(NUMBERS["close_range"], lower + 1, upper - 1, 0)


def lower_limits() -> None:
    """Take for good what is less than was had before."""
    os.umask(0o077)
    for which, most in {**_MOST, resource.RLIMIT_NPROC: _processes() + MORE_PROCESSES}.items():
        hard = resource.getrlimit(which)[1]
        least = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(which, (least, least))


def _processes() -> int:
    """All tasks of the machine, the fourth field of `loadavg`: `2/345`."""
    # Not as text: the codec alone takes a millisecond to import.
    with open("/proc/loadavg", "rb", 0) as file:
        return int(file.read().split()[3].partition(b"/")[2])


def drop_privileges() -> None:
    """Have no capability, and get none from a program that is started. OSError."""
    with suppress(PermissionError):  # who has no capability at all
        for number in range(_MOST_CAPABILITIES):
            if not _dropped(number):
                break
    _prctl(_PR_CAP_AMBIENT, _PR_CAP_AMBIENT_CLEAR_ALL)
    libc.call(NUMBERS["capset"], libc.buffer(_CAPABILITIES), libc.buffer(_NO_CAPABILITIES))
    _prctl(_PR_SET_DUMPABLE, 0)
    _prctl(_PR_SET_NO_NEW_PRIVS, 1)


def _dropped(number: int) -> bool:
    """Whether this kernel has a capability of this number; it is dropped then."""
    try:
        _prctl(_PR_CAPBSET_DROP, number)
    except OSError as error:
        if isinstance(error, PermissionError):
            raise
        return False
    return True


def privileges_left() -> Iterator[str]:
    """What should be gone, and is there all the same."""
    held = libc.buffer(_NO_CAPABILITIES)
    libc.call(NUMBERS["capget"], libc.buffer(_CAPABILITIES), held)
    if held.raw != _NO_CAPABILITIES:
        yield "capabilities"
    if _prctl(_PR_GET_NO_NEW_PRIVS) != 1:
        yield "new privileges"
    if _prctl(_PR_GET_DUMPABLE) != 0:
        yield "tracing by others"
    if _prctl(_PR_GET_SECCOMP) != 2:
        yield "unfiltered system calls"


def _prctl(option: int, value: int = 0) -> int:
    return libc.call(NUMBERS["prctl"], option, value, 0, 0, 0)
