"""What must fail once a process is confined, tried there: nobody is taken at their word."""

import errno
import os
from collections.abc import Iterator
from typing import NamedTuple

from axium.model.policy import Policy
from axium.plugins.sandbox import landlock, libc
from axium.plugins.sandbox.libc import Argument
from axium.plugins.sandbox.limits import privileges_left
from axium.plugins.sandbox.numbers import NUMBERS

_NOBODY = (1 << 64) - 1
"""As a process or a descriptor."""
_NOWHERE = None
_CLONE_SIGHAND = 0x800
"""Without CLONE_VM nothing can come of it."""
_CLONE_NEWUSER = 0x10000000
_FASTOPEN = 0x20000000
_IP_OPTIONS = 4
_READ_DIRECTORY = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
_WRITE = os.O_WRONLY | os.O_CLOEXEC


class Canary(NamedTuple):
    """A call that does no harm where nothing holds it back, and how it has to fail."""

    name: str
    args: tuple[Argument, ...]
    error: int
    or_error: int | None = None


_ALWAYS = (
    Canary("open", (b"/", _READ_DIRECTORY), errno.EACCES),
    Canary("socket", (1, 1, 0), errno.EACCES),  # AF_UNIX
    Canary("socket", (1 << 32 | 1, 1, 0), errno.EACCES),
    Canary("socket", (16, 3, 0), errno.EACCES),  # AF_NETLINK
    Canary("socketpair", (1, 2, 0, _NOWHERE), errno.EACCES),  # datagrams
    Canary("bind", (_NOBODY, _NOWHERE, 0), errno.EPERM),
    Canary("clone", (_CLONE_SIGHAND | _CLONE_NEWUSER, 0, 0, 0, 0), errno.EPERM),
    Canary("clone3", (_NOWHERE, 0), errno.ENOSYS),
    Canary("unshare", (0,), errno.EPERM),
    Canary("mount", (_NOWHERE,) * 5, errno.EPERM),
    Canary("ptrace", (2, _NOBODY, 0, 0), errno.EPERM),
    Canary("process_vm_writev", (_NOBODY, 0, 0, 0, 0, 0), errno.EPERM),
    Canary("pidfd_getfd", (_NOBODY, 0, 0), errno.EPERM),
    Canary("prlimit64", (1, 7, _NOWHERE, _NOWHERE), errno.EPERM),
    Canary("io_uring_setup", (0, _NOWHERE), errno.EPERM),
    Canary("keyctl", (_NOBODY,), errno.EPERM),
    Canary("shmget", (0, 0, 0), errno.EPERM),
    Canary("ioctl", (_NOBODY, 0x5412, _NOWHERE), errno.EPERM),
    Canary("ioctl", (_NOBODY, 0x100005412, _NOWHERE), errno.EPERM),
    Canary("setxattr", (_NOWHERE,) * 5, errno.EOPNOTSUPP),
    Canary("seccomp", (_NOBODY, 0, _NOWHERE), errno.ENOSYS),
)

_WITHOUT_EXEC = (
    Canary("chown", (_NOWHERE, 0, 0), errno.EPERM),
    Canary("execve", (_NOWHERE,) * 3, errno.EPERM),
    Canary("execveat", (_NOBODY, _NOWHERE, _NOWHERE, _NOWHERE, 0), errno.EPERM),
    Canary("clone", (_CLONE_SIGHAND, 0, 0, 0, 0), errno.EPERM),
)

_WITHOUT_NET = (
    Canary("socket", (2, 1, 0), errno.EACCES),
    Canary("socket", (10, 2, 0), errno.EACCES),
    Canary("connect", (_NOBODY, _NOWHERE, 0), errno.EACCES),
    Canary("listen", (_NOBODY, 0), 0),  # it says so, and does nothing
    Canary("sendto", (_NOBODY, _NOWHERE, 0, _FASTOPEN, _NOWHERE, 0), errno.EPERM),
    Canary("setsockopt", (_NOBODY, 0, _IP_OPTIONS, _NOWHERE, 0), errno.ENOPROTOOPT),
)

_OF_AGENT = frozenset(
    (
        Canary("socket", (1, 1, 0), errno.EACCES),
        Canary("socket", (1 << 32 | 1, 1, 0), errno.EACCES),
        Canary("connect", (_NOBODY, _NOWHERE, 0), errno.EACCES),
    )
)
"""What is possible to who may use the agent."""

_WITH_AGENT = (
    Canary("socket", (1, 2, 0), errno.EACCES),
    Canary("socket", (1, 5, 0), errno.EACCES),
)

_WITH_NET = (
    Canary("socket", (2, 3, 0), errno.EACCES),  # raw
    Canary("socket", (2, 1, 262), errno.EACCES),  # multipath
    Canary("listen", (_NOBODY, 0), errno.EPERM),
)


def alive(policy: Policy, version: int, *, has_agent: bool = False) -> Iterator[str]:
    """What is possible and should not be, in words; nothing where all is as it must be."""
    yield from privileges_left()
    for canary in canaries(policy, version, has_agent=has_agent):
        found = _outcome(canary)
        if found not in (canary.error, canary.or_error):
            wanted = _worded(canary.error)
            yield f"{canary.name}{canary.args} gave {_worded(found)} instead of {wanted}"


def canaries(policy: Policy, version: int, *, has_agent: bool = False) -> list[Canary]:
    """What must fail for this policy with this version of Landlock."""
    # A mount that can't be written to says so before Landlock is asked, to who owns the file.
    is_mounted_so = os.statvfs(__file__).f_flag & os.ST_RDONLY
    or_error = errno.EROFS if is_mounted_so else None
    writing = Canary("open", (os.fsencode(__file__), _WRITE), errno.EACCES, or_error)
    found = [writing, *_ALWAYS, *(_WITH_NET if policy.net else _WITHOUT_NET)]
    if not policy.exec:
        found += _WITHOUT_EXEC
    holds_signals = version >= landlock.SIGNALS_SINCE or not policy.exec
    if holds_signals and os.getppid():  # 0 for a parent outside of the container
        found.append(Canary("kill", (os.getppid(), 0), errno.EPERM))
    if has_agent:
        found = [*(each for each in found if each not in _OF_AGENT), *_WITH_AGENT]
    return found


def _outcome(canary: Canary) -> int:
    try:
        libc.call(NUMBERS[canary.name], *canary.args)
    except OSError as error:
        return error.errno or 0
    return 0


def _worded(error: int) -> str:
    return errno.errorcode.get(error, str(error)) if error else "success"
