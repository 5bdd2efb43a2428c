"""Sockets in what a gear was granted: who may make Unix sockets could connect to each of them."""

import os
import stat
from collections.abc import Iterable, Iterator

MOST = 200_000
"""Entries that are looked at, for which half a second is enough."""


def exposed(directories: Iterable[str], *, agent: str) -> str | None:
    """Why the agent's is not the only socket in these; None where it is, or there is none.

    No links are followed: what they lead to is not granted by them.
    """
    for number, entry in enumerate(_entries(list(directories))):
        if number >= MOST:
            return f"more than {MOST} files were granted, among which there may be sockets"
        if _is_socket(entry) and entry.path != agent:
            return f"`{entry.path}` is a socket that was granted too"
    return None


def _entries(waiting: list[str]) -> Iterator[os.DirEntry[str]]:
    while waiting:
        try:
            found = os.scandir(waiting.pop())
        except OSError:  # it is gone, or not ours to look into
            continue
        with found:
            for entry in found:
                yield entry
                if entry.is_dir(follow_symlinks=False):
                    waiting.append(entry.path)


def _is_socket(entry: os.DirEntry[str]) -> bool:
    # What a directory tells of its entries is enough for nearly all of them.
    if entry.is_dir(follow_symlinks=False) or entry.is_file(follow_symlinks=False):
        return False
    try:
        return stat.S_ISSOCK(entry.stat(follow_symlinks=False).st_mode)
    except OSError:
        return False
