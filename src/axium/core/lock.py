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


def holder(home: Home) -> int | None:
    """The daemon's process by the kernel's word; None where there is none, or that can't be known.

    What a file says of a pid is not looked at.
    """
    try:
        lock = os.stat(home.lock)
        with open("/proc/locks") as file:
            held = [line.split() for line in file]
    except OSError:
        return None
    # `1: FLOCK  ADVISORY  WRITE 1234 00:2f:567 0 EOF`; who only waits has `->` before FLOCK. The
    # device is another one than `stat` tells on btrfs: who has it open is looked at instead.
    inode = str(lock.st_ino)
    pids = {
        int(words[4])
        for words in held
        if words[1] == "FLOCK" and words[5].rpartition(":")[2] == inode
    }
    return next((pid for pid in sorted(pids) if pid > 0 and _has_open(pid, lock)), None)


def _has_open(pid: int, file: os.stat_result) -> bool:
    descriptors = f"/proc/{pid}/fd"
    try:
        return any([_is(f"{descriptors}/{each}", file) for each in os.listdir(descriptors)])
    except OSError:
        return False


def _is(path: str, file: os.stat_result) -> bool:
    try:
        return os.path.samestat(os.stat(path), file)
    except OSError:
        return False  # it was closed meanwhile


def is_of(home: Home, pid: int) -> bool:
    """Whether the daemon of this pid is the home's: another answers at a socket of another home."""
    try:
        noted = read_text(home.pid)
    except OSError:
        noted = None
    return is_held(home) and (not noted or noted.strip() == str(pid))
