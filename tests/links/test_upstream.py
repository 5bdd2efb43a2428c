"""A session joined to its transport: what the clocks of the machine tell it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

from axium.links import dialogue as d
from axium.links.definition import Link
from axium.links.upstream import JUMP_SECS, Upstream
from tests.links.guarded import Guarded


class Machine:
    """The wall clock of a machine that may sleep."""

    def __init__(self) -> None:
        self.slept = 0.0

    def clock(self) -> float:
        """The time of day."""
        return time.time() + self.slept


async def _until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 5
    while not condition():
        assert time.monotonic() < deadline, "it did not come to pass"
        await asyncio.sleep(0.005)


def test_a_machine_that_slept_asks_whether_the_server_is_still_there() -> None:
    server, machine = Guarded(), Machine()
    told: list[d.Tell] = []

    async def scene() -> None:
        upstream = Upstream(
            Link(name="n", uri=server.uri),
            {},
            told.append,
            changed=lambda: None,
            wall=machine.clock,
        )
        upstream.take(d.Call(1, "before", b"[]"))
        await _until(lambda: len(told) == 1)
        machine.slept = JUMP_SECS + 1
        upstream.take(d.Call(2, "after", b"[]"))
        assert upstream.row().queued == 1
        await _until(lambda: len(told) == 2)
        await upstream.close("the end")

    try:
        asyncio.run(scene())
    finally:
        server.close()
    assert [tell.body for tell in told] == [d.Result(b'"before"'), d.Result(b'"after"')]
