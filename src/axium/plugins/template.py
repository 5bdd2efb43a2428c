"""The template: clean and single-threaded, it forks the hosts of plugins, and ends what they leave.

It has imported what every plugin needs, so that a host is there 2 ms after the order and shares
most of its memory. A host adopts what its own descendants leave behind, and the template adopts
what a host leaves: whatever descends from the template and from no living host is to be killed.
"""

import gc
import importlib
import os
import select
import signal
import socket
import sys
import time
from contextlib import suppress
from typing import NamedTuple

import msgspec

from axium.plugins import cgroup, host, kernel
from axium.plugins.cgroup import Cgroup
from axium.plugins.orders import Ended, Failed, Fork, Forked, Key, Order
from axium.plugins.processes import children, is_crowded
from axium.plugins.sandbox import seccomp

LARGEST = 65536
"""Bytes of an order."""

SWEEP_SECS = 0.05
SWEEP_AGAIN_MS = 10
"""In turns with orders."""

PATIENCE_SECS = 1.0
"""For what a host left; what the kernel holds longer than that is killed, but not waited for."""

PRELOADED = (
    "typer", "json", "subprocess", "pathlib", "logging", "logging.handlers", "datetime",
    "axium.core.api", "axium.core.env", "axium.core.hud",
)  # fmt: skip
"""What plugins import beside our own: once here, so that it costs none of them anything."""

_ENDED = os.WEXITED | os.WNOHANG | os.WNOWAIT


WATCH_MS = 250
"""How often it is looked how many descend from a host that neither a cgroup nor a limit bounds."""


class _Host(NamedTuple):
    """`is_watched`: it may start processes, as many as it likes as far as the kernel minds."""

    key: Key
    group: Cgroup | None
    is_watched: bool = False


class _Gone(NamedTuple):
    """A host that has ended, and may have left something; `since` is of the monotonic clock."""

    host: _Host
    status: int
    since: float


