"""The links process: all links, the daemon that asks of them, and the time until the next one."""

import asyncio
import logging
import os
import resource
import socket
import struct
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import Any, NamedTuple

import msgspec

from axium.links import channel as c
from axium.links import dialogue as d
from axium.links.daemon_end import DaemonEnd, LogToDaemon, made
from axium.links.definition import Link
from axium.links.telling import marked, written
from axium.links.upstream import Upstream

log = logging.getLogger("axium.links")

LONELY_SECS = 60.0
"""How long connections are kept while there is no daemon."""

NEWS_SECS = 0.05
"""How long a change of state waits for further ones before the daemon is told."""

_PEER = struct.Struct("3i")
_PR_SET_DUMPABLE = 4
_UNKNOWN = {"type": "error", "error": "there is no such link", "code": "unknown_link"}


class Caller(NamedTuple):
    """Who is told, and how."""

    upstream: Upstream
    dialect: c.Dialect


class Process:
    """Links by name, callers by number."""

    def __init__(self, log_handler: LogToDaemon) -> None:
        self._end: DaemonEnd | None = None
        self._log_handler = log_handler
        self._links: dict[str, Upstream] = {}
        self._callers: dict[int, Caller] = {}
        self._closing: set[asyncio.Task[None]] = set()
        self._telling: asyncio.TimerHandle | None = None
        self._is_held = self._is_paused = False
        self.over: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._carry_out: dict[type, Callable[[Any], None]] = {
            c.Define: self._define,
            c.CallOrder: self._call,
            c.FollowOrder: self._follow,
            c.PingOrder: self._ping,
            c.LeaveOrder: lambda order: self._pass_on(order.call, d.Leave(order.call)),
            c.AbortOrder: lambda order: self._pass_on(order.call, d.Abort(order.call)),
            c.CloseOrder: self._close,
            c.StatusOrder: self._status,
            c.HoldOrder: self._hold,
            c.RetryOrder: lambda _order: self._to_all(d.Retry()),
            c.BeatOrder: lambda _order: self._tell(c.News(beat=True)),
            c.EndOrder: self._end_all,
        }

    def take(self, line: bytes) -> None:
        """Carry out an order."""
        try:
            order = c.decode_order(line)
        except (msgspec.DecodeError, RecursionError) as fault:
            log.error("an order was not understood: %s", fault)
            return
        self._carry_out[type(order)](order)

    def make_room(self, has_room: bool) -> None:  # noqa: FBT001 (see `DaemonEnd`)
        """Read no more of servers, since the daemon reads nothing; or go on."""
        self._is_paused = not has_room
        for upstream in self._links.values():
            upstream.pause(is_paused=self._is_paused)

    def welcome(self, end: DaemonEnd) -> None:
        """A daemon is here."""
        self._end = self._log_handler.end = end
        end.tell(c.News(hello=c.PROTOCOL, pid=os.getpid()))
        if self._links:
            self._tell_rows()

    def bereave(self) -> None:
        """The daemon is gone, and with it all who asked; connections stay."""
        self._end = self._log_handler.end = None
        for call, caller in list(self._callers.items()):
            caller.upstream.take(d.Leave(call))
        self._callers.clear()

    async def close(self) -> None:
        """Close all connections, telling whoever waits."""
        for upstream in self._links.values():
            self._close_later(upstream, "the daemon has stopped")
        self._links.clear()
        if self._telling is not None:
            self._telling.cancel()
        await asyncio.gather(*self._closing)

    def _define(self, order: c.Define) -> None:
        wanted = {link.name: link for link in order.links}
        for name, upstream in list(self._links.items()):
            if upstream.link != wanted.get(name):
                del self._links[name]
                self._close_later(upstream, "the link was changed or removed")
        for link in order.links:
            if link.name not in self._links:
                self._links[link.name] = self._made(link)
        self._tell_rows()

    def _made(self, link: Link) -> Upstream:
        upstream = Upstream(
            link,
            os.environ,
            self._told,
            changed=self._tell_rows_soon,
        )
        upstream.pause(is_paused=self._is_paused)
        upstream.take(d.Hold(self._is_held))
        return upstream

    def _call(self, order: c.CallOrder) -> None:
        call = d.Call(
            order.call,
            order.method,
            bytes(order.params),
            order.job,
            order.timeout,
            order.idempotent,
        )
        self._ask(order.link, order.dialect, call)

    def _follow(self, order: c.FollowOrder) -> None:
        self._ask(order.link, "native", d.Follow(order.call, order.event))

    def _ping(self, order: c.PingOrder) -> None:
        self._ask(order.link, order.dialect, d.Measure(order.call, order.timeout))

    def _ask(self, link: str, dialect: c.Dialect, given: d.Call | d.Follow | d.Measure) -> None:
        upstream = self._links.get(link)
        if upstream is None:
            if self._end is not None:
                self._end.send(c.FAILED, given.key, c.encode(_UNKNOWN))
            return
        self._callers[given.key] = Caller(upstream, dialect)
        upstream.take(given)

    def _pass_on(self, call: int, given: d.Leave | d.Abort) -> None:
        caller = self._callers.get(call)
        if caller is not None:
            caller.upstream.take(given)

    def _close(self, order: c.CloseOrder) -> None:
        upstream = self._links.get(order.link)
        if upstream is not None:
            upstream.take(d.Shut("the link was closed by request"))

    def _status(self, order: c.StatusOrder) -> None:
        if self._end is not None:
            body = {"type": "result", "links": self._rows()}
            self._end.send(c.LAST, order.call, c.encode(body))

    def _hold(self, order: c.HoldOrder) -> None:
        self._is_held = order.is_held
        self._to_all(d.Hold(order.is_held))

    def _end_all(self, _order: c.EndOrder) -> None:
        if not self.over.done():
            self.over.set_result(None)

    def _to_all(self, given: d.Input) -> None:
        for upstream in self._links.values():
            upstream.take(given)

    def _told(self, told: d.Tell) -> None:
        """What a session tells one of its callers."""
        caller = self._callers.get(told.key)
        if caller is None or self._end is None:
            return
        if told.is_last:
            del self._callers[told.key]
        body = written(told.body, caller.dialect)
        if body is not None:
            self._end.send(marked(told.body, is_last=told.is_last), told.key, body)

    def _rows(self) -> list[c.Row]:
        return [upstream.row() for upstream in self._links.values()]

    def _tell_rows_soon(self) -> None:
        if self._telling is None:
            loop = asyncio.get_running_loop()
            self._telling = loop.call_later(NEWS_SECS, self._tell_rows)

    def _tell_rows(self) -> None:
        if self._telling is not None:
            self._telling.cancel()
            self._telling = None
        self._tell(c.News(links=self._rows()))

    def _tell(self, news: c.News) -> None:
        if self._end is not None:
            self._end.tell(news)

    def _close_later(self, upstream: Upstream, why: str) -> None:
        task = asyncio.create_task(upstream.close(why), name="close a link")
        self._closing.add(task)
        task.add_done_callback(self._closing.discard)


