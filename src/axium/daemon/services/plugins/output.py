"""What a host prints: to its plugin's log, line by line, so much a second and no more."""

import asyncio
import os
from collections.abc import Awaitable, Callable
from contextlib import suppress

RATE = 64 * 1024
"""Bytes a second; beyond that the plugin waits in `print`."""

_PIECE = 4096
_LONGEST_LINE = 8192


class Output:
    """The daemon's end of the pipe that is a host's stdout and stderr."""

    def __init__(self, descriptor: int, put: Callable[[list[bytes]], Awaitable[None]]) -> None:
        self._descriptor = descriptor
        self._put = put
        self._loop = asyncio.get_running_loop()
        self._rest = b""
        self._room = float(RATE)
        self._looked = self._loop.time()
        self._reading = asyncio.create_task(self._read(), name="read a plugin's output")

    def end(self) -> None:
        """The host is gone: take what is still in the pipe, and close it."""
        self._reading.cancel()

    async def _read(self) -> None:
        try:
            while data := await self._next():
                await self._pass_on(data)
        except asyncio.CancelledError:
            await self._pass_on(self._left())
        finally:
            os.close(self._descriptor)
        if self._rest:
            await self._write([self._rest])

    async def _next(self) -> bytes:
        """The next piece, as soon as there is room for it; empty at the end."""
        if self._room_now() < _PIECE:
            await asyncio.sleep(_PIECE / RATE)
        await self._readable()
        try:
            data = os.read(self._descriptor, max(_PIECE, int(self._room_now())))
        except BlockingIOError:
            return await self._next()
        self._room -= len(data)
        return data

    async def _readable(self) -> None:
        ready: asyncio.Future[None] = self._loop.create_future()
        self._loop.add_reader(self._descriptor, _set, ready)
        try:
            await ready
        finally:
            self._loop.remove_reader(self._descriptor)

    def _left(self) -> bytes:
        try:
            return os.read(self._descriptor, RATE)
        except BlockingIOError:
            return b""

    def _room_now(self) -> float:
        now = self._loop.time()
        self._room = min(RATE, self._room + (now - self._looked) * RATE)
        self._looked = now
        return self._room

    async def _pass_on(self, data: bytes) -> None:
        *lines, self._rest = (self._rest + data).split(b"\n")
        if len(self._rest) > _LONGEST_LINE:
            lines.append(self._rest)
            self._rest = b""
        if lines:
            await self._write(lines)

    async def _write(self, lines: list[bytes]) -> None:
        with suppress(OSError):  # a log that can't be written to: there is nowhere to say so
            await self._put(lines)


def _set(ready: asyncio.Future[None]) -> None:
    if not ready.done():
        ready.set_result(None)
