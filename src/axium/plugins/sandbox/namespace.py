"""A mount namespace for what starts programs: what was not granted is not even there.

Entered by the process itself, before it is confined: so there is no second process between it
and the shell that started it, which would have to hand signals, stops and its end on.
"""

import errno
import os
import stat
import struct
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from typing import NamedTuple

from axium.model.policy import Policy
from axium.plugins.sandbox import libc
from axium.plugins.sandbox.landlock import NotAsNamed
from axium.plugins.sandbox.numbers import NUMBERS
from axium.plugins.sandbox.runtime import needs

_CLONE_NEWNS, _CLONE_NEWUSER = 0x20000, 0x10000000
_MS_NOSUID, _MS_NODEV, _MS_REC, _MS_SLAVE = 2, 4, 0x4000, 0x80000
_MNT_DETACH = 2
_HERE = 0xFFFFFF9C
"""AT_FDCWD: a path is its own."""
_AT_EMPTY_PATH, _AT_RECURSIVE = 0x1000, 0x8000
_OPEN_TREE_CLONE = 1
_MOVE_EMPTY_PATHS = 4 | 0x40
"""From what is open to what is open."""
_PATH = os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC
_READ_ONLY, _NO_SUID, _NO_DEVICES = 1, 2, 4

_ROOT = "/tmp"
"""Where the new root is made; every system has it. What is in it is taken hold of before."""

AGENT = "/run/axium/ssh-agent"
"""Where the user's agent is, for who may use it."""

NONE = "there is no namespace here, without which other sockets than the agent's are in reach"

_MEMORY = "/dev/shm"
_MOST_MEMORY = "size=64m,mode=0700"

_NOT_OURS = (errno.EPERM, errno.EACCES, errno.ENOSPC, errno.ENOSYS, errno.EINVAL, errno.EUSERS)
"""How a machine says that nobody, or we, may have a namespace."""


class _Mount(NamedTuple):
    """What is seen at `place`, as deep as it is; devices have to be opened as such.

    `is_runtime`: of what every gear has, to which links of the system may lead.
    """

    place: str
    source: str
    is_writable: bool = False
    is_device: bool = False
    is_runtime: bool = False


def enter(policy: Policy, agent: str | None = None) -> Policy | None:
    """See nothing any more but what `policy` grants, and the socket `agent`, which is `AGENT` then.

    The policy to be confined to then: `/dev/shm`, and `/tmp` if nothing in it was granted, which
    are there for this gear alone, are among its private directories. None, and nothing changed that
    could be seen, where this machine has no namespace for us. OSError where it failed halfway:
    the process has to end. To be called without threads, before `confine`.
    """
    mounts = sorted(_mounts(policy, agent))
    if not _is_allowed(_parted):
        return None
    # All of them before the new root hides some.
    trees = [(mount, tree) for mount in mounts if (tree := _tree(mount)) is not None]
    if not _is_allowed(_make_root):
        return None
    for mount, tree in trees:
        _show(mount, tree)
        os.close(tree)
    private = _make_private(policy, [mount.place for mount in mounts])
    _attributes(_ROOT, _READ_ONLY)
    os.chdir(_ROOT)
    libc.call(NUMBERS["pivot_root"], b".", b".")
    libc.call(NUMBERS["umount2"], b".", _MNT_DETACH)
    os.chdir("/")
    return policy._replace(scratch=(*policy.scratch, *private))


def _mounts(policy: Policy, agent: str | None) -> Iterator[_Mount]:
    """All that is to be seen; what is in a directory comes after it when sorted."""
    needed = needs(programs=True, net=policy.net)
    writable = {*policy.writes, *policy.scratch}
    yield _Mount("/proc", "/proc", is_runtime=True)  # whole: Landlock has which of it may be opened
    for path in needed.reads:
        if not path.startswith("/proc/"):
            yield _Mount(path, path, is_runtime=True)
    for path in needed.devices:
        yield _Mount(path, path, is_device=True, is_runtime=True)
    for path in {policy.directory, *policy.reads} - writable:
        yield _Mount(path, path)
    for path in writable:
        yield _Mount(path, path, is_writable=True)
    if agent is not None:
        yield _Mount(AGENT, agent)


def _parted() -> None:
    """Have mounts of our own from now on."""
    _unshare()
    libc.call(NUMBERS["mount"], None, b"/", None, _MS_REC | _MS_SLAVE, None)
    os.close(_opened_tree("/proc", is_exact=False))  # to see that it is allowed


def _is_allowed(deed: Callable[[], None]) -> bool:
    """Whether it could be done; a machine may forbid one part of this and not another."""
    try:
        deed()
    except OSError as error:
        if error.errno not in _NOT_OURS:
            raise
        return False
    return True


def _unshare() -> None:
    """As root without another user's view, which is not needed there, if that is allowed."""
    user, group = os.geteuid(), os.getegid()
    if user == 0:
        with suppress(PermissionError):
            libc.call(NUMBERS["unshare"], _CLONE_NEWNS)
            return
    libc.call(NUMBERS["unshare"], _CLONE_NEWNS | _CLONE_NEWUSER)
    for name, text in (("setgroups", "deny"), ("uid_map", f"{user} {user} 1\n")):
        _say(name, text)
    _say("gid_map", f"{group} {group} 1\n")


def _say(name: str, text: str) -> None:
    fd = os.open(f"/proc/self/{name}", os.O_WRONLY | os.O_CLOEXEC)
    try:
        os.write(fd, text.encode("ascii"))
    finally:
        os.close(fd)


