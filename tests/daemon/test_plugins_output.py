"""What a host prints: line by line, at a bounded rate, to the last word."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Coroutine
from time import monotonic
from typing import Any

from axium.daemon.services.plugins.output import RATE, Output


class Pipe:
    """A pipe whose reader is an `Output`."""

    def __init__(self) -> None:
        read, self.write = os.pipe()
        os.set_blocking(read, False)
        os.set_blocking(self.write, False)
        self.lines: list[bytes] = []
        self.ended = asyncio.Event()
        self.output = Output(read, self._put)

    async def _put(self, lines: list[bytes]) -> None:
        self.lines += lines
        if b"last" in lines:
            self.ended.set()


def run(work: Callable[[Pipe], Coroutine[Any, Any, None]]) -> None:
    async def made() -> None:
        pipe = Pipe()
        await asyncio.wait_for(work(pipe), 10)
        pipe.output.end()
        await asyncio.sleep(0)

    asyncio.run(made())


def test_lines_are_whole_however_they_come() -> None:
    async def work(pipe: Pipe) -> None:
        for piece in (b"on", b"e\ntw", b"o\n\nlast\n"):
            os.write(pipe.write, piece)
            await asyncio.sleep(0)
        await pipe.ended.wait()
        assert pipe.lines == [b"one", b"two", b"", b"last"]
        os.close(pipe.write)

    run(work)


def test_the_last_line_needs_no_newline() -> None:
    async def work(pipe: Pipe) -> None:
        os.write(pipe.write, b"one\nlast")
        os.close(pipe.write)
        await pipe.ended.wait()
        assert pipe.lines == [b"one", b"last"]

    run(work)


def test_what_is_in_the_pipe_at_the_host_s_end_is_not_lost() -> None:
    async def work(pipe: Pipe) -> None:
        await asyncio.sleep(0)
        os.write(pipe.write, b"one\nlast")
        pipe.output.end()
        await pipe.ended.wait()
        assert pipe.lines == [b"one", b"last"]
        os.close(pipe.write)

    run(work)


def test_more_than_the_rate_waits_in_the_pipe() -> None:
    async def work(pipe: Pipe) -> None:
        began, written = monotonic(), 0
        line = b"x" * 99 + b"\n"
        while monotonic() - began < 0.5:
            try:
                written += os.write(pipe.write, line)
            except BlockingIOError:
                await asyncio.sleep(0.01)
        taken = sum(len(line) + 1 for line in pipe.lines)
        assert taken <= RATE * (1 + monotonic() - began)
        assert written <= taken + 200_000
        os.close(pipe.write)

    run(work)


def test_a_line_without_an_end_is_cut() -> None:
    async def work(pipe: Pipe) -> None:
        os.write(pipe.write, b"x" * 60_000)
        while not pipe.lines:  # noqa: ASYNC110 (each piece may come by itself)
            await asyncio.sleep(0.01)
        assert set(b"".join(pipe.lines)) == {ord("x")}
        os.close(pipe.write)

    run(work)
