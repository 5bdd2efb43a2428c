"""The notes that tmux servers leave for a daemon that starts after them."""

import os

from axium.config.own_files import read_bytes
from axium.daemon.services.tmux.identity import server_at
from axium.model.panes import parse_server

_DIRECTORY = "tmux/servers"
_LONGEST = 256
"""Bytes; a socket's path has 107 at most."""


def noted_servers(home: str) -> list[str]:
    """`$TMUX` of each server that left a note and still runs; the others' notes are removed."""
    directory = f"{home}/{_DIRECTORY}"
    try:
        names = sorted(os.listdir(directory))
    except OSError:
        return []
    return [text for name in names if (text := _noted(f"{directory}/{name}")) is not None]


def _noted(path: str) -> str | None:
    try:
        text = (read_bytes(path) or b"")[:_LONGEST].decode().rstrip("\n")
        if server_at(*parse_server(text)) is not None:
            return text
        os.unlink(path)
    except (OSError, ValueError):  # not readable, or nothing of ours
        return None
    return None
