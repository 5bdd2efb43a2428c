"""Which pane a request means: its key in the state, and the tmux server that it belongs to."""

import os
from typing import Any, NamedTuple

from axium.daemon.services.store import Store
from axium.daemon.services.tmux import Tmux, server_at
from axium.daemon.services.tmux.identity import is_running
from axium.daemon.services.tmux.listening import listens
from axium.model.panes import (
    DEFAULT,
    Server,
    pane_key,
    parse_server,
    server_name,
    split_key,
)
from axium.model.state import State
from axium.wire.errors import Refusal


class Attached(NamedTuple):
    """A tmux server as it is now, by its name; None where it is not known, or there is none."""

    name: str
    server: Server | None

    def known_in(self, state: State) -> State:
        """The state that has this server as it is now."""
        return state if self.server is None else state.with_server(self.name, self.server)


class Placed(NamedTuple):
    """A pane to be changed, and where it is."""

    pane: str
    at: Attached

    def key(self) -> str:
        """The pane's key in the state."""
        return pane_key(self.at.name, self.pane)

    def known_in(self, state: State) -> State:
        """The state that has this pane's server as it is now."""
        return self.at.known_in(state)


class Panes:
    """Resolves `pane` and `server` of requests."""

    def __init__(self, store: Store, tmux: Tmux, *, default_socket: str) -> None:
        self._store = store
        self._tmux = tmux
        self._default_socket = default_socket
        self._named: dict[str, Server] = {}
        self._last_used: str | None = None

    def key(self, pane: str | None, server: str | None) -> str | None:
        """The key under which a pane's override would stand; no I/O.

        None where no pane is given, or its server is not one that the state
        knows: such a pane has no override. Refusal `invalid`.
        """
        if not pane:
            return None
        name, number = self._split(pane)
        if server is None:
            return pane_key(name, number)
        socket, pid = self._parsed(server)
        for known, record in self._store.committed.state.servers.items():
            if record.socket == socket and record.pid == pid:
                return pane_key(known, number)
        return None

    async def last_used(self) -> str | None:
        """`SESSION:PANE` of the pane that was worked in last; the pane alone if tmux is mute."""
        key = self._last_used
        if key is None:
            return None
        session = await self.session_of(key)
        return key if session is None else f"{session}:{split_key(key)[1]}"

    async def session_of(self, key: str) -> str | None:
        """The tmux session that shows a pane; None where tmux does not say."""
        name, pane = split_key(key)
        server = self._store.committed.state.servers.get(name)
        return await self._tmux.session_of(server, pane) if server is not None else None

    async def place(self, pane: str | None, server: str | None) -> Placed:
        """Where a pane's override is to stand. Refusal `invalid`, `not_found`.

        Without `server` it is the one that the name in the key means, else the
        default server, which is asked who it is when that is not known yet.
        """
        if not pane:
            raise Refusal("invalid", "pane ID required")
        name, number = self._split(pane)
        placed = Placed(number, await self._at(name, server))
        self.note_use(placed.key())
        return placed

    async def server_of(self, at: Attached) -> Server | None:
        """The tmux server that is meant, if it is known and runs."""
        server = at.server or self._store.committed.state.servers.get(at.name)
        if server is not None and is_running(server):
            return server
        return await self._default_server() if at.name == DEFAULT else None

    async def at(self, server: str | None) -> Attached:
        """The server that `$TMUX` means, else the default one. Refusal `invalid`, `not_found`."""
        return await self._at(DEFAULT, server)

    async def refuse_missing(self, placed: Placed) -> None:
        """Refusal `not_found` of a pane that is nowhere; a server that hangs may have it."""
        server = placed.at.server or self._store.committed.state.servers.get(placed.at.name)
        if server is None:
            self._refuse_unknown(placed.at.name)
        elif not self._tmux.knows(server, placed.pane):
            listed = await self._tmux.panes(server)
            if listed is None and not listens(server):
                raise _no_server(server.pid, f"{server.socket},{server.pid}")
            if listed is not None and placed.pane not in listed:
                raise Refusal(
                    "not_found",
                    f"the tmux server at {server.socket} has no pane `{placed.pane}`",
                    hint="`tmux list-panes -a` shows all of them",
                )

    def _refuse_unknown(self, name: str) -> None:
        if name != DEFAULT:
            raise Refusal(
                "not_found",
                f"field `pane`: no tmux server is known as `{name}`",
                hint="give `server`, which is $TMUX of a shell in that server",
            )

    async def _at(self, name: str, server: str | None) -> Attached:
        if server is not None:
            return self.attached(server)
        if name == DEFAULT and name not in self._store.committed.state.servers:
            return Attached(name, await self._default_server())
        return Attached(name, None)

    def attached(self, server: str | None) -> Attached:
        """The server that `$TMUX` means, by its name. Refusal `invalid`, `not_found`."""
        if server is None:
            return Attached(DEFAULT, None)
        record = self.server(server)
        return Attached(self.name_of(record), record)

    def attached_if_alive(self, server: str | None) -> Attached:
        """The same where it is not the point of the request: a dead or odd server is none."""
        try:
            return self.attached(server)
        except Refusal:
            return Attached(DEFAULT, None)

    def note_use(self, key: str | None) -> None:
        """A pane was worked in: `STATUS` tells which was the last."""
        self._last_used = key or self._last_used

    def info(self) -> dict[str, dict[str, Any]]:
        """Each pane with an override: its environment and its tmux server."""
        state = self._store.committed.state
        return {
            key: {"env": env, "server": name, "socket": known.socket if known else None}
            for key, env in state.panes.items()
            for name in [split_key(key)[0]]
            for known in [state.servers.get(name)]
        }

    def server(self, text: str) -> Server:
        """The live server that `$TMUX` means. Refusal `invalid`, `not_found`."""
        socket, pid = self._parsed(text)
        found = server_at(socket, pid)
        if found is None:
            raise _no_server(pid, text)
        return found

    def name_of(self, server: Server) -> str:
        """The name under which a server's panes stand."""
        known = self._store.committed.state.servers
        if server not in known.values():
            # Two of one socket name may come before either of them is committed.
            self._named = {name: one for name, one in self._named.items() if is_running(one)}
            known = {**self._named, **known}
        name = server_name(server.socket, known, self._default_socket)
        self._named[name] = server
        return name

    async def _default_server(self) -> Server | None:
        if not os.access(self._default_socket, os.F_OK):
            return None
        return await self._tmux.identify(self._default_socket)

    def _split(self, pane: str) -> tuple[str, str]:
        try:
            return split_key(pane)
        except ValueError:
            raise Refusal(
                "invalid",
                f"field `pane`: `{pane[:80]}` is not a pane ID",
                hint="it is written like `%3`, or `SERVER:%3` for another tmux server",
            ) from None

    def _parsed(self, text: str) -> tuple[str, int]:
        try:
            return parse_server(text)
        except ValueError as fault:
            raise Refusal("invalid", f"field `server`: {fault}") from None


def _no_server(pid: int, text: str) -> Refusal:
    return Refusal(
        "not_found",
        f"no tmux server with pid {pid} is running (server `{text}`)",
        hint="`server` is $TMUX of a shell inside a running tmux",
    )
