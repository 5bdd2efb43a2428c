"""Publishing decisions as files, so that shells need start no process to know them."""

import os
import time
from collections.abc import Callable, Iterator

import msgspec

from axium.config.atomic import replace_file
from axium.config.own_files import read_bytes
from axium.daemon.services.snapshot import Snapshot
from axium.daemon.services.tables import Published, published, stamp_of
from axium.model.panes import Server, split_key
from axium.model.state import State
from axium.thin.paths import Home, held_path, pointer_path
from axium.thin.words import decode, encode, frame

KEPT_SECS = 60.0
"""How long a table is kept after the last pointer to it was replaced: a reader may hold it."""

MOST_UNUSED = 32
"""Environments whose tables are kept for the next change to them; each takes 4 KiB a rule."""


class Publisher:
    """Keeps the runtime directory equal to a snapshot; it lives on the writer thread.

    `publish` writes what differs from what was published last: tables first,
    then the list of commands, then the pointers, each by rename, so that every
    pointer that a reader meets leads to whole tables.
    """

    def __init__(
        self,
        home: Home,
        *,
        user_home: str,
        clock: Callable[[], float] = time.monotonic,
        now: Callable[[], str],
    ) -> None:
        self._home = home
        self._run = home.run
        self._user_home = user_home
        self._clock = clock
        self._now = now
        self._last: Snapshot | None = None
        self._rendered: dict[str | None, Published] = {}
        self._commands_stamp = ""
        self._retired: dict[str, float] = {}
        self._made: list[str] = []

    def publish(self, snapshot: Snapshot) -> None:
        """Make shells see this snapshot. OSError: `forget` must follow."""
        last = self._last
        self._made.clear()
        if last is None or last.configuration is not snapshot.configuration:
            self._publish_all(snapshot)
        else:
            self._publish_changes(last, snapshot)
        self._last = snapshot

    def forget(self) -> None:
        """A publish failed halfway: make room, and write everything next time."""
        for stamp in self._made:
            _remove_tree(self._tables(stamp))
        self._last = None
        self._rendered.clear()

    def sweep(self) -> None:
        """Take away tables that no pointer has named for `KEPT_SECS`."""
        due = self._clock() - KEPT_SECS
        for stamp, since in list(self._retired.items()):
            if since <= due:
                del self._retired[stamp]
                _remove_tree(self._tables(stamp))

    @property
    def has_retired(self) -> bool:
        """Whether `sweep` will find something when its time has come."""
        return bool(self._retired)

    def _publish_all(self, snapshot: Snapshot) -> None:
        self._rendered.clear()
        self._snapshot = snapshot
        commands = list(snapshot.configuration.rules.commands())
        self._commands_stamp = stamp_of(commands)
        os.makedirs(self._run, mode=0o700, exist_ok=True)
        active = self._of(snapshot.state.active_env)
        self._write_commands(commands)
        _put(self._run + "/envs", frame(list(snapshot.configuration.environments)))
        self._flip(self._run + "/global", active)
        kept = self._point_all(snapshot.state)
        self._remove_other_pointers(kept)
        self._remove_other_held(self._point_held(snapshot))
        self._retire_unused()

    def _point_all(self, state: State) -> set[str]:
        found = set()
        for key, env in state.panes.items():
            path = self._pane_path(state, key)
            if path is not None:
                self._point(path, env)
                found.add(os.path.normpath(path))
        return found

    def _publish_changes(self, before: Snapshot, after: Snapshot) -> None:
        old, new = before.state, after.state
        if before.held is not after.held:
            self._point_held(after)
        if old.panes is not new.panes or old.servers is not new.servers:
            self._publish_panes(old, new)
        if old.active_env != new.active_env or old.panes is new.panes:
            # Also where it says the same: a pointer that somebody removed is there again.
            self._flip(self._run + "/global", self._of(new.active_env))
        if len(self._rendered) > MOST_UNUSED:
            self._drop_unused({new.active_env, *new.panes.values(), *after.held})

    def _publish_panes(self, old: State, new: State) -> None:
        moved = _moved(old, new)
        if not moved:
            self._point_all(new)
        for key in moved:
            before, after = self._pane_path(old, key), self._pane_path(new, key)
            if after is not None:
                self._point(after, new.panes[key])
            if before is not None and before != after:
                _remove(before)
        for name, server in old.servers.items():
            if new.servers.get(name) != server:
                _remove_tree(os.path.dirname(_pointer(self._run, server, "%0")))

    def _point_held(self, snapshot: Snapshot) -> set[str]:
        """Point to every environment that shells hold; the names of the pointers."""
        paths = {
            path: env
            for env in snapshot.held & snapshot.configuration.environments.keys()
            if (path := held_path(self._run, env)) is not None
        }
        for path, env in paths.items():
            self._point(_named(path), env)
        return {_named(path.rpartition("/")[2]) for path in paths}

    def _remove_other_held(self, kept: set[str]) -> None:
        for name in _names(self._run + "/e"):
            if name not in kept:
                _remove(f"{self._run}/e/{name}")

    def _point(self, path: str, env: str) -> None:
        made = self._of(env)
        os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
        self._flip(path, made)

    def _flip(self, path: str, made: Published) -> None:
        """Replace a pointer by a link to its original, which never changes.

        A shell sees by the link that nothing changed, without opening the file.
        """
        beside = f"{path}.{os.getpid()}.new"
        try:
            os.link(self._original(made), beside)
        except OSError:
            # Not every file system has hard links, or so many of one file: a copy says the same.
            replace_file(path, made.pointer, durable=False)
            return
        os.rename(beside, path)
        _remove(beside)  # two links to one file are left as they are by a rename

    def _original(self, made: Published) -> str:
        return f"{self._tables(made.stamp)}/{made.original}"

    def _pane_path(self, state: State, key: str) -> str | None:
        """Where a pane's pointer is; None without an override, or on an unidentified server."""
        if key not in state.panes:
            return None
        name, pane = split_key(key)
        server = state.servers.get(name)
        return _pointer(self._run, server, pane) if server is not None else None

    def _of(self, env: str | None) -> Published:
        """The published form of an environment; its tables are on disk when this returns."""
        known = self._rendered.get(env)
        if known is not None:
            return known
        made = published(
            self._snapshot.configuration,
            env,
            user_home=self._user_home,
            commands_stamp=self._commands_stamp,
        )
        self._write_tables(made)
        self._rendered[env] = made
        return made

    def _write_tables(self, made: Published) -> None:
        directory = self._tables(made.stamp)
        if not os.path.isdir(directory):
            self._made.append(made.stamp)
            os.makedirs(directory, mode=0o700)
        self._retired.pop(made.stamp, None)
        for command, table in made.tables.items():
            _put(f"{directory}/{command}", table)
        _put(self._original(made), made.pointer)

    def _write_commands(self, commands: list[str]) -> None:
        _put(self._run + "/commands", frame([self._commands_stamp, *commands]))
        cache = {"prefixed_commands": commands, "last_updated": self._now()}
        _put(self._home.state_cache, msgspec.json.encode(cache) + b"\n")

    def _retire_unused(self) -> None:
        """Start the time of tables on disk that no environment of this configuration has."""
        used = {made.stamp for made in self._rendered.values()}
        for stamp in _names(self._run + "/t"):
            if stamp not in used:
                self._retired.setdefault(stamp, self._clock())

    def _drop_unused(self, used: set[str | None]) -> None:
        """Start the time of the tables of environments that nobody is in."""
        for env in self._rendered.keys() - used:
            self._retired[self._rendered.pop(env).stamp] = self._clock()

    def _remove_other_pointers(self, kept: set[str]) -> None:
        for directory, _subdirectories, files in os.walk(self._run + "/p", topdown=False):
            for name in files:
                path = os.path.normpath(f"{directory}/{name}")
                if path not in kept:
                    _remove(path)
            if not os.listdir(directory):
                os.rmdir(directory)

    def _tables(self, stamp: str) -> str:
        return f"{self._run}/t/{stamp}"


