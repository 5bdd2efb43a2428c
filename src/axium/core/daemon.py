"""The daemon as seen from outside: starting it, ending it, asking whether it is there."""

import os
import select
import signal
from contextlib import closing
from typing import Any, NoReturn

from axium.core.bootstrap import ensure_axium_config
from axium.core.ipc import send_request_sync
from axium.core.lock import holder
from axium.thin.paths import environ, home_of, socket_path
from axium.thin.start import StartFailed, answers, command, scrubbed
from axium.thin.start import start as start_process

UNANSWERED = (OSError, ValueError, KeyError, TypeError)
"""How a daemon that is not there, or does not say its pid, shows."""

STOP_TIMEOUT = 10.0
"""Seconds; a daemon that stops saves and answers first."""


def start(debug: bool = False) -> None:  # noqa: FBT001, FBT002 (published signature)
    """Start the daemon unless one answers; return once it does.

    With `debug` this process becomes the daemon, in the foreground. StartFailed with the reason.
    """
    around = environ()
    ensure_axium_config()
    if debug:
        _become_daemon("--foreground", "--debug")
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
    """End the daemon and wait until it is gone.

    `{"ok", "stopping"}`; `{"ok", "signal": "SIGTERM"}` for one that does not answer; else
    `{"ok": False, "error"}`.
    """
    return _stopped(keeps_links=False)


def stop_for_a_moment() -> dict[str, Any]:
    """The same, and links stay open for a daemon that is started within a minute."""
    return _stopped(keeps_links=True)


def stop_politely() -> dict[str, Any]:
    """The same for a daemon that answers: no other is ended."""
    try:
        return _asked_to_stop()
    except UNANSWERED as error:
        return _absent(error)


def _stopped(*, keeps_links: bool) -> dict[str, Any]:
    try:
        return _asked_to_stop(keeps_links=keeps_links)
    except UNANSWERED as error:
        return {"ok": True, "signal": "SIGTERM"} if kill_daemon_pid() else _absent(error)


def _asked_to_stop(*, keeps_links: bool = False) -> dict[str, Any]:
    pid = send_request_sync({"cmd": "ping"})["pid"]
    with closing(_Process(pid)) as process:
        reply = send_request_sync({"cmd": "stop", "keeps_links": keeps_links})
        if reply.get("ok") is not True:
            return {"ok": False, "error": str(reply.get("error", "the daemon refused"))}
        if not process.wait(STOP_TIMEOUT):
            return {"ok": False, "error": f"the daemon (pid {pid}) is still there"}
    return reply


def _absent(error: Exception) -> dict[str, Any]:
    return {"ok": False, "error": f"the daemon is not running: {error}"}


def kill_daemon_pid() -> bool:
    """End the daemon of this home by SIGTERM, whether it answers or not; whether it is gone.

    Only who holds the lock of this home is the daemon: no file with a pid is believed.
    """
    home = home_of(environ())
    pid = holder(home)
    if pid is None:
        return False
    try:
        with closing(_Process(pid)) as process:
            # Held by now, the number means one process; it must be the one with the lock still.
            if holder(home) != pid:
                return False
            process.signal(signal.SIGTERM)
            return process.wait(STOP_TIMEOUT)
    except OSError:
        return False


def cleanup_zombie_daemons() -> int:
    """0: whoever has not the lock of a home is no daemon, and ends by itself."""
    return 0


class AxiumDaemon:
    """The daemon of this home, to be run by a service manager or by hand."""

    def run(self) -> NoReturn:
        """Become the daemon, in the foreground, in place of this program."""
        ensure_axium_config()
        _become_daemon("--foreground")


def status() -> dict[str, Any]:
    """`{"pid", "socket", "socket_exists"}`; the pid is the answering daemon's own, else None."""
    socket = socket_path(environ())
    try:
        pid = send_request_sync({"cmd": "ping"}).get("pid")
    except (OSError, ValueError):
        pid = None
    return {"pid": pid, "socket": socket, "socket_exists": os.path.exists(socket)}


def _become_daemon(*options: str) -> NoReturn:
    around = environ()
    words = command(*options)
    os.execve(words[0], words, scrubbed(home_of(around), around))


class _Process:
    """A process that is not our child, held so that its number cannot come to mean another."""

    def __init__(self, pid: int) -> None:
        self._fd = os.pidfd_open(pid)

    def wait(self, timeout: float) -> bool:
        """Whether it ended within so many seconds."""
        return bool(select.select([self._fd], [], [], timeout)[0])

    def signal(self, number: int) -> None:
        """Send it a signal. ProcessLookupError."""
        signal.pidfd_send_signal(self._fd, number)

    def close(self) -> None:
        """Let go of it."""
        os.close(self._fd)
