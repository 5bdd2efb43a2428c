"""The template as the daemon sees it: one that does not answer is killed, and its loss is told."""

from __future__ import annotations

import asyncio
import os
import signal
from pathlib import Path

from axium.daemon.services.plugins.template import Template
from axium.plugins.orders import Fork
from tests.support.processes import alive, with_variable


class Made:
    """A host that keeps what it is told."""

    def __init__(self) -> None:
        self.told: list[str] = []
        self.pid = 0

    def forked(self, pid: int, *, is_contained: bool) -> None:
        self.pid = pid

    def gone(self, reason: str, *, is_own: bool) -> None:
        self.told.append(reason)


def descriptors() -> int:
    """How many this process has open."""
    return len(list(Path("/proc/self/fd").iterdir()))


async def stopped(home: str) -> list[str]:
    """What a host is told whose template was stopped before it was ordered."""
    ended = asyncio.Event()
    template = Template(dict(os.environ), home, on_end=ended.set, answer_secs=0.2)
    os.kill(template.pid, signal.SIGSTOP)
    made = Made()
    order = Fork(key="a", kind="spoke", name="a", directory=home)
    template.fork(order, [os.open("/dev/null", os.O_RDWR) for _ in range(2)], made)
    await asyncio.wait_for(ended.wait(), 10)
    await template.close()
    assert not alive(template.pid)
    return made.told


def test_one_that_does_not_answer_is_killed_and_nothing_stays_open(tmp_path: Path) -> None:
    before = descriptors()
    assert asyncio.run(stopped(str(tmp_path))) == ["the template of plugins was ended by SIGKILL"]
    assert descriptors() == before
    assert with_variable("AXIUM_PLUGINS_OF", str(tmp_path)) == {}
