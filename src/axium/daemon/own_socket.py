"""A listening socket of the daemon's own, at a place that is nobody else's."""

import os
import stat
import time
from _socket import AF_UNIX, SOCK_CLOEXEC, SOCK_STREAM, socket

from axium.daemon.lock import Taken
from axium.daemon.names import unlink
from axium.daemon.runtime import Unusable
from axium.thin.client import LONGEST, connect
from axium.thin.paths import Home

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

BACKLOG = 4096

GONE_SECS = 0.5
"""How long the kernel may take to close what a killed daemon had open."""


def open_socket(run: str, home: Home, environ: "Mapping[str, str]") -> tuple[int, str]:
    """A descriptor that listens, and its path: `$AXIUM_SOCKET`, or one in `run`.

    To be asked for by who has the lock. Taken, Unusable, OSError.
    """
    path = environ.get("AXIUM_SOCKET", "")
    if path:
        _check_free(path)
    else:
        path = run + "/daemon.sock"
        if _stays_listened_at(path):
            # We have the lock, so this is no daemon: it is who would start one.
            raise Taken(
                f"another program listens at {path}: a service manager that starts the daemon "
                f"of {home.root} itself, or a copy of the daemon whose lock was removed"
            )
    return listen(path), path


def _stays_listened_at(path: str) -> bool:
    """Whether somebody listens there; of a killed daemon the lock ends an instant before that."""
    deadline = time.monotonic() + GONE_SECS
    while is_listened_at(path):
        if time.monotonic() > deadline:
            return True
        time.sleep(0.005)
    return False


def _check_free(path: str) -> None:
    """Refuse a place for the socket that would cost somebody a file or another home its daemon."""
    named = f"AXIUM_SOCKET `{path}`"
    if not path.startswith("/"):
        raise Unusable(f"{named} is not an absolute path")
    if not os.path.isdir(os.path.dirname(path)):
        raise Unusable(f"{named} is in a directory that is not there")
    if not os.path.exists(path):
        return
    if not stat.S_ISSOCK(os.stat(path).st_mode):
        raise Unusable(f"{named} is there and is no socket")
    if is_listened_at(path):
        raise Unusable(f"{named} is the socket of another running daemon")


def is_listened_at(path: str) -> bool:
    """Whether somebody would take a connection there; what is left of the dead takes none."""
    if not os.path.exists(path):
        return False
    asked = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC)
    asked.setblocking(False)
    try:
        connect(asked, os.fsencode(path))
    except BlockingIOError:
        return True  # with more connections waiting than there is room for
    except OSError:
        return False
    finally:
        asked.close()
    return True


def listen(path: str) -> int:
    """A listening socket that is nobody else's from the instant it exists, at its final name."""
    directory, name = os.path.split(path)
    private = f"{name}.{os.getpid()}"
    listening = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC)
    mask = os.umask(0o177)
    try:
        _bind(listening, directory, private)
    finally:
        os.umask(mask)
    listening.listen(BACKLOG)
    os.rename(f"{directory}/{private}", path)
    return listening.detach()


def _bind(listening: socket, directory: str, name: str) -> None:
    path = f"{directory}/{name}"
    unlink(path)
    if len(os.fsencode(path)) <= LONGEST:
        listening.bind(path)
        return
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        listening.bind(f"/proc/self/fd/{descriptor}/{name}")
    finally:
        os.close(descriptor)
