"""Keeps a program of a gear's together, whatever it moves elsewhere: all of it ends with it.

Started as `python -I -S -E .../keeper.py DAEMON PROGRAM WORD...`, outside of the confinement. It
ends as the program does, and nothing that descends from that is left then. SIGTERM is for all of
it; SIGUSR1 ends all of it at once, and so does the end of the daemon, whose number is `DAEMON`.
"""

import sys

if __name__ == "__main__":
    sys.path.insert(0, __file__.rpartition("/axium/")[0])

import os
import signal
import time
from collections.abc import Iterator
from contextlib import suppress
from typing import NoReturn

from axium.plugins import kernel
from axium.plugins.processes import END_ALL, children, descendants, is_crowded

NOT_FOUND = 127
PAUSE_SECS = 0.005
LOOK_SECS = 1.0
"""How often it is looked whether the daemon is there. The kernel would tell us of the end of the
thread alone that started us (PDEATHSIG), and that ends at once. And whether too many are there: for
root the kernel minds no limit."""
WITHIN_SECS = 10.0
"""For what does not end at once when it is killed: the kernel holds it, and nothing else."""

_FORWARDED = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGQUIT)
_MINDED = (*_FORWARDED, END_ALL, signal.SIGCHLD)


def main(daemon: int, argv: list[str]) -> NoReturn:
    """Start the program, keep it, and end as it does."""
    kernel.adopt_orphans()
    signal.pthread_sigmask(signal.SIG_BLOCK, _MINDED)
    program = _started(argv)
    status = _ended(program, daemon)
    _end_all()
    _end_like(status)


def _started(argv: list[str]) -> int:
    pid = os.fork()
    if pid:
        return pid
    # A group of its own: what the program tells its group is not for us.
    os.setpgid(0, 0)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, _MINDED)
    try:
        os.execv(argv[0], argv)
    except OSError:
        os._exit(NOT_FOUND)


def _ended(program: int, daemon: int) -> int:
    """How the program ended; what it leaves to us meanwhile is waited for too."""
    due = time.monotonic() + LOOK_SECS
    while True:
        told = signal.sigtimedwait(_MINDED, LOOK_SECS)
        number = told.si_signo if told is not None else None
        if time.monotonic() >= due:
            due = time.monotonic() + LOOK_SECS
            number = END_ALL if is_crowded(os.getpid()) else number
        if number == END_ALL or os.getppid() != daemon:
            _tell_all(signal.SIGKILL)
        elif number in _FORWARDED:
            _tell_all(number)
            _tell_all(signal.SIGCONT)  # one that is stopped would take no notice
        for pid, status in _reaped():
            if pid == program:
                return status


def _end_all() -> None:
    until = time.monotonic() + WITHIN_SECS
    while children(os.getpid()) and time.monotonic() < until:
        _tell_all(signal.SIGKILL)
        time.sleep(PAUSE_SECS)
        for _reaped_one in _reaped():
            pass


def _tell_all(number: int) -> None:
    for pid in descendants(os.getpid()):
        with suppress(ProcessLookupError, PermissionError):
            os.kill(pid, number)


def _reaped() -> Iterator[tuple[int, int]]:
    with suppress(ChildProcessError):
        while True:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if not pid:
                return
            yield pid, status


def _end_like(status: int) -> NoReturn:
    """By the same code, or by the same signal."""
    code = os.waitstatus_to_exitcode(status)
    if code < 0:
        with suppress(OSError):
            signal.signal(-code, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, [-code])
        os.kill(os.getpid(), -code)
    os._exit(code if code >= 0 else 128 - code)


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2:])
