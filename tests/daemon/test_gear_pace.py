"""A gear asks at a pace: beyond it nothing of it is read, and what it does not read is bounded."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from contextlib import suppress

import pytest

from axium.daemon import channel as channels
from axium.daemon.caller import Plugin
from axium.daemon.pace import AT_ONCE, BYTES_EACH, STEP, Pace
from tests.daemon.geared import GearChannel, load_gear
from tests.daemon.serving import Served, line


class Clock:
    """Time that goes by when it is told to."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def spend(pace: Pace, count: int, data: bytes = b"", secs: float = 0.0) -> None:
    for _ in range(count):
        pace.take(data, secs)


def test_a_budget_is_spent_and_fills_up_by_itself() -> None:
    clock = Clock()
    pace = Pace(clock)
    seen = [pace.room()]
    spend(pace, AT_ONCE)
    seen.append(pace.room())
    for secs in (0.25, 60):
        clock.now += secs
        seen.append(pace.room())
    assert seen == [AT_ONCE, 0, 250, AT_ONCE]


def test_a_long_line_is_owed_for() -> None:
    clock = Clock()
    pace = Pace(clock)
    spend(pace, 1, b"x" * (AT_ONCE * BYTES_EACH))
    owed = (pace.room(), pace.secs())
    clock.now += pace.secs()
    assert (owed, pace.room()) == ((0, (STEP + 1) / 1000), STEP)


def test_what_keeps_the_loop_is_owed_for_a_hundredfold() -> None:
    pace = Pace(Clock())
    spend(pace, 1, secs=0.0205)
    assert pace.secs() == pytest.approx(2 - 0.5 + 0.021, abs=0.002)


@pytest.fixture
def channel(served: Served) -> Iterator[GearChannel]:
    load_gear(served, ipc=("read_file",), fs_read=("/**",))
    channel = GearChannel(served)
    yield channel
    channel.close()


def pings(count: int) -> bytes:
    return b"".join([line("ping", id=number) for number in range(count)])


def answered(channel: GearChannel, secs: float) -> int:
    """How many answers a gear gets in this time."""
    count = 0

    async def read() -> None:
        nonlocal count
        while chunk := await asyncio.get_running_loop().sock_recv(channel.ours, 1 << 20):
            count += chunk.count(b"\n")

    async def bounded() -> None:
        try:
            await asyncio.wait_for(read(), secs)
        except TimeoutError:
            return

    channel.served.run(bounded())
    return count


def flood(channel: GearChannel) -> int:
    """Write what the socket takes; how many bytes that is."""
    written = 0
    data = pings(2000)
    while True:
        try:
            written += channel.ours.send(data)
        except BlockingIOError:
            return written


def test_so_many_requests_are_answered_at_once_and_the_others_in_time(channel: GearChannel) -> None:
    channel.send(pings(AT_ONCE + 300))
    at_once = answered(channel, 0.1)
    assert AT_ONCE <= at_once < AT_ONCE + 250
    assert at_once + answered(channel, 1.0) == AT_ONCE + 300


def test_a_gear_that_floods_is_not_read_and_keeps_nobody_busy(
    served: Served, channel: GearChannel
) -> None:
    begun, busy = time.monotonic(), time.thread_time()
    count, written = 0, 0
    while time.monotonic() < begun + 1:
        written += flood(channel)
        count += answered(channel, 0.1)
        assert served.ask("ping")["pong"]
    assert count < AT_ONCE + 1.5 * 1000
    assert written < 2 << 20
    assert time.thread_time() - busy < 0.6


BOMB = b'"args": [' + b"1," * (1 << 20) + b"1]}\n"


def test_what_is_no_file_that_is_written_is_no_long_line(
    served: Served, channel: GearChannel
) -> None:
    with suppress(BrokenPipeError, ConnectionResetError):
        channel.send(b'{"cmd": "emit_event", "id": 1, "event": "x", ' + BOMB)
    assert not channel.channel.is_open
    assert channel.channel.is_broken


def test_a_file_that_is_written_may_be_long_and_what_is_hidden_beside_it_is_not_made(
    served: Served, channel: GearChannel
) -> None:
    path = served.scratch.user / "long"
    load_gear(served, ipc=("write_file",), fs_write=("~/*",))
    assert channel.ask("write_file", path=str(path), content="x" * (3 << 20))["ok"]
    began = time.thread_time()
    channel.send(b'{"cmd": "write_file", "id": 9, "path": "/x", "content": "", ' + BOMB)
    assert channel.reply()["code"] == "denied"
    assert time.thread_time() - began < 0.5
    assert path.stat().st_size == 3 << 20


def test_a_spoke_has_no_pace(served: Served, channel: GearChannel) -> None:
    spoke = GearChannel(served, caller=Plugin("spoke", "creds"))
    spoke.send(pings(3000))
    count = answered(spoke, 0.5)
    spoke.close()
    assert count == 3000


def test_one_that_reads_no_answers_is_answered_no_more(
    served: Served, channel: GearChannel
) -> None:
    """The pace would let it have more: it is the unread answers that stop it."""
    channel.channel._pace = None
    for _ in range(40):
        flood(channel)
        served.settled()
    assert channel.channel.is_open
    assert len(channel.channel._output) < 2 << 20


def test_one_that_leaves_large_answers_unread_loses_its_channel(
    served: Served, channel: GearChannel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(channels, "MOST_UNREAD", 4 << 20)
    large = served.scratch.user / "large"
    large.write_bytes(b"x" * (1 << 20))
    channel.send(b"".join([line("read_file", id=n, path=str(large)) for n in range(20)]))
    for _ in range(200):
        if not channel.channel.is_open:
            break
        served.run(asyncio.sleep(0.01))
    assert (channel.channel.is_open, channel.channel.is_broken) == (False, True)
    assert served.ask("ping")["pong"]
