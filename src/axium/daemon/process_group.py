"""A program and what it starts: their output is taken in, their ends are noticed, none blocks."""

import asyncio
import os
import signal
from collections.abc import Callable
from contextlib import suppress

from axium.daemon.spawn import READ_SIZE, Handles

_PAUSE = 0.02
"""Seconds between two pieces of one stream: what writes without end waits for us, not we for it."""

_LAST_PIECES = 32
"""How much of an output is taken when its program has ended: what a pipe can hold, and more."""


class ProcessGroup:
    """It lasts until the program has ended and nothing that it started holds its output.

    Its leader is not reaped before, so that the group's number can't be another's.
    """

    def __init__(
        self,
        handles: Handles,
        take: Callable[[int, bytes], None],
        *,
        end: int = signal.SIGKILL,
    ) -> None:
        """`take` is given pieces of output, with 0 for stdout and 1 for stderr.

        `end` is the signal that ends all of it.
        """
        self.pid = handles.pid
        self._pidfd = handles.pidfd
        self._take = take
        self._end = end
        self._loop = asyncio.get_running_loop()
        self._streams = {handles.stdout: 0, handles.stderr: 1}
        self._pauses: dict[int, asyncio.TimerHandle] = {}
        self.ended: asyncio.Future[int] = self._loop.create_future()
        """The exit code of the program itself, negative for a signal."""
        self.gone: asyncio.Future[None] = self._loop.create_future()
        self._loop.add_reader(self._pidfd, self._program_ended)
        for stream in self._streams:
            self._loop.add_reader(stream, self._receive, stream)

    def signal(self, number: int) -> None:
        """Send a signal to the whole group."""
        if not self.gone.done():
            with suppress(ProcessLookupError, PermissionError):  # all that is left is setuid
                os.killpg(self.pid, number)

    def let_go(self) -> None:
        """Kill the group, and mind its output no more; it is gone as soon as its program is."""
        self.signal(self._end)
        for stream in list(self._streams):
            self._close(stream)
        self._look()

    def _program_ended(self) -> None:
        how = os.waitid(os.P_PIDFD, self._pidfd, os.WEXITED | os.WNOWAIT | os.WNOHANG)
        if how is None:
            return
        self._loop.remove_reader(self._pidfd)
        for stream in list(self._streams):
            self._drain(stream)
        exited = how.si_code == os.CLD_EXITED
        self.ended.set_result(how.si_status if exited else -how.si_status)
        self._look()

    def _receive(self, stream: int) -> None:
        """Take one piece, and the next one after a pause."""
        if self._take_piece(stream):
            self._loop.remove_reader(stream)
            again = self._loop.call_later(_PAUSE, self._receive_again, stream)
            self._pauses[stream] = again

    def _receive_again(self, stream: int) -> None:
        self._loop.add_reader(stream, self._receive, stream)

    def _drain(self, stream: int) -> None:
        for _ in range(_LAST_PIECES):
            if not self._take_piece(stream):
                return

    def _take_piece(self, stream: int) -> bool:
        """Whether there was something; at its end the stream is closed."""
        try:
            piece = os.read(stream, READ_SIZE)
        except BlockingIOError:
            return False
        if piece:
            self._take(self._streams[stream], piece)
        else:
            self._close(stream)
            self._look()
        return bool(piece)

    def _close(self, stream: int) -> None:
        if stream in self._pauses:
            self._pauses.pop(stream).cancel()
        self._loop.remove_reader(stream)
        del self._streams[stream]
        os.close(stream)

    def _look(self) -> None:
        """Reap the program when nobody needs its number any more."""
        if self._streams or not self.ended.done() or self.gone.done():
            return
        os.waitpid(self.pid, 0)
        os.close(self._pidfd)
        self.gone.set_result(None)
