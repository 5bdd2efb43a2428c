"""Having a links process: started, gone on with, missed, hung, ended."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import msgspec
import pytest

from axium.daemon.services.links import keeper, process
from axium.daemon.services.links.process import Process
from axium.daemon.services.plugins.pauses import PAUSES
from axium.links import channel as c
from axium.links.definition import Link
from axium.wire.errors import Refusal
from tests.support.processes import alive

NOWHERE = Link(name="n", uri="ws://127.0.0.1:1/")


class Daemon:
    """The daemon's part around a `Process`."""

    def __init__(self, directory: Path) -> None:
        self.heard: list[c.Heard] = []
        self.news: list[c.News] = []
        self.losses: list[str] = []
        self.path = str(directory / "links.sock")
        self.process = Process(
            self.path,
            lambda: {"PATH": "/usr/bin:/bin", "HOME": str(directory)},
            first=lambda: [c.Define([NOWHERE])],
            on_heard=self.heard.append,
            on_news=self.news.append,
            on_loss=self.losses.append,
        )

    @property
    def pid(self) -> int:
        """The process."""
        assert self.process.pid is not None
        return self.process.pid


async def until(condition: Callable[[], object], within: float = 5.0) -> None:
    """Wait for a fact."""
    deadline = time.monotonic() + within
    while not condition():
        assert time.monotonic() < deadline, "it did not come to pass"
        await asyncio.sleep(0.005)


@asynccontextmanager
async def daemon(directory: Path) -> AsyncIterator[Daemon]:
    """A daemon that has its process end."""
    made = Daemon(directory)
    try:
        yield made
    finally:
        await made.process.end()


def played(scene: Callable[[Path], Coroutine[Any, Any, None]]) -> Callable[[Path], None]:
    """A test that is a coroutine."""

    def test(tmp_path: Path) -> None:
        asyncio.run(scene(tmp_path))

    test.__name__ = scene.__name__
    return test


@played
async def test_it_is_started_when_it_is_needed_and_knows_its_links(tmp_path: Path) -> None:
    async with daemon(tmp_path) as ours:
        assert ours.process.pid is None
        await ours.process.ready()
        await until(lambda: ours.news[-1].links is not None)
        assert [row.name for row in ours.news[-1].links or ()] == ["n"]
        assert os.stat(ours.path).st_mode & 0o777 == 0o600


@played
async def test_several_who_need_it_at_once_start_one(tmp_path: Path) -> None:
    async with daemon(tmp_path) as ours:
        await asyncio.gather(*(ours.process.ready() for _ in range(5)))
        assert [news.hello for news in ours.news if news.hello] == [c.PROTOCOL]


@played
async def test_it_comes_for_the_others_where_one_waits_no_more(tmp_path: Path) -> None:
    async with daemon(tmp_path) as ours:
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(ours.process.ready(), 0.001)
        await ours.process.ready()
        await until(lambda: ours.news[-1].links is not None)
        assert [news.hello for news in ours.news if news.hello] == [c.PROTOCOL]


@played
async def test_who_waits_for_one_that_is_told_to_end_is_told_so(tmp_path: Path) -> None:
    async with daemon(tmp_path) as ours:
        waiting = asyncio.create_task(ours.process.ready())
        await until(lambda: os.path.exists(ours.path))
        await ours.process.end()
        with pytest.raises(Refusal, match="is not needed any more"):
            await waiting
        await ours.process.ready()
        assert alive(ours.pid)


@played
async def test_it_answers_orders(tmp_path: Path) -> None:
    async with daemon(tmp_path) as ours:
        await ours.process.ready()
        ours.process.tell(c.StatusOrder(7))
        await until(lambda: ours.heard)
        assert ours.heard[0][:2] == (c.LAST, 7)


