"""The links process's end of the channel to its daemon: lines out, bounded, and lines in."""

import asyncio
import logging
import socket
from collections import Counter

from axium.links.channel import MAX_LINE, MORE, NEWS, News, encode, line_of

DROPPING, STOPPING = 8 << 20, 32 << 20
"""Bytes that wait for the daemon: from the first on events are dropped, beyond the second nothing
more is read of servers."""


class DaemonEnd:
    """The channel to one daemon, from its first line to its end of file."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self._dropped: Counter[int] = Counter()
        writer.transport.set_write_buffer_limits(high=STOPPING, low=DROPPING)

    async def line(self) -> bytes:
        """The next order; empty at the end, also where what comes is none."""
        try:
            line = await self._reader.readline()
        except (OSError, ValueError):  # a line without end
            return b""
        return line if line.endswith(b"\n") else b""

    def send(self, mark: bytes, call: int, body: bytes) -> None:
        """Tell a caller; where the daemon is slow, what is not the last is counted instead."""
        if mark == MORE and self._is_slow:
            self._dropped[call] += 1
            return
        if call in self._dropped:
            self._tell_dropped(call)
        self._writer.write(line_of(mark, call, body))

    def tell(self, news: News) -> None:
        """Tell the daemon itself."""
        self._writer.write(line_of(NEWS, 0, encode(news)))

    async def has_room(self) -> None:
        """Wait until the daemon takes what waits; at its end nothing waits for it."""
        try:
            await self._writer.drain()
        except OSError:
            return
        if self._dropped and not self._is_slow:
            for call in list(self._dropped):
                self._tell_dropped(call)

    def close(self) -> None:
        """Hang up; what was written before is sent."""
        self._writer.close()

    async def closed(self) -> None:
        """Wait until all is sent, within a bound."""
        try:
            async with asyncio.timeout(1.0):
                await self._writer.wait_closed()
        except (TimeoutError, OSError):
            self._writer.transport.abort()

    @property
    def _is_slow(self) -> bool:
        return self._writer.transport.get_write_buffer_size() > DROPPING

    def _tell_dropped(self, call: int) -> None:
        lagged = {"type": "lagged", "count": self._dropped.pop(call)}
        self._writer.write(line_of(MORE, call, encode(lagged)))


class LogToDaemon(logging.Handler):
    """Has the daemon log what this process has to say."""

    def __init__(self) -> None:
        super().__init__()
        self.end: DaemonEnd | None = None

    def emit(self, record: logging.LogRecord) -> None:
        """Without a daemon nobody is told."""
        if self.end is not None:
            self.end.tell(News(level=record.levelno, text=self.format(record)))


async def made(connection: socket.socket) -> DaemonEnd:
    """The end of this channel."""
    return DaemonEnd(*await asyncio.open_connection(sock=connection, limit=MAX_LINE))
