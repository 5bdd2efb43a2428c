"""Which process a tmux server is, read from /proc: never blocking, no process started."""

import os
from collections.abc import Mapping
from functools import cache

from axium.model.panes import Server


def server_at(socket: str, pid: int) -> Server | None:
    """The server that `$TMUX` names, if that process runs now; the socket isn't asked."""
    start = process_start(pid)
    return Server(socket, pid, start) if start else None


def is_running(server: Server) -> bool:
    """Whether this very server still runs, not a later process with its pid."""
    return process_start(server.pid) == server.start


def process_start(pid: int) -> str | None:
    """`TICKS@BOOT` of a running process; None where there is none, or a zombie."""
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:
            stat = file.read()
    except OSError:
        return None
    # The name, in parentheses, may itself hold blanks and parentheses.
    state, *fields = stat[stat.rindex(b")") + 2 :].split()
    return None if state in {b"Z", b"X"} else f"{fields[18].decode()}@{_boot()}"


def socket_file(path: str) -> tuple[int, int, int] | None:
    """What tells this socket file from a later one at its path; tmux changes only its mode."""
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_dev, found.st_ino, found.st_mtime_ns


def default_socket(environ: Mapping[str, str]) -> str:
    """The socket that a plain `tmux` uses."""
    for directory in (environ.get("TMUX_TMPDIR"), "/tmp"):
        if directory and os.path.isdir(directory):
            return f"{os.path.realpath(directory)}/tmux-{os.getuid()}/default"
    return f"/tmp/tmux-{os.getuid()}/default"


@cache
def _boot() -> str:
    with open("/proc/sys/kernel/random/boot_id", encoding="ascii") as file:
        return file.read().strip()
