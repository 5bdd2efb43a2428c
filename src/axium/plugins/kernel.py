"""What Linux offers a process about itself and Python has no word for."""

import ctypes
import os
from contextlib import suppress
from pathlib import Path

NICE = 10

_PR_SET_PDEATHSIG = 1
_PR_SET_NAME = 15
_PR_SET_CHILD_SUBREAPER = 36

_libc = ctypes.CDLL(None, use_errno=True)


def die_with_parent(signal: int, parent: int) -> None:
    """Get `signal` when our parent ends; at once where it is not `parent` any more."""
    _prctl(_PR_SET_PDEATHSIG, signal)
    if os.getppid() != parent:
        os.kill(os.getpid(), signal)


def adopt_orphans() -> None:
    """Become the parent of whatever our descendants leave behind."""
    _prctl(_PR_SET_CHILD_SUBREAPER, 1)


def call_ourselves(name: str) -> None:
    """Be shown under this name by `ps` and `top`, as far as there is room for it."""
    data = os.fsencode(name)
    _libc.prctl(_PR_SET_NAME, ctypes.c_char_p(data[:15]), 0, 0, 0)
    start, end = _arguments()
    if start < end:
        room = end - start
        ctypes.memmove(start, data[: room - 1].ljust(room, b"\0"), room)


def come_after_others() -> None:
    """Take a tenth of a busy processor; for good.

    Not SCHED_IDLE: an event would wait for half a second while a compiler runs, and `env set`
    with it; and 200 busy processes delay the daemon no less.
    """
    with suppress(OSError):  # a container may forbid it
        os.setpriority(os.PRIO_PROCESS, 0, NICE)
        os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))


def let_session_come_after_others() -> None:
    """The same for all processes of this session together, which share as one with the others."""
    with suppress(OSError):  # the kernel has no groups by session
        Path("/proc/self/autogroup").write_text(str(NICE))


def be_killed_first() -> None:
    """Be the one that goes when memory runs out."""
    with suppress(OSError):  # no /proc, or not ours to write
        Path("/proc/self/oom_score_adj").write_text("1000")


def _arguments() -> tuple[int, int]:
    """Where in memory our command line is: fields 48 and 49 of `stat`, 0 where that is hidden."""
    try:
        fields = Path("/proc/self/stat").read_text().rpartition(")")[2].split()
        return int(fields[45]), int(fields[46])
    except (OSError, IndexError):
        return 0, 0


def _prctl(option: int, value: int) -> None:
    if _libc.prctl(option, ctypes.c_ulong(value), 0, 0, 0):
        number = ctypes.get_errno()
        raise OSError(number, f"prctl {option}: {os.strerror(number)}")
