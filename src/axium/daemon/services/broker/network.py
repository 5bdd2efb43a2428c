"""Sockets for gears whose `net` is a list: made here, judged by the list, and handed over."""

import asyncio
import errno
import os
import socket
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import NamedTuple

from axium.daemon.caller import Caller, is_gear
from axium.daemon.services.permissions import Permissions
from axium.daemon.workers import Workers
from axium.model.net_places import LISTENING_HOST, connecting, listening
from axium.wire.errors import Code, Refusal

MOST_AT_ONCE = 64
"""Connections that are being made for one gear."""

MOST_IN_A_ROW = 128
"""Sockets that one gear gets at once; then `EACH_SECS` for each."""
EACH_SECS = 0.05

MOST_WAITING = 128
"""Connections that wait to be accepted."""

_MOST_ADDRESSES = 8
"""Of one name, that are tried."""

Address = tuple[int, tuple[str | int | bytes, ...]]
"""A family, and the address of a socket of it."""


def resolved(host: str, port: int) -> list[Address]:
    """The addresses of a host, in the order in which to try them; blocks. OSError, ValueError."""
    bare = host.removeprefix("[").removesuffix("]")
    found = socket.getaddrinfo(bare, port, type=socket.SOCK_STREAM)
    return [(int(family), address) for family, _kind, _protocol, _name, address in found]


class Made(NamedTuple):
    """A socket's descriptor, and the address that it is connected to, or listens at."""

    descriptor: int
    address: str


class Network:
    """Connects and listens for gears, within a bound of time, number and rate."""

    def __init__(
        self,
        permissions: Permissions,
        workers: Workers,
        *,
        resolve: Callable[[str, int], list[Address]] = resolved,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._permissions = permissions
        self._workers = workers
        self._resolve = resolve
        self._clock = clock
        self._under_way: Counter[str] = Counter()
        self._room: dict[str, tuple[float, float]] = {}

    async def connect(self, caller: Caller, host: str, port: int, *, within: float) -> Made:
        """A connected socket. Refusal `denied`, `busy`, `failed`, `timeout`."""
        place = connecting(host, port)
        self._judge(caller, place)
        with self._counted(caller.name):
            try:
                async with asyncio.timeout(within):
                    found = await self._addresses(caller.name, host, port, within)
                    return await _first_connected(found, within)
            except TimeoutError:
                raise Refusal("timeout", f"`{place}` did not answer within {within:g} s") from None
            except OSError as error:
                raise Refusal("failed", f"can't connect to `{place}`: {_said(error)}") from None

    def listen(self, caller: Caller, port: int) -> Made:
        """A listening socket. Refusal `denied`, `busy`, `conflict`, `failed`."""
        self._judge(caller, listening(port))
        try:
            made = socket.create_server((LISTENING_HOST, port), backlog=MOST_WAITING)
        except OSError as error:
            code: Code = "conflict" if error.errno == errno.EADDRINUSE else "failed"
            raise Refusal(code, f"can't listen at port {port}: {_said(error)}") from None
        return Made(made.detach(), connecting(LISTENING_HOST, port))

    def _judge(self, caller: Caller, place: str) -> None:
        if not is_gear(caller):
            hint = "make the socket yourself"
            raise Refusal("denied", "only a gear is handed sockets", hint=hint)
        self._permissions.require(caller, None, "net", place)
        self._take_room(caller.name)

    def _take_room(self, gear: str) -> None:
        now = self._clock()
        had, then = self._room.get(gear, (float(MOST_IN_A_ROW), now))
        room = min(float(MOST_IN_A_ROW), had + (now - then) / EACH_SECS)
        if room < 1:
            raise Refusal("busy", "too many sockets in too short a time", hint="try again later")
        self._room[gear] = (room - 1, now)

    @contextmanager
    def _counted(self, gear: str) -> Iterator[None]:
        if self._under_way[gear] >= MOST_AT_ONCE:
            raise Refusal("busy", f"{MOST_AT_ONCE} connections are being made for `{gear}` already")
        self._under_way[gear] += 1
        try:
            yield
        finally:
            self._under_way[gear] -= 1

    async def _addresses(self, gear: str, host: str, port: int, within: float) -> list[Address]:
        work = partial(self._resolve, host, port)
        try:
            # Its own bound is never reached: that of the whole comes first.
            return await self._workers.run(f"names of {gear}", work, within=within + 1)
        except ValueError as error:
            raise OSError(None, f"it is no name of a host: {error}") from None


async def _first_connected(addresses: list[Address], within: float) -> Made:
    """The first that answers, each in its turn with its share of the time. OSError."""
    loop = asyncio.get_running_loop()
    end = loop.time() + within
    tried = addresses[:_MOST_ADDRESSES]
    for left, (family, address) in zip(range(len(tried), 0, -1), tried, strict=True):
        try:
            async with asyncio.timeout((end - loop.time()) / left):
                return await _connected(family, address)
        except OSError:  # also of the time
            if left == 1:
                raise
    raise OSError(None, "it has no address")


async def _connected(family: int, address: tuple[str | int | bytes, ...]) -> Made:
    made = socket.socket(family, socket.SOCK_STREAM)
    try:
        made.setblocking(False)
        await asyncio.get_running_loop().sock_connect(made, address)
        made.setblocking(True)
        host, port, *_scope = made.getpeername()
        return Made(made.detach(), connecting(host, port))
    finally:
        made.close()


def _said(error: OSError) -> str:
    """What is wrong, without the words of who found it."""
    if error.errno is None or isinstance(error, socket.gaierror):
        return str(error.strerror).lower()
    return os.strerror(error.errno).lower()
