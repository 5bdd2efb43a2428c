"""A mount namespace for gears that start programs: what was not granted is not even there."""

import os
from collections.abc import Collection, Iterator, Sequence

from axium.model.policy import Policy
from axium.plugins.sandbox.runtime import needs

_BUBBLEWRAP = ("/usr/bin/bwrap", "/usr/local/bin/bwrap")


def bubblewrap() -> str | None:
    """The program that makes namespaces, where it is installed by the system."""
    return next((path for path in _BUBBLEWRAP if os.access(path, os.X_OK)), None)


def command(
    policy: Policy, argv: Sequence[str], *, program: str, sockets: Collection[str] = ()
) -> list[str]:
    """`argv` in a namespace of what `policy` grants, and of these sockets.

    What runs there confines itself: the kernel's filters can't be on before the namespace is.
    """
    mounts = sorted(_mounts(policy), key=lambda mount: mount[1])
    found = [program, "--unshare-user-try", "--unshare-ipc", "--die-with-parent"]
    for option, path in (*mounts, *(("--bind", path) for path in sockets)):
        found += [option, path, path]
    return [*found, "--remount-ro", "/", "--chdir", "/", "--", *argv]


def _mounts(policy: Policy) -> Iterator[tuple[str, str]]:
    """How and where; what is in a directory comes after it when they are sorted by path."""
    needed = needs(programs=True, net=policy.net)
    writable = {*policy.writes, *policy.scratch}
    yield "--ro-bind", "/proc"  # whole: Landlock has which of it may be opened
    for path in needed.reads:
        if not path.startswith("/proc/"):
            yield "--ro-bind-try", path
    for path in needed.devices:
        yield "--dev-bind-try", path
    for path in {policy.directory, *policy.reads} - writable:
        yield "--ro-bind-try", path
    for path in writable:
        yield "--bind-try", path


def is_around(policy: Policy) -> bool:
    """Whether every mount that can be seen is read-only, but for what `policy` lets be written.

    Devices can't be mounted so, and stay as they are where root alone may change them: so this
    is never said of root, who owns them.
    """
    if os.geteuid() == 0:
        return False
    writable = {*policy.writes, *policy.scratch}
    devices = needs(programs=True, net=policy.net).devices
    return all(
        [
            is_read_only or place in writable or (place in devices and not _is_own(place))
            # Of several at one place the last one hides the others.
            for place, is_read_only in dict(_mounted()).items()
        ]
    )


def _is_own(path: str) -> bool:
    return os.stat(path).st_uid == os.geteuid()


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
