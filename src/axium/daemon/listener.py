"""The accept loop: takes connections, checks whose they are, answers what was asked already."""

import asyncio
import logging
import os
import struct

# The plain class underneath `socket.socket`: what that adds costs 4 us for each connection.
from _socket import AF_UNIX, MSG_DONTWAIT, SO_PEERCRED, SOCK_STREAM, SOL_SOCKET, socket

from axium.daemon.connection import CHUNK, Connection, Port
from axium.daemon.poller import Poller
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

    def __init__(self, listening: int, port: Port) -> None:
        self._listening = socket(AF_UNIX, SOCK_STREAM, 0, listening)
        self._listening.setblocking(False)
        self._port = port
        self._poller = Poller()
        self._loop = asyncio.get_running_loop()
        self._open: set[Connection] = set()
        self._uid = os.geteuid()
        self._resting: asyncio.TimerHandle | None = None
        self._is_short = False

    def start(self) -> None:
        """Begin to accept."""
        self._loop.add_reader(self._listening.fileno(), self._accept_some)

    @property
    def connections(self) -> int:
        """How many connections are open now."""
        return len(self._open)

    def stop(self) -> None:
        """Accept no more; open connections go on."""
        if self._resting is not None:
            self._resting.cancel()
        self._loop.remove_reader(self._listening.fileno())
        self._listening.close()

    async def drain(self, most_secs: float) -> None:
        """Let every request in flight finish, at most this many seconds in all, then close all."""
        finishing = [connection.finish() for connection in list(self._open)]
        if finishing:
            await asyncio.wait(finishing, timeout=most_secs)
        for connection in list(self._open):
            connection.abandon()
        self._poller.close()

    def _accept_some(self) -> None:
        for _ in range(_ACCEPTS_PER_TURN):
            try:
                descriptor, _address = self._listening._accept()  # type: ignore[attr-defined]  # noqa: SLF001
            except BlockingIOError:
                return
            except OSError as fault:
                self._rest(fault)
                return
            self._is_short = False
            self._take(socket(AF_UNIX, SOCK_STREAM, 0, descriptor))

    def _take(self, accepted: socket) -> None:
        if not self._is_ours(accepted):
            accepted.close()
            return
        try:
            data = accepted.recv(CHUNK, MSG_DONTWAIT)
        except BlockingIOError:
            self._keep(accepted, None)
            return
        except OSError:
            accepted.close()
            return
        known = self._port.remembered(data)
        if known is not None and known[1]:
            self._answer_once(accepted, known[0])
        else:
            self._keep(accepted, data, known)

    def _answer_once(self, accepted: socket, reply: bytes) -> None:
        """The whole life of most connections: one question that is known, one answer."""
        try:
            sent = accepted.send(reply, MSG_DONTWAIT)
        except BlockingIOError:
            sent = 0
        except OSError:
            accepted.close()
            return
        if sent == len(reply):
            accepted.close()
            return
        self._opened(accepted).conclude(reply[sent:])

    def _keep(
        self, accepted: socket, data: bytes | None, known: tuple[bytes, bool] | None = None
    ) -> None:
        if len(self._open) >= MAX_CONNECTIONS:
            _send_and_close(accepted, _BUSY)
            return
        self._opened(accepted).begin(data, known)

    def _opened(self, accepted: socket) -> Connection:
        connection = Connection(accepted, self._port, self._poller, on_close=self._open.discard)
        self._open.add(connection)
        return connection

    def _is_ours(self, accepted: socket) -> bool:
        credentials = accepted.getsockopt(SOL_SOCKET, SO_PEERCRED, _PEER.size)
        _pid, uid, _gid = _PEER.unpack(credentials)
        if uid == self._uid:
            return True
        log.warning("a connection of uid %d was dropped", uid)
        return False

    def _rest(self, fault: OSError) -> None:
        """Descriptors ran out: let the open connections end before the next accept."""
        if not self._is_short:
            self._is_short = True
            log.warning("no connection can be accepted: %s", fault)
        self._loop.remove_reader(self._listening.fileno())
        self._resting = self._loop.call_later(0.1, self.start)


def _send_and_close(accepted: socket, line: bytes) -> None:
    try:
        accepted.send(line, MSG_DONTWAIT)
    except OSError as fault:
        log.debug("a refused connection did not take its answer: %s", fault)
    accepted.close()
