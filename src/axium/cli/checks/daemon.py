"""The daemon: whether it answers, as which version, and who else could reach it."""

import os
import stat
from collections.abc import Iterator
from functools import partial

from axium import __version__
from axium.cli.ask import NotRunning, ask
from axium.cli.checks.finding import Finding
from axium.cli.show import Failure
from axium.core.lock import is_of
from axium.thin.paths import Home, environ, socket_path

ANSWER_SECS = 2.0
"""How long a daemon may take to answer before it counts as hung."""


def look(home: Home) -> Iterator[Finding]:
    """Findings of the daemon, which is not started for it."""
    try:
        told = ask("ping", autostart=False, timeout=ANSWER_SECS)
    except NotRunning as failed:
        text = f"{failed}; what it published last is in force"
        yield Finding("daemon", "warning", text, failed.hint or "")
        return
    except Failure as failed:
        yield Finding("daemon", "fault", str(failed), failed.hint or "")
        return
    if not is_of(home, told["pid"]):
        text = f"pid {told['pid']}, which answers, is the daemon of another home"
        fix = "change AXIUM_SOCKET, or leave it out"
        yield Finding("daemon", "fault", text, fix)
        return
    yield _version(told["version"], told["pid"])
    yield from _modes(home)


def _version(running: str, pid: int) -> Finding:
    if running == __version__:
        return Finding("daemon", "good", f"pid {pid} answers, version {running}")
    text = f"pid {pid} is of version {running}, this program of {__version__}"
    return Finding("daemon", "fault", text, "`axium daemon restart`")


def _modes(home: Home) -> Iterator[Finding]:
    """The socket and its directory, closed to everybody else."""
    path = os.path.realpath(socket_path(environ()))
    for place, wanted in ((path, 0o600), (os.path.realpath(home.run), 0o700)):
        try:
            mode = stat.S_IMODE(os.stat(place).st_mode)
        except OSError as error:
            text = f"{place}: {error.strerror}"
            yield Finding("daemon", "fault", text, "`axium daemon restart` makes it again")
            continue
        if mode & 0o077:
            text = f"{place} is open to others (mode {mode:o})"
            repair = partial(os.chmod, place, wanted)
            yield Finding("daemon", "fault", text, f"`chmod {wanted:o} {place}`", repair)
