"""Becoming the daemon of a home, before anything slow is imported.

A daemon is connectable about ten milliseconds after it was started: clients
that come before it can answer wait in the socket's queue.
"""

import os
from _signal import (  # type: ignore[import-not-found]  # `signal` imports enum: 2 ms
    SIG_BLOCK,
    SIGHUP,
    SIGINT,
    SIGTERM,
    pthread_sigmask,
)

from axium.daemon.lock import Lock, win
from axium.daemon.names import drop, identity, lead
from axium.daemon.own_socket import open_socket
from axium.daemon.runtime import Unusable, make_runtime
from axium.thin.paths import Home

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

ENDING = (SIGTERM, SIGINT, SIGHUP)
"""The signals that ask a daemon to end."""


class Hold:
    """What the live daemon of a home holds: the lock, the listening socket, and the names of both.

    `listening` is the socket's descriptor. One that was handed over stays with
    whoever handed it over when the daemon is gone, and so do its names.
    """

    def __init__(
        self, home: Home, lock: Lock, path: str, listening: int, *, is_handed_over: bool
    ) -> None:
        self.home = home
        self.lock = lock
        self.path = path
        self.listening = listening
        self._is_handed_over = is_handed_over
        self._identity = identity(path)

    def is_reachable(self) -> bool:
        """Whether clients still find this very socket, and not another or none."""
        return self._identity is not None and identity(self.home.socket_link) == self._identity

    def release(self) -> None:
        """Take the names away, unless they are another's by now; the lock goes with the process."""
        if not self._is_handed_over:
            for name in (self.home.socket_link, self.path):
                if identity(name) == self._identity:
                    drop(name)
        drop(self.home.pid)


def take(home: Home, environ: "Mapping[str, str]") -> Hold:
    """Become the daemon of this home. Taken, Unusable, OSError.

    The signals of `ENDING` wait from before there are names until the caller,
    who takes them away again, lets the signals come.
    """
    _check_ours(home.root)
    handed = _handed_over(environ)
    if handed is not None:
        # First of all: a daemon that somebody started by hand sees that it can't be reached.
        lead(home.socket_link, handed[1])
    lock = win(home, is_handed_over=handed is not None)
    pthread_sigmask(SIG_BLOCK, ENDING)
    run = make_runtime(home, environ)
    listening, path = handed or open_socket(run, home, environ)
    if path != home.socket_link:
        lead(home.socket_link, path)
    _write(home.pid, b"%d\n" % os.getpid())
    return Hold(home, lock, path, listening, is_handed_over=handed is not None)


def _check_ours(root: str) -> None:
    """What root wrote into somebody's home would lock its owner out."""
    owner = os.stat(root).st_uid
    if owner != os.geteuid():
        raise Unusable(f"{root} belongs to uid {owner}, not to you (uid {os.geteuid()})")


def _handed_over(environ: "Mapping[str, str]") -> tuple[int, str] | None:
    """The socket and its path that a service manager listens at for us."""
    if "LISTEN_PID" not in environ:
        return None
    from axium.daemon.activation import Unfit, forget, handed_over

    try:
        return handed_over(environ)
    except Unfit as fault:
        raise Unusable(str(fault)) from None
    finally:
        forget(os.environ)


def _write(path: str, data: bytes) -> None:
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC | os.O_NOFOLLOW
    descriptor = os.open(path, flags, 0o600)
    os.write(descriptor, data)
    os.close(descriptor)
