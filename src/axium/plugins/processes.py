"""The children of a process, as the kernel tells of them at one instant."""

import os
import signal
from contextlib import suppress

END_ALL = signal.SIGUSR1
"""What `keeper` is told to have all of a program end at once."""


def children(pid: int) -> list[int]:
    """Those of a single-threaded process, the dead ones that it has not looked at too."""
    try:
        with open(f"/proc/{pid}/task/{pid}/children", "rb", buffering=0) as file:
            return [int(child) for child in file.read().split()]
    except FileNotFoundError:
        return _searched(pid)  # the kernel was built without that file, or there is no such process


def _searched(pid: int) -> list[int]:
    found = []
    for name in os.listdir("/proc"):
        if name.isdigit():
            with suppress(FileNotFoundError, ProcessLookupError):
                found += [int(name)] if _parent(int(name)) == pid else []
    return found


def _parent(pid: int) -> int:
    with open(f"/proc/{pid}/stat", "rb", buffering=0) as file:
        line = file.read()
    # The name, second of all fields, may hold blanks and parentheses: count from its last one.
    return int(line.rpartition(b")")[2].split(maxsplit=2)[1])
