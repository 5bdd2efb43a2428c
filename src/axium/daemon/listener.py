"""The accept loop: takes connections, checks whose they are, answers what was asked already."""

import asyncio
import logging
import os
import socket
import struct

from axium.daemon.connection import Connection, Port
from axium.wire.envelope import encode_refusal

log = logging.getLogger("axium.listener")

MAX_CONNECTIONS = 1024
"""Connections that are open at once; the next one is told `busy` (spec: Transport)."""

_ACCEPTS_PER_TURN = 64
_BUSY = encode_refusal(
    "busy", f"{MAX_CONNECTIONS} connections are open already", hint="close some and try again"
)
_PEER = struct.Struct("3i")


class Listener:
    """Accepts on one listening socket for as long as it is open."""

    def __init__(self, listening: socket.socket, port: Port) -> None:
        self._listening = listening
        self._port = port
        self._loop = asyncio.get_running_loop()
        self._open: set[Connection] = set()
        self._uid = os.getuid()
        self._paused_until: asyncio.TimerHandle | None = None

    def start(self) -> None:
        """Begin to accept."""
        self._listening.setblocking(False)
        self._loop.add_reader(self._listening.fileno(), self._accept_some)

    @property
    def connections(self) -> int:
        """How many connections are open now."""
        return len(self._open)

    def stop(self) -> None:
        """Accept no more; open connections go on."""
        if self._paused_until is not None:
            self._paused_until.cancel()
        self._loop.remove_reader(self._listening.fileno())
        self._listening.close()

    async def drain(self, most_secs: float) -> None:
        """Let every request in flight finish, at most this many seconds in all, then close all."""
        deadline = self._loop.time() + most_secs
        for connection in list(self._open):
            await connection.finish(deadline)

    def _accept_some(self) -> None:
        for _ in range(_ACCEPTS_PER_TURN):
            try:
                accepted, _address = self._listening.accept()
            except BlockingIOError:
                return
            except OSError as fault:
                self._rest(fault)
                return
            self._take(accepted)

    def _take(self, accepted: socket.socket) -> None:
        accepted.setblocking(False)
        if not self._is_ours(accepted):
            accepted.close()
            return
        if len(self._open) >= MAX_CONNECTIONS:
            _send_and_close(accepted, _BUSY)
            return
        connection = Connection(accepted, self._port, on_close=self._open.discard)
        self._open.add(connection)
        connection.begin()

    def _is_ours(self, accepted: socket.socket) -> bool:
        credentials = accepted.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _PEER.size)
        _pid, uid, _gid = _PEER.unpack(credentials)
        if uid == self._uid:
            return True
        log.warning("a connection of uid %d was dropped", uid)
        return False

    def _rest(self, fault: OSError) -> None:
        """Descriptors ran out: let the open connections end before the next accept."""
        log.warning("no connection could be accepted: %s", fault)
        self._loop.remove_reader(self._listening.fileno())
        self._paused_until = self._loop.call_later(0.1, self.start)


def _send_and_close(accepted: socket.socket, line: bytes) -> None:
    try:
        accepted.send(line)
    except OSError as fault:
        log.debug("a refused connection did not take its answer: %s", fault)
    accepted.close()
