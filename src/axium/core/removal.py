"""Taking axium away again: what it made, piece by piece, and nothing that is somebody else's."""

import os
import signal
import subprocess
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import NamedTuple

from axium.config.defaults import SHIPPED
from axium.config.own_files import read_text
from axium.core import completion_files, trees
from axium.core.bootstrap import hooks
from axium.core.shims import NOTES, Shims, noted
from axium.thin.paths import Home, state_dir, user_home

MADE = (
    "state.json", "state_cache.json", "completions.json", "catalogue", ".configuration",
    ".links",    "axiumd.pid", "daemon.sock", "logs", "tmux/servers", NOTES,
)  # fmt: skip
"""What the daemon and the command line keep in the home for themselves."""

USERS = (
    *SHIPPED, "monitors.yaml", "permissions.yaml", "links.yaml", "registry.yaml", "overrides",
    "spokes", "gears",
)  # fmt: skip
"""What is the user's own, and goes with `--purge` alone."""

LAST = "daemon.lock"
"""Goes after everything else: whoever holds it is the daemon of this home."""

START_FILES = (".bashrc", ".bash_profile", ".profile", ".zshrc", ".zprofile",
               ".config/fish/config.fish", ".tmux.conf", ".config/tmux/tmux.conf")  # fmt: skip
"""Where people put the line of the hook; these are theirs, and only read here."""

TMUX_SECS = 3.0


class Step(NamedTuple):
    """One piece: what it is, and how it is taken away. OSError where it can't be."""

    text: str
    take: Callable[[], object]


def tmux_steps(home: Home, environ: Mapping[str, str]) -> Iterator[Step]:
    """The hooks in every tmux server that has them; while the daemon still listens."""
    script = f"{home.root}/tmux/uninstall.sh"
    notes = Path(home.root, "tmux", "servers")
    servers = {(read_text(note) or "").strip() for note in notes.glob("*")}
    servers |= {environ.get("TMUX", "")}
    # A server that has ended left its note; the one that is there now has its socket.
    by_socket = {server.partition(",")[0]: server for server in sorted(servers - {""})}
    for socket, server in by_socket.items():
        if os.path.exists(script):
            step = partial(_leave_tmux, script, {**environ, "TMUX": server})
            yield Step(f"the HUD of the tmux server {socket}", step)


def steps(home: Home, environ: Mapping[str, str], *, purge: bool) -> Iterator[Step]:
    """Everything else, once the daemon has ended; the lock last."""
    for shims in (Shims(home), *noted(home)):
        if names := shims.names():
            yield Step(f"the shims in {shims.directory}", partial(shims.remove, names))
    for path in _completions(home, environ):
        yield Step(str(path), path.unlink)
    for name in (*hooks(home), *MADE, *_set_aside(home), *(USERS if purge else ())):
        yield from _piece(Path(home.root, name))
    state = Path(state_dir(home, environ))
    yield from _runtime(home, state.name)
    yield from _piece(state)
    yield from _piece(Path(home.root, LAST))
    yield Step(f"{home.root}, where it is empty", partial(_remove_empty, home))


def lines_left(environ: Mapping[str, str]) -> list[str]:
    """`FILE:LINE: text` of the lines in start files that name axium: to be taken out by hand."""
    found = []
    for name in START_FILES:
        path = Path(user_home(environ), name)
        try:
            lines = (read_text(path) or "").splitlines()
        except OSError:
            continue
        found += [f"{path}:{n}: {line}" for n, line in enumerate(lines, 1) if "axium" in line]
    return found


def _leave_tmux(script: str, environ: Mapping[str, str]) -> None:
    told = ["sh", script]
    # Its own group, so that a tmux that waits for a hung server ends with the script.
    with subprocess.Popen(
        told, env=dict(environ), stdin=subprocess.DEVNULL, process_group=0
    ) as process:
        try:
            process.wait(TMUX_SECS)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            raise OSError(f"the server did not answer within {TMUX_SECS:g} s") from None


def _completions(home: Home, environ: Mapping[str, str]) -> Iterator[Path]:
    """The files that `completions install` wrote."""
    for shell in completion_files.COMPLETIONS:
        for path in completion_files.wanted(shell, home, environ):
            if completion_files.MARK in (read_text(path) or ""):
                yield path


def _set_aside(home: Home) -> list[str]:
    return sorted(path.name for path in Path(home.root).glob("state.json.damaged-*"))


def _runtime(home: Home, name: str) -> Iterator[Step]:
    """The runtime directory, and the link to it.

    A link that leads to a directory of another `name` was laid by somebody else: what it leads
    to is not ours.
    """
    run, directory = Path(home.run), Path(os.path.realpath(home.run))
    if run.is_symlink() and directory.name == name:
        yield from _piece(directory)
    yield from _piece(run)


def _piece(path: Path) -> Iterator[Step]:
    """A file, a link or a whole directory of ours, where it is there."""
    if path.is_symlink() or path.is_file() or path.is_socket():
        yield Step(str(path), partial(path.unlink, missing_ok=True))
    elif path.is_dir():
        yield Step(f"{path}/", partial(trees.remove, str(path)))


def _remove_empty(home: Home) -> None:
    """The directories of the home that nothing is left in, and then the home itself.

    A link was laid by the user: it stays, with what it leads to.
    """
    for directory in (*{Path(home.root, name).parent for name in hooks(home)}, Path(home.root)):
        is_ours = directory.is_dir() and not directory.is_symlink()
        if is_ours and not any(directory.iterdir()):
            directory.rmdir()
