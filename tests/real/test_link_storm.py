"""Everything that has part in links dies again and again while many call."""

from __future__ import annotations

import json
import os
import random
import signal
import threading
from collections.abc import Callable
from contextlib import suppress
from itertools import count

from tests.real.links import FIELDS, Caller, Line, Links
from tests.support import Daemon, Scratch, until
from tests.support.processes import alive
from tests.support.servers.truenas import TrueNas

CALLERS = 6
NOT_SENT = {"link_down", "busy"}
UNKNOWN = {"link_lost", "timeout"}


class Callers:
    """Each calls, and calls again; what a call ended with is kept by its name."""

    def __init__(self, scratch: Scratch) -> None:
        self.ends: dict[str, Line | None] = {}
        self._scratch = scratch
        self._is_over = threading.Event()
        self._threads = [
            threading.Thread(target=self._call, args=[number]) for number in range(CALLERS)
        ]
        for thread in self._threads:
            thread.start()

    def close(self) -> None:
        """Have all end after the call that they are at."""
        self._is_over.set()
        for thread in self._threads:
            thread.join()

    def _call(self, number: int) -> None:
        names = (f"{number}.{each}" for each in count())
        while not self._is_over.is_set():
            with suppress(OSError, json.JSONDecodeError), Caller(self._scratch) as caller:
                while not self._is_over.is_set():
                    name = next(names)
                    self.ends[name] = None  # what is known where the daemon dies meanwhile
                    self.ends[name] = caller.call("nas", "test.note", [name], timeout=10)
            self._is_over.wait(0.01)  # before the next try to find a daemon


def test_each_call_has_one_end_that_is_true(scratch: Scratch, nas: TrueNas) -> None:
    # Not the fixture: this daemon is another one before the test ends.
    running = Daemon(scratch)
    links = Links(scratch, running)
    links.add("nas", nas.uri, **FIELDS)
    callers = Callers(scratch)
    try:
        for blow in _blows(links, nas):
            blow()
            _wait_for_calls(callers)
    finally:
        callers.close()
        links.daemon.close()
    _hold_to_the_truth(callers.ends, nas)


def _blows(links: Links, nas: TrueNas) -> list[Callable[[], None]]:
    """All ways to die, twice each, in an order of this run's own."""

    def kill_server() -> None:
        nas.kill()
        nas.revive()

    def kill_keeper() -> None:
        pid = links.daemon.request({"cmd": "link_status"})["pid"]
        if pid is not None:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def kill_daemon() -> None:
        os.kill(links.daemon.pid, signal.SIGKILL)
        until(lambda: not alive(links.daemon.pid))
        links.daemon = Daemon(links.scratch)

    blows = [nas.drop, kill_server, kill_keeper, kill_daemon] * 2
    random.shuffle(blows)
    return blows


def _wait_for_calls(callers: Callers) -> None:
    """Until calls are answered again."""
    before = _answered(callers)
    until(lambda: _answered(callers) >= before + 5 * CALLERS, 15)


def _answered(callers: Callers) -> int:
    return sum(end is not None and end["ok"] for end in list(callers.ends.values()))


def _hold_to_the_truth(ends: dict[str, Line | None], nas: TrueNas) -> None:
    done = nas.counts
    for name, end in ends.items():
        times = done[f"note {name}"]
        if end is None:
            assert times <= 1, (name, times)
        elif end["ok"]:
            assert (end["result"], times) == (name, 1)
        elif end["code"] in NOT_SENT:
            assert times == 0, (end, times)
        else:
            assert end["code"] in UNKNOWN, end
            assert end["outcome"] == "unknown", end
            assert times <= 1, (end, times)
