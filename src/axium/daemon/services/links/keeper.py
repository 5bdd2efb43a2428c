"""The links process as the daemon sees it: a channel, a pid, and whether it still answers."""

import asyncio
import logging
import os
import signal
from _socket import MSG_DONTWAIT, socket
from collections.abc import Callable
from contextlib import suppress

from axium.links.channel import MAX_LINE, BeatOrder, EndOrder, Heard, Order, encode, heard
from axium.wire.lines import LineBuffer, TooLong

log = logging.getLogger("axium.links")

CHUNK = 256 * 1024
LOOK_SECS, BEAT_SECS = 5.0, 10.0
"""How long after an order it is seen whether the process answers, and how long that may take."""

END_SECS = 2.0
"""How long it may take to end."""

MUCH_UNSENT, MOST_UNSENT = 32 << 20, 64 << 20
"""Bytes of orders that it leaves unread: beyond the first no caller's request is added, and
beyond the second, which small orders alone can reach, it counts as hung."""


class Keeper:
    """One links process, from the first order to its end; `on_end` gets why it ended."""

    def __init__(
        self,
        channel: socket,
        *,
        on_heard: Callable[[Heard], None],
        on_end: Callable[[str], None],
    ) -> None:
        self._channel = channel
        self._on_heard = on_heard
        self._on_end = on_end
        self._loop = asyncio.get_running_loop()
        self._input = LineBuffer(MAX_LINE)
        self._unsent = bytearray()
        self._pidfd: int | None = None
        self._looking: asyncio.TimerHandle | None = None
        self._is_owed = False
        self._exited = asyncio.Event()
        self.pid: int | None = None
        channel.setblocking(False)
        self._loop.add_reader(channel.fileno(), self._readable)

    @property
    def is_open(self) -> bool:
        """Whether orders reach it."""
        return self._channel.fileno() >= 0

    @property
    def is_full(self) -> bool:
        """Whether so much waits for it that nothing large is to be added."""
        return len(self._unsent) > MUCH_UNSENT

    def is_process(self, pid: int) -> None:
        """Which process it is."""
        self.pid = pid
        try:
            self._pidfd = os.pidfd_open(pid)
        except ProcessLookupError:
            self._exited.set()
        else:
            self._loop.add_reader(self._pidfd, self._exited.set)

    def send(self, order: Order) -> None:
        """Give an order."""
        if not self.is_open:
            return
        self._write(encode(order) + b"\n")
        if self._looking is None and self.is_open:
            self._looking = self._loop.call_later(LOOK_SECS, self._look)

    def answered(self) -> None:
        """It answered a beat."""
        self._is_owed = False

    def let_go(self) -> None:
        """Hang up; the process keeps its connections for the next daemon."""
        self._hang_up()
        if self._pidfd is not None:
            self._loop.remove_reader(self._pidfd)
            os.close(self._pidfd)
            self._pidfd = None

    async def end(self) -> None:
        """Have it end, within a bound."""
        self.send(EndOrder())
        with suppress(TimeoutError):
            async with asyncio.timeout(END_SECS):
                await self._exited.wait()
        self.kill()
        self.let_go()

    def kill(self) -> None:
        """End it now, if it has not ended."""
        if self._pidfd is not None:
            with suppress(ProcessLookupError):
                signal.pidfd_send_signal(self._pidfd, signal.SIGKILL)

    def _write(self, data: bytes) -> None:
        if not self._unsent:
            data = data[self._sent(data) :]
            if not data:
                return
            self._loop.add_writer(self._channel.fileno(), self._writable)
        self._unsent += data
        if len(self._unsent) > MOST_UNSENT:
            self._give_up("leaves its orders unread")

    def _writable(self) -> None:
        del self._unsent[: self._sent(self._unsent)]
        if not self._unsent:
            self._loop.remove_writer(self._channel.fileno())

    def _sent(self, data: bytes | bytearray) -> int:
        """How much of it was taken."""
        try:
            return self._channel.send(data, MSG_DONTWAIT)
        except (BlockingIOError, InterruptedError):
            return 0
        except OSError:
            return len(data)  # the end is noticed by reading

    def _readable(self) -> None:
        try:
            data = self._channel.recv(CHUNK, MSG_DONTWAIT)
        except (BlockingIOError, InterruptedError):
            return
        except OSError:
            data = b""
        if not data:
            self._end("ended")
            return
        try:
            for line in self._input.feed(data):
                self._on_heard(heard(line))
        except (TooLong, ValueError) as fault:
            self._give_up(f"does not keep to its channel: {fault}")

    def _look(self) -> None:
        """See whether it answers."""
        self._is_owed = True
        self._write(encode(BeatOrder()) + b"\n")
        self._looking = self._loop.call_later(BEAT_SECS, self._seen)

    def _seen(self) -> None:
        self._looking = None
        if self._is_owed:
            self._give_up("does not answer")

    def _give_up(self, why: str) -> None:
        log.error("the links process, pid %s, %s: it is killed", self.pid, why)
        self.kill()
        self._end(why)

    def _end(self, why: str) -> None:
        if self.is_open:
            self._hang_up()
            self._on_end(why)

    def _hang_up(self) -> None:
        if not self.is_open:
            return
        self._loop.remove_reader(self._channel.fileno())
        self._loop.remove_writer(self._channel.fileno())
        self._channel.close()
        if self._looking is not None:
            self._looking.cancel()
            self._looking = None
