"""The daemon: how it is, what it logged, starting, stopping, reading everything again."""

from axium.core._api.asking import LONG_TIMEOUT, ask, is_done, part, start
from axium.core._api.guard import NotDone, or_false, or_none
from axium.thin.paths import environ, home_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

MOST_LOG = 4 << 20
"""Bytes of the log, from its end, that are looked through."""


@or_false
def reload_spokes() -> bool:
    """Load all spokes again, and those that are new; nothing happens without a daemon."""
    return is_done("reload_spokes", timeout=LONG_TIMEOUT, starts=False)


@or_false
def reload_daemon() -> bool:
    """Have state and all files read again; nothing happens without a daemon."""
    return is_done("reload", timeout=LONG_TIMEOUT, starts=False)


@or_none
def daemon_status() -> "dict[str, Any] | None":
    """How the daemon is: `running`, `uptime`, `pid` and more. Starts none."""
    return part(ask("daemon_status", starts=False), "status", dict)


@or_none
def daemon_logs(tail: bool = False, lines: int = 100) -> str | None:  # noqa: FBT001, FBT002 (published)
    """The last lines of the daemon's log, of its last 4 MiB at most.

    `tail` is accepted and changes nothing: a text has an end.
    """
    del tail
    found = _end_of(home_of(environ()).log).splitlines(keepends=True)
    return "".join(found[-lines:] if lines > 0 else [])


@or_false
def daemon_start(debug: bool = False) -> bool:  # noqa: FBT001, FBT002 (published)
    """Start the daemon unless one answers; with `debug` this process becomes it."""
    start(debug=debug)
    return True


@or_false
def daemon_stop(force: bool = True) -> bool:  # noqa: FBT001, FBT002 (published)
    """Stop the daemon, and wait until it is gone; `force` ends one that does not answer."""
    from axium.core import daemon  # 6 ms

    done = daemon.stop() if force else daemon.stop_politely()
    if not done["ok"]:
        raise NotDone(done["error"])
    return True


def _end_of(path: str) -> str:
    import os  # 1 ms
    import stat

    fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    try:
        status = os.fstat(fd)
        if not stat.S_ISREG(status.st_mode):
            raise NotDone(f"{path} is not a file")
        data = os.pread(fd, MOST_LOG, max(0, status.st_size - MOST_LOG))
    finally:
        os.close(fd)
    return data.decode("utf-8", "replace")