class Door:
    """Where the next daemon comes: one at a time, of our own user."""

    def __init__(self, listening: socket.socket, path: str) -> None:
        self._socket = listening
        self._path = path
        self._place = _place(path)
        self._socket.setblocking(False)

    async def next(self) -> socket.socket | None:
        """The next daemon's channel; None where nobody came for long enough."""
        with suppress(TimeoutError):
            async with asyncio.timeout(LONELY_SECS):
                return await self._accepted()
        return None

    def close(self) -> None:
        """Nobody is to come any more: its name goes away, unless it is another's by now."""
        self._socket.close()
        if self._place is not None and _place(self._path) == self._place:
            os.unlink(self._path)

    async def _accepted(self) -> socket.socket:
        loop = asyncio.get_running_loop()
        while True:
            accepted, _address = await loop.sock_accept(self._socket)
            _pid, uid, _gid = _PEER.unpack(
                accepted.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _PEER.size)
            )
            if uid == os.geteuid():
                return accepted
            accepted.close()


def _place(path: str) -> tuple[int, int] | None:
    """Which file this is; None where there is none."""
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_dev, found.st_ino


async def keep(path: str) -> None:
    """Keep links for one daemon after another, which find it at this path."""
    handler = LogToDaemon()
    log.addHandler(handler)
    log.setLevel(logging.INFO)
    log.propagate = False
    door = Door(socket.socket(fileno=c.LISTENING), path)
    process = Process(handler)
    channel: socket.socket | None = socket.socket(fileno=c.CHANNEL)
    while channel is not None:
        end = await made(channel, process.take, process.make_room)
        process.welcome(end)
        await asyncio.wait([end.ended, process.over], return_when=asyncio.FIRST_COMPLETED)
        if process.over.done():
            break
        process.bereave()
        channel = await door.next()
    door.close()
    await process.close()
    await end.close()


def main() -> None:
    """Be the links process."""
    os.umask(0o077)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    _hide()
    os.chdir("/")
    asyncio.run(keep(sys.argv[1]))


def _hide() -> None:
    """No other process of this user may look into one that holds secrets."""
    import ctypes

    ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)
