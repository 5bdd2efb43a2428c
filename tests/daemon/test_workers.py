"""Work that blocks, beside the loop."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from typing import NoReturn

import pytest

from axium.daemon.workers import MOST_EACH, Workers
from axium.wire.errors import Refusal
from tests.support import until


def test_what_work_gives_or_raises_comes_back() -> None:
    def fails() -> NoReturn:
        raise FileNotFoundError(2, "none")

    async def scene() -> list[object]:
        workers = Workers()
        works: list[Callable[[], object]] = [lambda: 7, fails]
        given = [workers.run("a", work, within=5) for work in works]
        return list(await asyncio.gather(*given, return_exceptions=True))

    first, second = asyncio.run(scene())
    assert (first, type(second)) == (7, FileNotFoundError)


def test_what_comes_too_late_is_discarded_and_makes_room() -> None:
    goes_on = threading.Event()
    late: list[str] = []

    def slow() -> str:
        goes_on.wait(20)
        return "late"

    async def scene() -> str:
        workers = Workers()
        asked = [workers.run("a", slow, within=0.2, discard=late.append) for _ in range(MOST_EACH)]
        told = await asyncio.gather(*asked, return_exceptions=True)
        assert [type(each) for each in told] == [Refusal] * MOST_EACH
        assert await workers.run("b", lambda: "other", within=5) == "other"
        with pytest.raises(Refusal):
            await workers.run("a", lambda: "none", within=0.1)
        goes_on.set()
        again = await workers.run("a", lambda: "again", within=5)
        await asyncio.to_thread(until, lambda: len(late) == MOST_EACH)
        return again

    assert asyncio.run(scene()) == "again"
    assert late == ["late"] * MOST_EACH


def test_where_no_thread_can_be_had_that_is_told_and_nothing_is_lost(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(_thread: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    async def scene() -> str:
        workers = Workers()
        with monkeypatch.context() as patched:
            patched.setattr(threading.Thread, "start", refuse)
            for _ in range(MOST_EACH + 1):
                with pytest.raises(Refusal, match=r"^no thread could be started$"):
                    await workers.run("a", lambda: "x", within=5)
        return await workers.run("a", lambda: "x", within=5)

    assert asyncio.run(scene()) == "x"
