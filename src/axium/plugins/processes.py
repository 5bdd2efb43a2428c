"""The tree of processes, as /proc tells of it at one instant."""

import os
from collections.abc import Collection
from contextlib import suppress
from typing import NamedTuple


class Process(NamedTuple):
    """One process; a `dead` one waits for its parent to look."""

    pid: int
    parent: int
    is_dead: bool


def below(root: int, spared: Collection[int]) -> list[Process]:
    """What descends from `root`, parents first; not the `spared` and what descends from them."""
    by_parent: dict[int, list[Process]] = {}
    for process in _all():
        by_parent.setdefault(process.parent, []).append(process)
    found: list[Process] = []
    pending = [root]
    while pending:
        children = [p for p in by_parent.get(pending.pop(), ()) if p.pid not in spared]
        found += children
        pending += [child.pid for child in children]
    return found


def _all() -> list[Process]:
    found = []
    for name in os.listdir("/proc"):
        if name.isdigit():
            with suppress(FileNotFoundError, ProcessLookupError):
                found.append(_read(int(name)))
    return found


def _read(pid: int) -> Process:
    with open(f"/proc/{pid}/stat", "rb", buffering=0) as file:
        line = file.read()
    # The name, second of all fields, may hold blanks and parentheses: count from its last one.
    state, parent = line.rpartition(b")")[2].split(maxsplit=2)[:2]
    return Process(pid, int(parent), state in b"ZX")
