"""One client of the server: what is known of it, and how frames are sent to it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any

from websockets.asyncio.server import ServerConnection
from websockets.exceptions import ConnectionClosed
from websockets.frames import Frame, Opcode

from tests.support.servers.truenas.faults import Fault
from tests.support.servers.truenas.scram import ScramServer

Method = Callable[..., Coroutine[Any, Any, Any]]
"""`method(peer, *params)`; what it gives is the result."""

PIECES = 10
HUGE = 17_000_000


class Refusal(Exception):
    """An error that the server answers with."""

    def __init__(self, code: int, message: str, data: Any = None) -> None:
        super().__init__(message)
        self.body = {"code": code, "message": message, "data": data}


class Literally(str):
    """JSON as it is to be sent."""

    __slots__ = ()


class Peer:
    """Frames go to it one after the other, however slowly one is sent."""

    def __init__(self, socket: ServerConnection, *, is_known: bool) -> None:
        self.is_known = is_known
        self.has_new_jobs = False
        self.subscriptions: set[str] = set()
        self.scram: ScramServer | None = None
        self.running = 0
        self._socket = socket
        self._sending = asyncio.Lock()

    def drop(self) -> None:
        """Break off without a word."""
        self._socket.transport.abort()

    async def close(self) -> None:
        """Go away as the protocol has it."""
        await self._socket.close(1001, "going away")

    async def send(self, text: str, *, binary: bool = False) -> None:
        """A frame; nothing where the peer is gone."""
        with suppress(ConnectionClosed):
            async with self._sending:
                await self._socket.send(text.encode() if binary else text)

    async def answer(self, reply: str, fault: Fault | None) -> None:
        """A reply, with what goes wrong about it."""
        match fault:
            case Fault("slow", secs):
                await self._send_bytes(_frame(reply), secs)
            case Fault("drop within"):
                await self._send_bytes(_frame(reply)[: len(reply) // 2], 0)
            case _:
                for text in _frames(reply, fault):
                    await self.send(text, binary=fault is not None and fault.kind == "binary")
        if fault is not None and fault.kind in ("drop after", "drop within"):
            self.drop()

    async def _send_bytes(self, data: bytes, secs: float) -> None:
        """Bytes as they are, in pieces."""
        size = max(1, len(data) // PIECES)
        async with self._sending:
            for at in range(0, len(data), size):
                self._socket.transport.write(data[at : at + size])
                await asyncio.sleep(secs / PIECES)


def _frames(reply: str, fault: Fault | None) -> list[str]:
    """The frames in the reply's place."""
    match fault:
        case Fault("twice"):
            return [reply, reply]
        case Fault("garbage"):
            return ["{[ no JSON", reply]
        case Fault("anonymous"):
            return ['{"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"what?"}}']
        case Fault("huge"):
            return [f'{reply[:-1]},"pad":"{"x" * HUGE}"}}']
    return [reply]


def _frame(text: str) -> bytes:
    return Frame(Opcode.TEXT, text.encode()).serialize(mask=False)