def held_before(home: Home) -> frozenset[str]:
    """The environments that shells held when a daemon last published here."""
    return frozenset(decode(os.fsencode(name)) for name in _names(home.run + "/e"))


def _named(text: str) -> str:
    """What the system's own functions make these very bytes of, whatever the locale."""
    return os.fsdecode(encode(text))


def _pointer(run: str, server: Server, pane: str) -> str:
    return pointer_path(run, f"{server.socket},{server.pid}", server.ticks, pane)


def _moved(old: State, new: State) -> set[str]:
    """The keys of panes whose pointer may be another one now."""
    if old.servers != new.servers:
        return {*old.panes, *new.panes}
    return {key for key, _env in old.panes.items() ^ new.panes.items()}


def _replace(path: str, data: bytes) -> None:
    replace_file(path, data, durable=False)


def _put(path: str, data: bytes) -> None:
    """Replace a published file, unless it has this content already."""
    try:
        is_there = read_bytes(path) == data
    except OSError:
        is_there = False
    if not is_there:
        _replace(path, data)


def _remove(path: str) -> None:
    try:
        os.unlink(path)
    except FileNotFoundError:
        return


def _remove_tree(directory: str) -> None:
    import shutil  # 3 ms, and never needed for the first answer

    shutil.rmtree(directory, ignore_errors=True)


def _names(directory: str) -> Iterator[str]:
    try:
        yield from os.listdir(directory)
    except (FileNotFoundError, NotADirectoryError):
        return
