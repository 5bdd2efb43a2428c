"""The template process as the daemon sees it: hosts are ordered from it, their ends told by it."""

import asyncio
import logging
import os
import signal
import socket
from collections import deque
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any, Protocol

import msgspec

from axium.daemon.services.plugins.leftovers import MARK, end_all
from axium.daemon.services.plugins.output import Output
from axium.daemon.tasks import Tasks
from axium.plugins.orders import Ended, Failed, Fork, Forked, Order, command

log = logging.getLogger("axium.plugins")

END_SECS = 1.5
"""How long the template may take to kill what it made."""

ANSWER_SECS = 10.0
"""How long an order may be unanswered before that is looked at; after twice as long it is killed.

Twice, because we may have been the ones who were stopped.
"""

_LARGEST = 65536
"""Bytes of what the template says."""

_decode = msgspec.json.Decoder(dict[str, Any]).decode


class Made(Protocol):
    """What waits for news of a host."""

    def forked(self, pid: int, *, is_contained: bool) -> None:
        """The host is there."""

    def gone(self, reason: str, *, is_own: bool) -> None:
        """It is not, or no longer; `is_own`: by what it did itself."""


class Template:
    """One template process; made with the first host, and gone when its socket ends."""

    def __init__(
        self,
        environ: Mapping[str, str],
        home: str,
        *,
        on_end: Callable[[], None],
        answer_secs: float = ANSWER_SECS,
    ) -> None:
        self._loop = asyncio.get_running_loop()
        self._home = home
        self._on_end = on_end
        self._answer_secs = answer_secs
        self._owed: dict[str, asyncio.TimerHandle] = {}
        self._tasks = Tasks(log)
        self._made: dict[str, Made] = {}
        self._unsent: deque[tuple[bytes, list[int]]] = deque()
        self._socket, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._socket.setblocking(False)
        read, write = os.pipe()
        os.set_blocking(read, False)
        try:
            marked = {**environ, MARK: home}
            self.pid = _spawn(command(), marked, theirs.fileno(), write)
        finally:
            theirs.close()
            os.close(write)
        self._output = Output(read, _log_lines)
        self._pidfd = os.pidfd_open(self.pid)
        self._ended: asyncio.Future[None] = self._loop.create_future()
        self._loop.add_reader(self._socket.fileno(), self._readable)
        self._loop.add_reader(self._pidfd, self._reap)

    def fork(self, order: Fork, descriptors: list[int], made: Made) -> None:
        """Order a host; the descriptors are the template's from now on."""
        self._made[str(order.key)] = made
        self._owe(str(order.key))
        self._send(Order(fork=order), descriptors)

    def kill(self, key: str) -> None:
        """Order the end of a host and of all that descends from it."""
        if key in self._made:
            self._owe(key)
            self._send(Order(kill=key), [])

    async def close(self) -> None:
        """Have it and all hosts end, within a bound."""
        self._hang_up()
        await asyncio.wait([self._ended], timeout=END_SECS)
        if not self._ended.done():
            log.error("the template of plugins, pid %d, did not end: it is killed", self.pid)
            os.kill(self.pid, signal.SIGKILL)
            await asyncio.wait([self._ended], timeout=END_SECS)

    def _owe(self, key: str) -> None:
        """An answer about this host is owed from now on."""
        if key not in self._owed:
            self._owed[key] = self._loop.call_later(self._answer_secs, self._look, key)

    def _look(self, key: str) -> None:
        """It is, for too long."""
        self._owed[key] = self._loop.call_later(self._answer_secs, self._give_up)

    def _answered(self, key: str) -> None:
        if key in self._owed:
            self._owed.pop(key).cancel()

    def _give_up(self) -> None:
        log.error("the template of plugins, pid %d, does not answer: it is killed", self.pid)
        with suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)

    def _send(self, order: Order, descriptors: list[int]) -> None:
        self._unsent.append((msgspec.json.encode(order), descriptors))
        if len(self._unsent) == 1:
            self._writable()

    def _writable(self) -> None:
        while self._unsent:
            data, descriptors = self._unsent[0]
            try:
                socket.send_fds(self._socket, [data], descriptors)
            except BlockingIOError:
                self._loop.add_writer(self._socket.fileno(), self._writable)
                return
            except OSError:
                return  # it ended, which is noticed by itself
            _close(self._unsent.popleft()[1])
        self._loop.remove_writer(self._socket.fileno())

    def _readable(self) -> None:
        try:
            data = self._socket.recv(_LARGEST)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            self._hang_up()
            with suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGKILL)
            return
        self._take(data)

    def _take(self, data: bytes) -> None:
        said = _decode(data)
        if "forked" in said:
            forked = msgspec.convert(said, Forked)
            made = self._made[str(forked.forked)]
            self._answered(str(forked.forked))
            made.forked(forked.pid, is_contained=forked.is_contained)
        elif "failed" in said:
            failed = msgspec.convert(said, Failed)
            self._answered(str(failed.failed))
            self._made.pop(str(failed.failed)).gone(f"can't be run: {failed.error}", is_own=True)
        else:
            ended = msgspec.convert(said, Ended)
            self._answered(str(ended.ended))
            self._made.pop(str(ended.ended)).gone(end_text(ended.status), is_own=True)

    def _hang_up(self) -> None:
        if self._socket.fileno() < 0:
            return
        self._loop.remove_reader(self._socket.fileno())
        self._loop.remove_writer(self._socket.fileno())
        self._socket.close()
        self._drop_unsent()

    def _drop_unsent(self) -> None:
        for _data, descriptors in self._unsent:
            _close(descriptors)
        self._unsent.clear()

    def _reap(self) -> None:
        pid, status = os.waitpid(self.pid, os.WNOHANG)
        if not pid:
            return
        self._loop.remove_reader(self._pidfd)
        os.close(self._pidfd)
        self._hang_up()
        self._output.end()
        for timer in self._owed.values():
            timer.cancel()
        code = os.waitstatus_to_exitcode(status)
        self._tasks.spawn("end what plugins left", self._gone(code))

    async def _gone(self, code: int) -> None:
        """Nothing of it is left when others are told: a killed one could not see to that."""
        if code != 0:
            await asyncio.to_thread(end_all, self._home)
            self._drop_unsent()  # what was ordered meanwhile
        self._ended.set_result(None)
        reason = f"the template of plugins {end_text(code)}"
        log.log(logging.ERROR if code else logging.DEBUG, "%s", reason)
        made, self._made = self._made, {}
        for each in made.values():
            each.gone(reason, is_own=False)
        self._on_end()


def end_text(status: int) -> str:
    """How a process ended, by its exit code, negative for a signal."""
    if status >= 0:
        return f"ended with {status}"
    try:
        name = signal.Signals(-status).name
    except ValueError:
        name = f"signal {-status}"
    return f"was ended by {name}"


async def _log_lines(lines: list[bytes]) -> None:
    for line in lines:
        log.error("the template of plugins: %s", line.decode("utf-8", "backslashreplace"))


def _spawn(argv: list[str], environ: Mapping[str, str], orders: int, output: int) -> int:
    return os.posix_spawn(
        argv[0],
        argv,
        dict(environ),
        file_actions=[
            (os.POSIX_SPAWN_DUP2, orders, 0),
            (os.POSIX_SPAWN_DUP2, output, 1),
            (os.POSIX_SPAWN_DUP2, output, 2),
        ],
        setsid=True,
        setsigmask=(),
        setsigdef=(signal.SIGPIPE, signal.SIGXFSZ),  # Python ignores these two
    )


def _close(descriptors: list[int]) -> None:
    for descriptor in descriptors:
        os.close(descriptor)
