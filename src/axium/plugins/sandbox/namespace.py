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
    return [*found, "--chdir", "/", "--", *argv]


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
    """Whether all that may only be read is mounted so, and can't be changed by its owner either.

    Root owns the devices too, which no mount protects: never for root.
    """
    if os.geteuid() == 0:
        return False
    needed = needs(programs=True, net=policy.net).reads
    writable = (*policy.writes, *policy.scratch)
    only_read = [path for path in policy.reads if path not in writable]
    paths = [path for path in (*needed, policy.directory, *only_read) if os.path.exists(path)]
    return all([os.statvfs(path).f_flag & os.ST_RDONLY for path in paths])
