"""The lock of a home, which the one daemon of that home has as long as it lives."""

import fcntl
import os
import time

from axium.daemon.names import identity
from axium.thin.client import ask
from axium.thin.paths import Home

_GIVE_UP_SECS = 7.0
"""Longer than a daemon may take to stop (`app.FINISH_SECS`)."""
_SILENT_SECS = 2.0


class Taken(Exception):
    """Another daemon of this home is running, or is the service manager's to start."""


class Lock:
    """The lock, won; it goes with the process."""

    def __init__(self, home: Home, descriptor: int) -> None:
        self._home = home
        self._descriptor = descriptor

    def keep(self) -> bool:
        """Lock the lock's file anew where it was removed; False where another has that one."""
        if identity(self._home.lock) == identity(self._descriptor):
            return True
        try:
            descriptor = _open(self._home)
        except OSError:
            return True  # the home itself is out of reach: no other can lock it either
        if not _try(descriptor):
            os.close(descriptor)
            return False
        os.close(self._descriptor)
        self._descriptor = descriptor
        return True


def win(home: Home, *, is_handed_over: bool) -> Lock:
    """The lock of this home. Taken, OSError.

    A daemon that was killed may hold it for some milliseconds more, by a child
    that it was just starting, and one that is stopping for some seconds: only
    one that answers, or stays, has it. One whose socket was taken away sees
    that its lock was touched, looks, and stops. Who has been handed the socket
    asks nobody: he would ask himself.
    """
    descriptor = _open(home)
    deadline = time.monotonic() + _GIVE_UP_SECS
    knocked = False
    while not _try(descriptor):
        has_it = not is_handed_over and _answers(home.socket_link)
        if has_it or time.monotonic() > deadline:
            os.close(descriptor)
            raise Taken(f"another daemon of {home.root} is running")
        if not knocked:
            os.utime(descriptor)
            knocked = True
        time.sleep(0.005)
    return Lock(home, descriptor)


def _open(home: Home) -> int:
    return os.open(home.lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)


def _try(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _answers(path: str) -> bool:
    try:
        return bool(ask(b'{"cmd":"ping"}\n', path, _SILENT_SECS))
    except OSError:
        return False
