"""Whether a daemon holds a home, wherever its socket is."""

import fcntl
import os

from axium.config.own_files import read_text
from axium.thin.paths import Home

_FLAGS = os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK


def is_held(home: Home) -> bool:
    """Whether some daemon does; one that is just starting looks again if it meets us here."""
    try:
        descriptor = os.open(home.lock, _FLAGS)
    except OSError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False


def is_of(home: Home, pid: int) -> bool:
    """Whether the daemon of this pid is the home's: another answers at a socket of another home."""
    try:
        noted = read_text(home.pid)
    except OSError:
        noted = None
    return is_held(home) and (not noted or noted.strip() == str(pid))
