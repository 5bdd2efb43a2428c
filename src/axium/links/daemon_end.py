"""The links process's end of the channel to its daemon: lines out, bounded, and lines in."""

import asyncio
import logging
import socket
from collections import Counter
from collections.abc import Callable
from typing import cast

from axium.links.channel import MAX_LINE, MORE, NEWS, News, encode, line_of

DROPPING, FLOWING, STOPPING = 8 << 20, 1 << 20, 32 << 20
"""Bytes that wait for the daemon: from the first on events are dropped, until there are less than
the second again; beyond the third nothing more is read of servers."""


class DaemonEnd(asyncio.Protocol):
    """The channel to one daemon. `ended` is done at its end.

    `on_line` gets each order; `on_room` whether what servers say may come.
    """

    def __init__(self, on_line: Callable[[bytes], None], on_room: Callable[[bool], None]) -> None:
        self._on_line = on_line
        self._on_room = on_room
        self._transport: asyncio.Transport | None = None
        self._input = bytearray()
        self._dropped: Counter[int] = Counter()
        self._is_slow = self._is_full = False
        self.ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def send(self, mark: bytes, call: int, body: bytes) -> None:
        """Tell a caller; where the daemon is slow, what is not the last is counted instead."""
        if mark == MORE and self._is_slow:
            self._dropped[call] += 1
            return
        if call in self._dropped:
            self._tell_dropped(call)
        self._write(line_of(mark, call, body))

    def tell(self, news: News) -> None:
        """Tell the daemon itself."""
        self._write(line_of(NEWS, 0, encode(news)))

    async def close(self) -> None:
        """Hang up, when all is sent or a while is over."""
        if self._transport is not None:
            self._transport.close()
            await asyncio.wait([self.ended], timeout=1.0)
            self._transport.abort()

    # See `asyncio.Protocol`.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """It begins."""
        self._transport = cast(asyncio.Transport, transport)
        self._transport.set_write_buffer_limits(high=DROPPING, low=FLOWING)

    def data_received(self, data: bytes) -> None:
        """Orders, or parts of some."""
        if b"\n" not in data:
            self._input += data
            if len(self._input) > MAX_LINE and self._transport is not None:
                self._transport.abort()
            return
        first, *lines = data.split(b"\n")
        rest = lines.pop()
        first = bytes(self._input) + first if self._input else first
        self._input = bytearray(rest)
        for line in (first, *lines):
            self._on_line(line)

    def pause_writing(self) -> None:
        """The daemon is slow."""
        self._is_slow = True

    def resume_writing(self) -> None:
        """It is not any more: tell what was left out."""
        self._is_slow = False
        for call in list(self._dropped):
            self._tell_dropped(call)
        if self._is_full:
            self._is_full = False
            self._on_room(True)

    def connection_lost(self, exc: Exception | None) -> None:
        """The daemon is gone."""
        if self._is_full:
            self._on_room(True)
        self.ended.set_result(None)

    def _write(self, line: bytes) -> None:
        if self._transport is None or self._transport.is_closing():
            return
        self._transport.write(line)
        if self._is_slow and not self._is_full:
            self._is_full = self._transport.get_write_buffer_size() > STOPPING
            if self._is_full:
                self._on_room(False)

    def _tell_dropped(self, call: int) -> None:
        lagged = {"type": "lagged", "count": self._dropped.pop(call)}
        self._write(line_of(MORE, call, encode(lagged)))


class LogToDaemon(logging.Handler):
    """Has the daemon log what this process has to say."""

    def __init__(self) -> None:
        super().__init__()
        self.end: DaemonEnd | None = None

    def emit(self, record: logging.LogRecord) -> None:
        """Without a daemon nobody is told."""
        if self.end is not None:
            self.end.tell(News(level=record.levelno, text=self.format(record)))


async def made(
    connection: socket.socket, on_line: Callable[[bytes], None], on_room: Callable[[bool], None]
) -> DaemonEnd:
    """The end of this channel."""
    loop = asyncio.get_running_loop()
    _transport, end = await loop.create_connection(
        lambda: DaemonEnd(on_line, on_room), sock=connection
    )
    return end
