"""A cgroup for each host, where one may be made: what is in one can't leave, and ends at once."""

import os
from collections.abc import Iterator
from contextlib import suppress
from itertools import count
from pathlib import Path

from axium.plugins.processes import MOST

PREFIX = "axium-"


class Cgroup:
    """One host's; made empty. `is_bounded`: the kernel lets no more than `MOST` be in it."""

    def __init__(self, path: Path) -> None:
        path.mkdir()
        self._path = path
        self.is_bounded = False
        with suppress(OSError):  # the controller is not handed down here
            _write(path / "pids.max", b"%d" % MOST)
            self.is_bounded = True

    def enter(self) -> None:
        """Move this process into it, and so all that it will start. OSError."""
        _write(self._path / "cgroup.procs", b"0")

    def kill(self) -> None:
        """End everything in it, also what is being forked at this instant."""
        with suppress(FileNotFoundError):  # somebody took it away, so nothing is in it
            _write(self._path / "cgroup.kill", b"1")

    def remove(self) -> None:
        """Take it away; while something in it still ends, it is left for `sweep`."""
        with suppress(OSError):
            self._path.rmdir()


class Cgroups:
    """The cgroups below our own, which was found to be ours to divide."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._numbers = count(1)

    def make(self) -> Cgroup | None:
        """A new one; None where the kernel refuses."""
        try:
            return Cgroup(self._path / f"{PREFIX}{os.getpid()}-{next(self._numbers)}")
        except OSError:
            return None

    def sweep(self) -> None:
        """Take away what templates left that were killed."""
        for left in self._path.glob(f"{PREFIX}*-*"):
            if not Path("/proc", left.name.split("-")[1]).exists():
                with suppress(OSError):  # something in it still runs
                    left.rmdir()


def own() -> Cgroups | None:
    """Ours, where it was delegated to this user and can be killed as one (Linux 5.14)."""
    path = _own_path()
    if path is None or not os.access(path / "cgroup.kill", os.W_OK):
        return None
    is_ours = path.stat().st_uid == os.geteuid() and os.access(path, os.W_OK)
    is_ours = is_ours and os.access(path / "cgroup.procs", os.W_OK)
    return Cgroups(path) if is_ours else None


def _own_path() -> Path | None:
    with suppress(OSError):
        for line in Path("/proc/self/cgroup").read_text().splitlines():
            for mount in _mounts() if line.startswith("0::/") else ():
                return Path(mount, line.removeprefix("0::/"))
    return None


def _mounts() -> Iterator[str]:
    """Where the unified hierarchy is mounted."""
    for line in Path("/proc/self/mountinfo").read_text().splitlines():
        fields, _, kind = line.partition(" - ")
        if kind.startswith("cgroup2 "):
            yield fields.split()[4]


def _write(path: Path, data: bytes) -> None:
    # Never made anew: a file that is not there is a controller that we don't have.
    fd = os.open(path, os.O_WRONLY | os.O_CLOEXEC)
    try:
        os.write(fd, data)
    finally:
        os.close(fd)
