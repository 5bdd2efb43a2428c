"""Holding a name against other daemons of this user, for as long as the claim is not let go."""

import fcntl
import os

from axium.daemon.lock import Taken
from axium.daemon.names import drop, identity

_FLAGS = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW
_TRIES = 10


class Claim:
    """A lock file at `path`, locked; gone when it is let go. Taken, which says `taken`, OSError."""

    def __init__(self, path: str, *, taken: str) -> None:
        self._path = path
        self._descriptor = _locked(path, taken)

    def let_go(self) -> None:
        """Let another have the name."""
        # While it is locked: whoever opened it before looks whether it is still there.
        drop(self._path)
        os.close(self._descriptor)


def _locked(path: str, taken: str) -> int:
    for _ in range(_TRIES):
        descriptor = os.open(path, _FLAGS, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            break
        if identity(descriptor) == identity(path):
            return descriptor
        os.close(descriptor)
    raise Taken(taken)
