"""Sockets where existing clients of a connection daemon look for it, with its pid beside each."""

import asyncio
import logging
import os
from collections.abc import Callable, Iterable
from typing import NamedTuple

from axium.config.atomic import replace_file
from axium.config.own_files import read_bytes
from axium.daemon.connection import Connection, Port
from axium.daemon.listener import Listener
from axium.daemon.lock import Taken
from axium.daemon.names import drop, identity
from axium.daemon.own_socket import is_listened_at, listen
from axium.daemon.services.links.claim import Claim
from axium.links.definition import Link

log = logging.getLogger("axium.links")

DIRECTORY = ".midclt"
"""In the user's home."""

CLOSE_SECS = 1.0
"""How long calls that came by an alias may take to end when its link is gone."""

_LOST = "its alias was taken away: `axium daemon reload` makes it again"

_Key = tuple[str, str]


class _Alias(NamedTuple):
    path: str
    claim: Claim
    listener: Listener
    which: tuple[int, ...] | None

    @property
    def is_ours(self) -> bool:
        """Whether its name still leads to us: clients take a socket away that seems stale."""
        return identity(self.path) == self.which

    @property
    def is_found(self) -> bool:
        """Whether existing clients find it, and leave it alone."""
        return self.is_ours and _is_our_pid(_pid_path(self.path))


class Aliases:
    """The alias of each link that has one; `port` makes what answers there."""

    def __init__(self, user_home: str, port: Callable[[str], Port]) -> None:
        self._directory = f"{user_home}/{DIRECTORY}"
        self._port = port
        self._open: dict[_Key, _Alias] = {}
        self._following = asyncio.Lock()
        self.faults: dict[str, str] = {}

    @property
    def connections(self) -> int:
        """How many connections are open there."""
        return sum(alias.listener.connections for alias in self._open.values())

    def why(self, name: str) -> str:
        """Why existing clients do not find this link, if they should; else empty."""
        is_lost = any(key[0] == name and not alias.is_found for key, alias in self._open.items())
        return self.faults.get(name, _LOST if is_lost else "")

    async def follow(self, links: Iterable[Link]) -> None:
        """Listen for these links, as far as they have an alias, and for no others."""
        wanted = [(link.name, link.alias_id) for link in links if link.alias]
        async with self._following:
            for key, alias in list(self._open.items()):
                if key not in wanted or not alias.is_found:
                    await self._close(key, CLOSE_SECS)
            self.faults.clear()
            for key in wanted:
                if key not in self._open:
                    self._try(key)

    async def close(self, most_secs: float) -> None:
        """Let what is asked there finish, within a bound, and close all."""
        await asyncio.gather(*[self._close(key, most_secs) for key in list(self._open)])

    def _try(self, key: _Key) -> None:
        name, alias_id = key
        try:
            self._open[key] = self._listen(name, alias_id)
        except (OSError, Taken) as fault:
            reason = fault.strerror if isinstance(fault, OSError) else str(fault)
            self.faults[name] = f"its alias can't be listened at: {reason}"
            log.error("link `%s`: %s", name, self.faults[name])

    def _listen(self, name: str, alias_id: str) -> _Alias:
        os.makedirs(self._directory, mode=0o700, exist_ok=True)
        path = f"{self._directory}/daemon-{alias_id}.sock"
        taken = f"another program listens at {path}"
        claim = Claim(f"{self._directory}/daemon-{alias_id}.lock", taken=taken)
        try:
            if is_listened_at(path):
                raise Taken(taken)
            replace_file(_pid_path(path), _our_pid(), durable=False)
            listener = Listener(listen(path), self._port(name))
        except (OSError, Taken):
            claim.let_go()
            raise
        listener.start()
        return _Alias(path, claim, listener, identity(path))

    async def _close(self, key: _Key, most_secs: float) -> None:
        alias = self._open.pop(key)
        alias.listener.stop()
        if alias.is_ours:
            drop(alias.path)
        if _is_our_pid(_pid_path(alias.path)):
            drop(_pid_path(alias.path))
        alias.claim.let_go()
        await alias.listener.drain(most_secs)


def _pid_path(path: str) -> str:
    return path.removesuffix(".sock") + ".pid"


def _is_our_pid(path: str) -> bool:
    try:
        return read_bytes(path) == _our_pid()
    except OSError:
        return False


def _our_pid() -> bytes:
    return b"%d\n" % os.getpid()


class AliasPort:
    """What answers at one alias."""

    def __init__(
        self,
        link: str,
        answer: Callable[[bytes, Connection, str], bytes | None],
        closed: Callable[[Connection], None],
    ) -> None:
        self._link = link
        self._answer = answer
        self._closed = closed

    def remembered(self, chunk: bytes) -> tuple[bytes, bool] | None:
        """See `Port`: nothing is."""
        return None

    def answer(self, line: bytes, connection: Connection) -> bytes | None:
        """See `Port`."""
        return self._answer(line, connection, self._link)

    def closed(self, connection: Connection) -> None:
        """See `Port`."""
        self._closed(connection)