def _tree(mount: _Mount) -> int | None:
    """A descriptor of what is at the source with all that is mounted in it; None for nothing."""
    try:
        tree = _opened_tree(mount.source, is_exact=not mount.is_runtime)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except PermissionError:
        if os.access(mount.source, os.F_OK):
            raise
        return None  # what can't be entered is not there for us
    # What a device is read and written through is no part of its mount, but its mode is.
    flags = _NO_SUID | (0 if mount.is_writable else _READ_ONLY)
    _attributes("", flags | (0 if mount.is_device else _NO_DEVICES), tree)
    return tree


def _opened_tree(path: str, *, is_exact: bool) -> int:
    """What is at a path; NotAsNamed where a link leads elsewhere, which may be the gear's doing.

    Landlock, which looks for that too, would find here whatever is mounted as what was named.
    """
    fd = os.open(path, os.O_PATH | os.O_CLOEXEC)
    try:
        real = os.readlink(f"/proc/self/fd/{fd}")
        if is_exact and real != path:
            raise NotAsNamed(errno.ELOOP, f"it is `{real}`", path)
        flags = _OPEN_TREE_CLONE | _AT_RECURSIVE | _AT_EMPTY_PATH | os.O_CLOEXEC
        return libc.call(NUMBERS["open_tree"], fd, b"", flags)
    finally:
        os.close(fd)


def _attributes(path: str, flags: int, fd: int = _HERE) -> None:
    """Give attributes to what is mounted at a path, or to all of what is open."""
    change = libc.buffer(struct.pack("=4Q", flags, 0, 0, 0))
    which = 0 if path else _AT_EMPTY_PATH | _AT_RECURSIVE
    number = NUMBERS["mount_setattr"]
    libc.call(number, fd, os.fsencode(path), which, change, len(change))


def _make_root() -> None:
    flags = _MS_NOSUID | _MS_NODEV
    libc.call(NUMBERS["mount"], b"none", _ROOT.encode(), b"tmpfs", flags, b"size=1m,mode=0755")


def _show(mount: _Mount, tree: int) -> None:
    place = _place(mount, is_directory=stat.S_ISDIR(os.fstat(tree).st_mode))
    try:
        libc.call(NUMBERS["move_mount"], tree, b"", place, b"", _MOVE_EMPTY_PATHS)
    finally:
        os.close(place)


def _place(mount: _Mount, *, is_directory: bool) -> int:
    """What something can be mounted at, made unless it is there, as inside of another mount.

    That may be the gear's to write, which could have put a link there by now: none is followed,
    but those of the system.
    """
    follow = 0 if mount.is_runtime else os.O_NOFOLLOW
    *above, name = mount.place.strip("/").split("/")
    at = os.open(_ROOT, _PATH)
    try:
        for each in above:
            at = _entered(at, each, follow)
        if is_directory:
            at = _entered(at, name, follow)
            return os.dup(at)
        with suppress(FileExistsError):
            flags = os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC
            os.close(os.open(name, flags, 0o644, dir_fd=at))
        return os.open(name, os.O_PATH | os.O_CLOEXEC | follow, dir_fd=at)
    finally:
        os.close(at)


def _entered(at: int, name: str, follow: int) -> int:
    """A directory in the one that was open at `at`, which is closed where this succeeds."""
    with suppress(FileExistsError):
        os.mkdir(name, 0o755, dir_fd=at)
    inner = os.open(name, _PATH | follow, dir_fd=at)
    os.close(at)
    return inner


def _make_private(policy: Policy, places: Iterable[str]) -> tuple[str, ...]:
    """Memory that programs share; and `/tmp`, which is the gear's own temporary directory.

    That one is left out where something in it was granted, which it would hide.
    """
    os.close(_place(_Mount(_MEMORY, ""), is_directory=True))
    memory, flags = (_ROOT + _MEMORY).encode(), _MS_NOSUID | _MS_NODEV
    libc.call(NUMBERS["mount"], b"none", memory, b"tmpfs", flags, _MOST_MEMORY.encode())
    if not policy.scratch or any([f"{place}/".startswith(f"{_ROOT}/") for place in places]):
        return (_MEMORY,)
    tree = _opened_tree(_ROOT + policy.scratch[0], is_exact=True)
    _show(_Mount(_ROOT, policy.scratch[0], is_writable=True), tree)
    os.close(tree)
    return (_ROOT, _MEMORY)


def is_around(policy: Policy) -> bool:
    """Whether every mount that can be seen is read-only, but for what `policy` lets be written."""
    writable = {*policy.writes, *policy.scratch}
    # Of several at one place the last one hides the others.
    mounted = dict(_mounted()).items()
    return all([is_read_only or place in writable for place, is_read_only in mounted])


def _mounted() -> Iterator[tuple[str, bool]]:
    """Where something is mounted, and whether read-only: fields 5 and 6 of `mountinfo`."""
    with open("/proc/self/mountinfo", "rb", 0) as file:
        for line in file.readall().splitlines():
            _, _, _, _, place, options, *_ = line.split(b" ")
            yield _unescaped(place), b"ro" in options.split(b",")


def _unescaped(place: bytes) -> str:
    """Blanks, tabs, newlines and backslashes are written as `\\040`."""
    first, *others = place.split(b"\\")
    parts = [bytes([int(part[:3], 8)]) + part[3:] for part in others]
    return os.fsdecode(first + b"".join(parts))
