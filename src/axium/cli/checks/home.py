"""The config home: whose it is, who may enter it, and what is left over in it."""

import os
import re
import stat
from collections.abc import Iterator, Mapping
from functools import partial

from axium.cli.checks.finding import Finding
from axium.cli.checks.typing_shell import to_unset
from axium.config.defaults import SHIPPED
from axium.config.own_files import read_text
from axium.config.state_file import DamagedState, read_state
from axium.core.bootstrap import hooks, update_init_scripts
from axium.thin.paths import Home

_BESIDE = re.compile(r"(.*\.(?P<pid>[0-9]+)\.new|(daemon\.sock|run)\.(?P<starting>[0-9]+))")
"""The name of a file on its way into another's place (`config.atomic`, `daemon.names`).

No more than these: `envs.yaml.20260101` is a copy that somebody keeps.
"""


def obstacle(home: Home, around: Mapping[str, str]) -> Finding | None:
    """Why nothing in the home can be looked at; None where it can."""
    try:
        owner = os.stat(home.root).st_uid
    except OSError as error:
        text = f"no config home {home.root}: {error.strerror}"
        fix = "`axium bootstrap` makes one, as does the first start of the daemon"
        return Finding("home", "fault", text, fix)
    if owner != os.geteuid():
        text = f"{home.root} belongs to uid {owner}, not to you"
        fix = f"use a home of your own: {to_unset(around, 'AXIUM_HOME')}, or `sudo -H`"
        return Finding("home", "fault", text, fix)
    if not os.access(home.root, os.R_OK | os.X_OK):
        return _shut(home.root, os.stat(home.root).st_mode)
    # Whatever AXIUM_HOME names by mistake must not be mended into a home.
    if not any(os.path.lexists(f"{home.root}/{name}") for name in (*SHIPPED, *hooks(home))):
        text = f"{home.root} is no config home: no file of axium is in it"
        return Finding("home", "fault", text, "look at AXIUM_HOME; `axium bootstrap` makes one")
    return None


def look(home: Home) -> Iterator[Finding]:
    """Findings of the home itself."""
    yield _closed(home.root, os.stat(home.root).st_mode, 0o700)
    yield from _writable(home)
    yield from _state(home)
    yield from _hooks(home)
    yield from _left_over(home)


def _closed(path: str, mode: int, wanted: int) -> Finding:
    """Whether nobody but the owner may read or enter it."""
    if not stat.S_IMODE(mode) & 0o077:
        return Finding("home", "good", f"{path} is yours alone")
    text = f"{path} is open to others (mode {stat.S_IMODE(mode):o})"
    repair = partial(os.chmod, path, wanted)
    return Finding("home", "fault", text, f"`chmod {wanted:o} {path}`", repair)


def _writable(home: Home) -> Iterator[Finding]:
    """What the daemon writes to and could not."""
    places = (home.root, home.run, home.logs, home.log, home.lock)
    there = [path for path in places if os.path.exists(path)]
    shut = [path for path in there if not os.access(path, os.R_OK | os.W_OK)]
    for path in shut[:1] if home.root in shut else shut:  # the home says it for all in it
        yield _shut(path, os.stat(path).st_mode)


def _shut(path: str, mode: int) -> Finding:
    """What is closed to its own owner, by its mode or by where it is."""
    wanted = stat.S_IMODE(mode) | (0o700 if stat.S_ISDIR(mode) else 0o600)
    if wanted == stat.S_IMODE(mode):
        text = f"{path} can't be written: no change can be saved"
        return Finding("home", "fault", text, "mount its file system so that it can be written")
    text = f"{path} is closed to you (mode {stat.S_IMODE(mode):o})"
    fix = f"`chmod {wanted:o} {path}`"
    return Finding("home", "fault", text, fix, partial(os.chmod, path, wanted))


def _state(home: Home) -> Iterator[Finding]:
    try:
        if read_state(home.state) is not None:
            yield _closed(home.state, os.stat(home.state).st_mode, 0o600)
    except DamagedState as fault:
        text = "restart the daemon: it sets the file aside and begins anew"
        yield Finding("home", "fault", str(fault), text)
    except OSError as error:
        text = f"{home.state} can't be read: {error.strerror}"
        repair = partial(os.chmod, home.state, 0o600)
        yield Finding("home", "fault", text, f"`chmod 600 {home.state}`", repair)
    for name in sorted(_names(home.root)):
        if name.startswith("state.json.damaged-"):
            text = f"{home.root}/{name} was set aside: it could not be read"
            yield Finding("home", "warning", text, "remove it when you do not need it any more")


def _hooks(home: Home) -> Iterator[Finding]:
    """The shell and tmux scripts, which belong to one version and one installation."""
    stale = [name for name, text in hooks(home).items() if _text(f"{home.root}/{name}") != text]
    if not stale:
        yield Finding("home", "good", "the shell and tmux scripts are of this version")
        return
    text = "not of this version: " + ", ".join(stale)
    yield Finding("home", "fault", text, "`axium bootstrap --force`", update_init_scripts)


def _left_over(home: Home) -> Iterator[Finding]:
    """Files of processes that ended while they were writing."""
    for directory in (home.root, home.run):
        for name in sorted(_names(directory)):
            found = _BESIDE.fullmatch(name)
            path = f"{directory}/{name}"
            if found and not os.path.isdir(path) and not _runs(found["pid"] or found["starting"]):
                text = f"{path} was left by a process that ended while it wrote"
                yield Finding("home", "warning", text, f"`rm {path}`", partial(os.unlink, path))


def _runs(pid: str) -> bool:
    return os.path.exists(f"/proc/{pid}")


def _names(directory: str) -> list[str]:
    try:
        return os.listdir(directory)
    except OSError:
        return []


def _text(path: str) -> str | None:
    try:
        return read_text(path)
    except OSError:
        return None
