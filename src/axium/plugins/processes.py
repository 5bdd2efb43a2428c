"""What descends from a process, as the kernel tells of it at one instant."""

import os
import signal
from contextlib import suppress

END_ALL = signal.SIGUSR1
"""What `keeper` is told to have all of a program end at once."""

MOST = 512
"""Processes that may descend from one of a plugin's."""


def children(pid: int) -> list[int]:
    """Those of a single-threaded process, the dead ones that it has not looked at too."""
    try:
        with open(f"/proc/{pid}/task/{pid}/children", "rb", buffering=0) as file:
            return [int(child) for child in file.read().split()]
    except FileNotFoundError:
        return _searched(pid)  # the kernel was built without that file, or there is no such process


def descendants(pid: int) -> list[int]:
    """All that descends from a process, parents first; what is made meanwhile may be missing."""
    found = children(pid)
    for each in found:  # it grows: who calls itself for each level ends by a row of a thousand
        found += children(each)
    return found


def is_crowded(pid: int) -> bool:
    """Whether more than `MOST` descend from a process, by whichever of its threads."""
    found = [pid]
    for each in found:
        found += _children_of_threads(each)
        if len(found) > MOST + 1:
            return True
    return False


def _children_of_threads(pid: int) -> list[int]:
    found = []
    with suppress(FileNotFoundError, ProcessLookupError):
        for thread in os.listdir(f"/proc/{pid}/task"):
            with open(f"/proc/{pid}/task/{thread}/children", "rb", buffering=0) as file:
                found += [int(child) for child in file.read().split()]
    return found


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
