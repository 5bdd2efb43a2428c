"""The calls of one host: in order, one at a time, late, unanswered, too many."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Coroutine
from typing import Any

from axium.daemon.services.plugins.calls import MOST_WAITING, Bounds, Calls
from axium.wire.channel import Answer, Deliver, Fault, Render


class Line:
    """A channel that keeps what is sent."""

    def __init__(self) -> None:
        self.round = 0
        self.is_open = True
        self.sent: list[dict[str, Any]] = []
        self.is_broken = False

    def send(self, data: bytes) -> None:
        self.sent.append(json.loads(data))

    def close_after(self) -> None:
        self.is_broken = True


class Seen:
    """A watcher that keeps what it is told."""

    def __init__(self) -> None:
        self.told: list[object] = []
        self.gave_up = asyncio.Event()

    def raised(self, faults: list[Fault]) -> None:
        self.told.append(faults)

    def late(self, what: str) -> None:
        self.told.append(f"late {what}")

    def overrun(self) -> None:
        self.told.append("overrun")

    def hangs(self, what: str) -> None:
        self.told.append(f"hangs {what}")
        self.gave_up.set()


class Scene:
    """Calls to a host that answers when the test says."""

    def __init__(self, bounds: Bounds = Bounds()) -> None:  # noqa: B008
        self.line, self.seen = Line(), Seen()
        self.calls = Calls(self.line, self.seen, bounds)
        self.answers: list[tuple[str, Answer | None]] = []

    def ask(self, event: str, round: int = 1) -> None:  # noqa: A002
        def call(number: int) -> Deliver:
            return Deliver(call=number, event=event, args=[], kwargs={})

        self.calls.ask(event, call, round=round, then=lambda a: self.answers.append((event, a)))


def run(work: Coroutine[Any, Any, None]) -> None:
    asyncio.run(asyncio.wait_for(work, 10))


def test_one_call_is_under_way_and_the_next_follows_its_answer() -> None:
    async def work() -> None:
        scene = Scene()
        scene.ask("a", round=2)
        scene.ask("b")
        assert [call["event"] for call in scene.line.sent] == ["a"]
        assert (scene.line.round, scene.calls.is_idle) == (2, False)
        scene.calls.answered(Answer(answer=1))
        assert [call["event"] for call in scene.line.sent] == ["a", "b"]
        scene.calls.answered(Answer(answer=2))
        assert (scene.line.round, scene.calls.is_idle) == (0, True)
        assert scene.answers == [("a", Answer(answer=1)), ("b", Answer(answer=2))]

    run(work())


def test_an_answer_to_nothing_breaks_the_channel() -> None:
    async def work() -> None:
        scene = Scene()
        scene.calls.answered(Answer(answer=1))
        assert scene.line.is_broken

    run(work())


def test_an_answer_s_faults_are_told() -> None:
    async def work() -> None:
        scene = Scene()
        scene.ask("a")
        fault = Fault(what="x", error="main.py:1: E: y")
        scene.calls.answered(Answer(answer=1, faults=[fault]))
        assert scene.seen.told == [[fault]]

    run(work())


def test_a_call_is_late_after_its_deadline_once_and_then_its_host_of_no_use() -> None:
    async def work() -> None:
        scene = Scene(Bounds(late=0.01, killed=0.05))
        scene.ask("a")
        scene.ask("b")
        await scene.seen.gave_up.wait()
        assert scene.seen.told == ["late a", "late b", "hangs a"]

    run(work())


def test_the_end_answers_all_that_waits_with_nothing() -> None:
    async def work() -> None:
        scene = Scene()
        scene.ask("a")
        scene.ask("b")
        scene.line.is_open = False
        scene.calls.end()
        assert scene.answers == [("a", None), ("b", None)]
        await scene.calls.idle(0.0)

    run(work())


def test_who_asks_a_closed_channel_gets_nothing_at_once() -> None:
    async def work() -> None:
        scene = Scene()
        scene.line.is_open = False
        scene.ask("a")
        assert scene.answers == [("a", None)]

    run(work())


def test_idle_is_waited_for_within_a_bound() -> None:
    async def work() -> None:
        scene = Scene()
        scene.ask("a")
        asyncio.get_running_loop().call_later(0.01, scene.calls.answered, Answer(answer=1))
        await scene.calls.idle(5)
        assert scene.calls.is_idle
        scene.ask("b")
        await scene.calls.idle(0.01)
        assert not scene.calls.is_idle

    run(work())


def test_more_than_a_thousand_that_wait_are_dropped_and_told_of_once() -> None:
    async def work() -> None:
        scene = Scene()
        for number in range(MOST_WAITING + 11):
            scene.ask(f"e{number}")
        assert [answer for _event, answer in scene.answers] == [None] * 10
        assert scene.seen.told == ["overrun"]
        scene.line.is_open = False
        scene.calls.end()

    run(work())


def test_a_rendering_is_told_apart_from_an_event() -> None:
    async def work() -> None:
        scene = Scene()
        scene.calls.ask(
            "segments",
            lambda number: Render(call=number, segments=["s"], places=[]),
            round=1,
            then=lambda _answer: None,
        )
        assert scene.line.sent == [
            {"do": "render", "call": 1, "segments": ["s"], "places": [], "is_update": False}
        ]
        scene.calls.end()

    run(work())