@played
async def test_the_next_daemon_goes_on_with_it(tmp_path: Path) -> None:
    before = Daemon(tmp_path)
    await before.process.ready()
    pid = before.pid
    before.process.let_go()
    async with daemon(tmp_path) as after:
        assert await after.process.adopt()
        assert after.pid == pid
        after.process.tell(c.StatusOrder(1))
        await until(lambda: after.heard)
    await until(lambda: os.waitpid(pid, os.WNOHANG) == (pid, 0))


@played
async def test_without_one_there_is_nothing_to_go_on_with(tmp_path: Path) -> None:
    async with daemon(tmp_path) as ours:
        assert not await ours.process.adopt()
        assert ours.process.pid is None


@played
async def test_its_death_is_told_and_the_next_one_is_started(tmp_path: Path) -> None:
    async with daemon(tmp_path) as ours:
        await ours.process.ready()
        first = ours.pid
        os.kill(first, signal.SIGKILL)
        await until(lambda: ours.losses)
        assert (ours.losses, ours.process.restarts) == (["ended"], 1)
        await ours.process.ready()
        assert ours.pid != first
        await until(lambda: not alive(first))


@played
async def test_its_end_takes_its_socket_away(tmp_path: Path) -> None:
    async with daemon(tmp_path) as ours:
        await ours.process.ready()
        pid = ours.pid
    await until(lambda: not alive(pid))
    assert os.listdir(tmp_path) == []
    assert ours.losses == []


def test_one_that_hangs_is_killed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeper, "LOOK_SECS", 0.1)
    monkeypatch.setattr(keeper, "BEAT_SECS", 0.3)

    async def scene() -> None:
        async with daemon(tmp_path) as ours:
            await ours.process.ready()
            pid = ours.pid
            os.kill(pid, signal.SIGSTOP)
            ours.process.tell(c.StatusOrder(1))
            await until(lambda: ours.losses)
            assert ours.losses == ["does not answer"]
            await until(lambda: not alive(pid))

    asyncio.run(scene())


@pytest.mark.parametrize("does", ["pass", "time.sleep(60)"])
def test_one_that_never_says_what_it_is_is_ended_and_not_started_again_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, does: str
) -> None:
    program, pids = tmp_path / "program.py", tmp_path / "pids"
    program.write_text(
        f"import os, time\nprint(os.getpid(), file=open({str(pids)!r}, 'a'))\n{does}"
    )
    monkeypatch.setattr(c, "PROGRAM", str(program))
    monkeypatch.setattr(process, "HELLO_SECS", 0.5)

    async def scene() -> None:
        async with daemon(tmp_path) as ours:
            begun = time.monotonic()
            for _ in range(2):
                with pytest.raises(Refusal, match="does not answer"):
                    await ours.process.ready()
            assert time.monotonic() - begun >= PAUSES[0]
            found = [int(pid) for pid in pids.read_text().split()]
            await until(lambda: len(found) == 2 and not any(map(alive, found)))

    asyncio.run(scene())


@played
async def test_one_that_leaves_much_unread_is_full_and_then_killed_once(tmp_path: Path) -> None:
    async with daemon(tmp_path) as ours:
        await ours.process.ready()
        pid = ours.pid
        os.kill(pid, signal.SIGSTOP)
        params = msgspec.Raw(b'["%b"]' % (b"x" * 9_000_000))
        order = c.CallOrder(call=1, link="n", method="m", params=params)
        was_full = []
        for _ in range(8):
            was_full.append(ours.process.is_full)
            ours.process.tell(order)
        assert was_full == [False] * 4 + [True] * 4
        assert ours.losses == ["leaves its orders unread"]
        await until(lambda: not alive(pid))


def test_one_that_is_busy_with_nothing_is_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeper, "LOOK_SECS", 0.05)
    monkeypatch.setattr(keeper, "BEAT_SECS", 0.2)

    async def scene() -> None:
        async with daemon(tmp_path) as ours:
            await ours.process.ready()
            ours.process.tell(c.StatusOrder(1))
            await until(lambda: any(news.beat for news in ours.news))
            await asyncio.sleep(0.4)  # that nothing happens is what is waited for
            assert ours.losses == []

    asyncio.run(scene())