class Template:
    """Takes orders from one socket until it ends."""

    def __init__(self, orders: socket.socket) -> None:
        self._orders = orders
        self._groups = cgroup.own()
        self._hosts: dict[int, _Host] = {}
        self._gone: list[_Gone] = []
        self._killed: set[int] = set()
        self._is_ending = False
        self._looked = 0.0
        self._awake, self._wake = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)

    def run(self) -> None:
        """Take orders; at the end of them nothing that descends from us is left."""
        self._heed_signals()
        if self._groups is not None:
            self._groups.sweep()
        waiting = select.poll()
        for fd in (self._orders.fileno(), self._awake):
            waiting.register(fd, select.POLLIN)
        try:
            while not self._is_ending:
                ready = {fd for fd, _ in waiting.poll(self._pause_ms())}
                self._reap()
                self._end_crowds()
                if self._gone:
                    self._tell_gone()
                if self._orders.fileno() in ready:
                    self._take_order()
        except (BrokenPipeError, ConnectionResetError):
            pass  # the daemon is gone while it was told something
        finally:
            self._end_all()

    def _pause_ms(self) -> int | None:
        """How long to wait for orders and ends alone; None for ever."""
        if self._gone:
            return SWEEP_AGAIN_MS
        return WATCH_MS if any([known.is_watched for known in self._hosts.values()]) else None

    def _heed_signals(self) -> None:
        """Have the end of a child, and of our parent, wake the loop up."""
        signal.set_wakeup_fd(self._wake, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda _number, _frame: None)
        signal.signal(signal.SIGTERM, self._end_soon)

    def _end_soon(self, _number: int, _frame: object) -> None:
        self._is_ending = True

    def _take_order(self) -> None:
        data, fds, _, _ = socket.recv_fds(self._orders, LARGEST, 3, socket.MSG_CMSG_CLOEXEC)
        try:
            if not data:
                self._is_ending = True
                return
            order = msgspec.json.decode(data, type=Order)
            if order.fork is not None:
                self._fork(order.fork, fds)
            if order.kill is not None:
                self._kill(order.kill)
        finally:
            for fd in fds:
                os.close(fd)

    def _fork(self, order: Fork, fds: list[int]) -> None:
        group = self._groups.make() if self._groups is not None else None
        parent = os.getpid()
        try:
            pid = os.fork()
        except OSError as error:
            if group is not None:
                group.remove()
            self._tell(Failed(failed=order.key, error=f"no process could be made: {error}"))
            return
        if pid == 0:
            host.live(order, fds, parent=parent, group=group)
        self._hosts[pid] = _Host(order.key, group, _is_watched(order, group))
        self._tell(Forked(forked=order.key, pid=pid, is_contained=group is not None))

    def _kill(self, key: Key) -> None:
        for pid, known in self._hosts.items():
            if known.key == key:
                os.kill(pid, signal.SIGKILL)

    def _end_crowds(self) -> None:
        """End a host of which too many descend, and with it all of them."""
        if time.monotonic() - self._looked < WATCH_MS / 1000:
            return
        self._looked = time.monotonic()
        for pid, known in self._hosts.items():
            if known.is_watched and is_crowded(pid):
                os.kill(pid, signal.SIGKILL)

    def _reap(self) -> None:
        """Look at every child that has ended."""
        with suppress(BlockingIOError):
            os.read(self._awake, 4096)
        with suppress(ChildProcessError):
            while (ended := os.waitid(os.P_ALL, 0, _ENDED)) is not None:
                self._bury(ended.si_pid)

    def _bury(self, pid: int) -> None:
        """Take a child's status; what a host has left goes with it."""
        known = self._hosts.get(pid)
        if known is not None:
            self._kill_left()
            del self._hosts[pid]
            if known.group is not None:
                known.group.kill()
        status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        if known is not None:
            self._gone.append(_Gone(known, status, time.monotonic()))

    def _kill_left(self) -> bool:
        """Kill what hosts have left; whether there was anything. Its children are ours then."""
        left = [pid for pid in children(os.getpid()) if pid not in self._hosts]
        for pid in left:
            left += children(pid)
        for pid in left:
            if not _was_dead(pid):
                self._killed.add(pid)
                with suppress(ProcessLookupError, PermissionError):  # or a setuid program
                    os.kill(pid, signal.SIGKILL)
        return bool(left)

    def _sweep(self, secs: float) -> bool:
        """Kill what was left until nothing is there any more; whether that could be done.

        Without a pause, or what forks and ends without one would always be gone by then.
        """
        deadline = time.monotonic() + secs
        while self._kill_left():
            if time.monotonic() > deadline:
                return False
        return True

    def _tell_gone(self) -> None:
        """Tell of the hosts that have left nothing, or nothing more, behind."""
        is_clean = self._sweep(SWEEP_SECS)
        now = time.monotonic()
        for gone in list(self._gone):
            if is_clean or now - gone.since > PATIENCE_SECS:
                self._gone.remove(gone)
                if gone.host.group is not None:
                    gone.host.group.remove()
                killed = len(self._killed)
                self._tell(Ended(ended=gone.host.key, status=gone.status, children=killed))
        if not self._gone:
            self._killed.clear()

    def _tell(self, said: Forked | Failed | Ended) -> None:
        self._orders.send(msgspec.json.encode(said))

    def _end_all(self) -> None:
        """Kill every host and all that descends from one; wait for it, but not for ever."""
        self._orders.close()  # nobody is told any more
        for pid in self._hosts:
            os.kill(pid, signal.SIGKILL)
        groups = [known.group for known in self._hosts.values() if known.group is not None]
        for group in groups:
            group.kill()
        self._hosts.clear()
        self._sweep(PATIENCE_SECS)
        for group in groups:
            group.remove()


def _is_watched(order: Fork, group: Cgroup | None) -> bool:
    """Whether nothing else bounds how many a gear starts: of root's, the kernel minds no limit."""
    may_start = order.policy is not None and order.policy.exec
    return may_start and os.geteuid() == 0 and (group is None or not group.is_bounded)


def _was_dead(pid: int) -> bool:
    """Whether a child has ended; its status is taken."""
    try:
        return os.waitpid(pid, os.WNOHANG)[0] != 0
    except ChildProcessError:
        return False  # the child of a child


def main() -> None:
    """Be the template; returns when descriptor 0 ends."""
    with suppress(PermissionError):  # the daemon may have made it a leader already
        os.setsid()
    os.umask(0o077)
    kernel.let_session_come_after_others()
    kernel.call_ourselves("axium plugins")
    kernel.adopt_orphans()
    orders = socket.socket(fileno=os.dup(0))
    _empty(0)
    for name in PRELOADED:
        importlib.import_module(name)
    seccomp.prepare()
    # What is here now stays for good: no collection in a host touches, and so copies, its pages.
    gc.collect()
    gc.freeze()
    Template(orders).run()
    sys.exit(0)


def _empty(fd: int) -> None:
    """Put /dev/null at a descriptor."""
    null = os.open(os.devnull, os.O_RDWR)
    os.dup2(null, fd)
    os.close(null)
