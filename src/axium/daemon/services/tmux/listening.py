"""Whether a process has a server's socket, read from /proc: for a server that does not answer."""

import os
from collections.abc import Iterator

from axium.model.panes import Server

_FIELDS = 8
"""Of a line in /proc/net/unix: Num, RefCount, Protocol, Flags, Type, St, Inode, Path."""


def listens(server: Server) -> bool:
    """Whether it does, also where the socket's file was taken away meanwhile."""
    try:
        held = set(_sockets(server.pid))
        with open(f"/proc/{server.pid}/net/unix", "rb") as file:
            return any(_is_at(line, os.fsencode(server.socket), held) for line in file)
    except OSError:
        return False  # another user's process, or none by now


def _is_at(line: bytes, path: bytes, held: set[bytes]) -> bool:
    fields = line.rstrip(b"\n").split(maxsplit=_FIELDS - 1)
    return len(fields) == _FIELDS and fields[7] == path and fields[6] in held


def _sockets(pid: int) -> Iterator[bytes]:
    """The inodes of the sockets that a process has open. OSError."""
    directory = f"/proc/{pid}/fd"
    for name in os.listdir(directory):
        try:
            target = os.readlink(f"{directory}/{name}")
        except FileNotFoundError:
            continue  # closed meanwhile
        kind, _, inode = target.partition(":")
        if kind == "socket":
            yield inode.strip("[]").encode()
