"""The daemon as seen from outside: starting it, ending it, asking whether it is there."""

import os
import select
from contextlib import closing
from typing import Any

from axium.core.bootstrap import ensure_axium_config
from axium.core.ipc import send_request_sync
from axium.thin.paths import environ, home_of, socket_path
from axium.thin.start import StartFailed, answers, command, scrubbed
from axium.thin.start import start as start_process

STOP_TIMEOUT = 10.0
"""Seconds; a daemon that stops saves and answers first."""


def start(debug: bool = False) -> None:  # noqa: FBT001, FBT002 (published signature)
    """Start the daemon unless one answers; return once it does.

    With `debug` this process becomes the daemon, in the foreground. StartFailed with the reason.
    """
    around = environ()
    ensure_axium_config()
    if debug:
        words = command("--foreground", "--debug")
        os.execve(words[0], words, scrubbed(home_of(around), around))
    if not answers(around):
        start_process(home_of(around), around)


def ensure_daemon_running() -> bool:
    """Whether a daemon answers, after starting one where none did."""
    try:
        start()
    except StartFailed:
        return False
    return True


def stop() -> dict[str, Any]:
    """End the daemon and wait until it is gone: `{"ok", "stopping"}` or `{"ok", "error"}`."""
    try:
        pid = send_request_sync({"cmd": "ping"})["pid"]
        with closing(_Process(pid)) as process:
            reply = send_request_sync({"cmd": "stop"})
            gone = process.wait(STOP_TIMEOUT)
    except (OSError, ValueError, KeyError) as error:
        return {"ok": False, "error": f"the daemon is not running: {error}"}
    if not gone:
        return {"ok": False, "error": f"the daemon (pid {pid}) is still there"}
    return reply


def status() -> dict[str, Any]:
    """`{"pid", "socket", "socket_exists"}`; the pid is the answering daemon's own, else None."""
    socket = socket_path(environ())
    try:
        pid = send_request_sync({"cmd": "ping"}).get("pid")
    except (OSError, ValueError):
        pid = None
    return {"pid": pid, "socket": socket, "socket_exists": os.path.exists(socket)}


class _Process:
    """A process that is not our child, held so that its number cannot come to mean another."""

    def __init__(self, pid: int) -> None:
        self._fd = os.pidfd_open(pid)

    def wait(self, timeout: float) -> bool:
        """Whether it ended within so many seconds."""
        return bool(select.select([self._fd], [], [], timeout)[0])

    def close(self) -> None:
        """Let go of it."""
        os.close(self._fd)
