"""Noticing, without polling, that a pane of a tmux server or the server itself is gone."""

import asyncio
import os
from collections.abc import Awaitable, Callable, Coroutine, Iterable
from typing import NamedTuple

from axium.daemon.services.tmux.identity import is_running
from axium.model.panes import Server

SETTLING = (0.0, 0.01, 0.03, 0.1, 0.3, 0.6)
"""Seconds before each look: tmux may notice later than we do that a pane's process ended."""


class _Process(NamedTuple):
    pid: int
    pidfd: int | None  # None once it has ended, or where it can't be watched


class Watch:
    """Watches the processes of one server and of its panes; any end makes it look at the panes."""

    def __init__(
        self,
        server: Server,
        *,
        panes: Callable[[], Awaitable[dict[str, int] | None]],
        start: Callable[[str, Coroutine[None, None, None]], asyncio.Task[None]],
        on_pane_gone: Callable[[str], None],
        on_server_gone: Callable[[], None],
    ) -> None:
        self._server = server
        self._panes = panes
        self._start = start
        self._on_pane_gone = on_pane_gone
        self._on_server_gone = on_server_gone
        self._loop = asyncio.get_running_loop()
        self._pidfd: int | None = None
        self._known: set[str] = set()
        self._expected: set[str] = set()
        self._processes: dict[str, _Process] = {}
        self._looking = False
        self._look_again = False
        self._task: asyncio.Task[None] | None = None

    def begin(self) -> None:
        """Start watching. OSError if the process can't be watched."""
        try:
            self._pidfd = os.pidfd_open(self._server.pid)
        except ProcessLookupError:
            self._loop.call_soon(self._on_server_gone)
            return
        # Looked at only now: from here on the pid can't become another's unnoticed.
        if not is_running(self._server):
            self._server_ended()
            return
        self._loop.add_reader(self._pidfd, self._server_ended)
        self._look()

    def knows(self, pane: str) -> bool:
        """Whether the server had this pane when its panes were looked at last."""
        return pane in self._known

    def expect(self, panes: Iterable[str]) -> None:
        """These panes matter: look for those that are new, which may be gone already."""
        new = set(panes) - self._known - self._expected
        if new and self._pidfd is not None:
            self._expected |= new
            self._look()

    def close(self) -> None:
        """Stop watching."""
        if self._task is not None:
            self._task.cancel()
        for pane in list(self._processes):
            self._release(pane)
        if self._pidfd is not None:
            self._loop.remove_reader(self._pidfd)
            os.close(self._pidfd)
            self._pidfd = None

    def _server_ended(self) -> None:
        self.close()
        self._loop.call_soon(self._on_server_gone)

    def _pane_ended(self, pane: str) -> None:
        ended = self._processes[pane]
        self._release(pane)
        self._processes[pane] = _Process(ended.pid, None)
        self._look()

    def _look(self) -> None:
        self._look_again = True
        if self._task is None or self._task.done():
            self._task = self._start(f"look at the panes of {self._server.socket}", self._work())

    async def _work(self) -> None:
        while self._look_again:
            for pause in SETTLING:
                await asyncio.sleep(pause)
                self._look_again = False
                # Not those that come while tmux is listing: they may be younger than its list.
                self._known |= self._expected
                self._expected.clear()
                listed = await self._panes()
                if listed is not None and self._settled(listed):
                    break

    def _settled(self, listed: dict[str, int]) -> bool:
        """Take the panes as listed; False if one is listed with a process that has ended."""
        for pane in self._known - listed.keys():
            self._release(pane)
            self._loop.call_soon(self._on_pane_gone, pane)
        self._known = set(listed)
        running = [self._follow(pane, pid) for pane, pid in listed.items()]
        return all(running)

    def _follow(self, pane: str, pid: int) -> bool:
        """Watch a pane's process, 0 for none; False if there is one and it isn't watched."""
        process = self._processes.get(pane)
        if process is None or process.pid != pid:
            self._release(pane)
            process = self._processes[pane] = _Process(pid, self._open(pane, pid))
        return process.pidfd is not None or not pid

    def _open(self, pane: str, pid: int) -> int | None:
        if not pid:
            return None
        try:
            pidfd = os.pidfd_open(pid)
        except OSError:
            return None
        self._loop.add_reader(pidfd, self._pane_ended, pane)
        return pidfd

    def _release(self, pane: str) -> None:
        process = self._processes.pop(pane, None)
        if process is not None and process.pidfd is not None:
            self._loop.remove_reader(process.pidfd)
            os.close(process.pidfd)
