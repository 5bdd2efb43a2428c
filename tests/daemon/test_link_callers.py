"""Who waits for what: answers go to who asked, and those who read slowly cost nobody anything."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, cast

import pytest

from axium.daemon.connection import Connection
from axium.daemon.services.links import one_shot
from axium.daemon.services.links.callers import (
    MOST_BYTES,
    MOST_EVENTS,
    MOST_UNSENT,
    SLOW,
    Asker,
    Callers,
    Creditor,
    Follower,
    StatusAsker,
)
from axium.links.channel import FAILED, LAST, MORE, Heard


class Line:
    """The part of a connection that callers use; the client reads when the test says."""

    def __init__(self) -> None:
        self.unsent = 0
        self.owed = 0
        self.drained: dict[str, Callable[[], None]] = {}
        self.is_open = True
        self.sent: list[dict[str, Any]] = []

    @property
    def has_unsent(self) -> bool:
        return bool(self.unsent)

    def send(self, data: bytes) -> None:
        self.sent.append(json.loads(data))

    def owe(self) -> None:
        self.owed += 1

    def pay(self, data: bytes) -> None:
        self.owed -= 1
        self.send(data)

    def when_drained(self, who: str, callback: Callable[[], None]) -> None:
        self.drained[who] = callback

    def drained_no_more(self, who: str) -> None:
        del self.drained[who]

    def abandon(self) -> None:
        self.is_open = False


@pytest.fixture
def line() -> Line:
    return Line()


@pytest.fixture(autouse=True)
def runner() -> Iterator[asyncio.Runner]:
    """A loop, for the futures that answers are."""
    with asyncio.Runner() as runner:
        asyncio.set_event_loop(runner.get_loop())
        yield runner
        asyncio.set_event_loop(None)


def on_loop(runner: asyncio.Runner, make: Callable[[], Any]) -> Any:
    """What is made while the loop runs."""

    async def made() -> Any:
        return make()

    return runner.run(made())


def follower(runner: asyncio.Runner, line: Line, *, is_held: bool = False) -> Follower:
    made = on_loop(runner, lambda: Follower(cast(Connection, line), "s", is_held=is_held))
    return cast(Follower, made)


def asker(runner: asyncio.Runner, line: Line, request_id: str = "a") -> Asker:
    return cast(Asker, on_loop(runner, lambda: Asker(cast(Connection, line), request_id)))


def event(number: int, padding: int = 0) -> bytes:
    """An event as the process tells it."""
    return json.dumps({"type": "event", "data": number, "p": "x" * padding}).encode()


def test_an_answer_goes_to_who_asked(runner: asyncio.Runner, line: Line) -> None:
    callers = Callers()
    first, second = asker(runner, line, "a"), asker(runner, line, "b")
    numbers = callers.add(first), callers.add(second)
    callers.heard(Heard(LAST, numbers[1], b'{"type":"result","result":2}'))
    assert (first.answer.done(), second.answer.result().is_ok) == (False, True)
    callers.heard(Heard(FAILED, numbers[0], b'{"type":"error"}'))
    assert (first.answer.result().is_ok, len(callers)) == (False, 0)


def test_what_is_told_after_the_last_goes_to_nobody(runner: asyncio.Runner, line: Line) -> None:
    callers = Callers()
    number = callers.add(asker(runner, line))
    callers.heard(Heard(LAST, number, b"{}"))
    callers.heard(Heard(LAST, number, b"{}"))
    callers.heard(Heard(MORE, 77, b"{}"))
    assert line.sent == []


def test_who_is_owed_an_answer_gets_it_at_once(line: Line) -> None:
    callers, heard = Callers(), list[str]()
    for name in ("good", "bad", "gone"):
        caller = Creditor(
            cast(Connection, line), name, is_bounded=True, on_ok=partial(heard.append, name)
        )
        callers.add(caller)
    assert line.owed == 3
    callers.heard(Heard(LAST, 1, b'{"type":"result","result":1}'))
    callers.heard(Heard(FAILED, 2, b'{"type":"error"}'))
    callers.lose()
    assert line.sent[:2] == [
        {"id": "good", "ok": True, "type": "result", "result": 1},
        {"id": "bad", "ok": False, "type": "error"},
    ]
    assert (line.sent[2]["code"], line.owed, heard) == ("link_lost", 0, ["good"])


def test_progress_is_left_out_for_who_does_not_read(runner: asyncio.Runner, line: Line) -> None:
    callers = Callers()
    number = callers.add(asker(runner, line))
    callers.heard(Heard(MORE, number, b'{"type":"progress","percent":1}'))
    line.unsent = SLOW
    callers.heard(Heard(MORE, number, b'{"type":"progress","percent":2}'))
    assert line.sent == [{"id": "a", "ok": True, "type": "progress", "percent": 1}]


def test_a_client_that_leaves_too_much_unread_is_closed(runner: asyncio.Runner, line: Line) -> None:
    callers = Callers()
    number = callers.add(asker(runner, line))
    line.unsent = MOST_UNSENT + 1
    callers.heard(Heard(LAST, number, b"{}"))
    assert not line.is_open


def test_events_wait_for_who_reads_slowly_and_are_counted_beyond_a_bound(
    runner: asyncio.Runner, line: Line
) -> None:
    slow = follower(runner, line)
    line.unsent = 1
    for number in range(MOST_EVENTS + 50):
        slow.more(event(number))
    assert line.sent == []
    line.unsent = 0
    slow.go_on()
    assert [each.get("data") for each in line.sent[:-1]] == [*range(MOST_EVENTS)]
    assert line.sent[-1] == {"id": "s", "ok": True, "type": "lagged", "count": 50}
    slow.more(event(7))
    assert line.sent[-1]["data"] == 7


def test_what_was_left_out_before_is_counted_with_what_is_left_out_here(
    runner: asyncio.Runner, line: Line
) -> None:
    slow = follower(runner, line)
    line.unsent = 1
    for number in range(MOST_EVENTS + 1):
        slow.more(event(number))
    slow.more(b'{"type":"lagged","count":500}')
    line.unsent = 0
    slow.go_on()
    assert line.sent[-1] == {"id": "s", "ok": True, "type": "lagged", "count": 501}


def test_an_existing_client_is_told_nothing_that_it_has_no_word_for(
    runner: asyncio.Runner, line: Line
) -> None:
    client = on_loop(runner, lambda: one_shot.OneShotClient(cast(Connection, line)))
    client.more(b'{"type":"lagged","count":500}')
    client.more(b'{"type":"progress","percent":1}')
    assert line.sent == [{"type": "progress", "percent": 1}]


def test_large_events_are_counted_sooner(runner: asyncio.Runner, line: Line) -> None:
    slow = follower(runner, line)
    line.unsent = 1
    for number in range(200):
        slow.more(event(number, padding=100_000))
    line.unsent = 0
    slow.go_on()
    kept = MOST_BYTES // 100_000 + 1
    assert (len(line.sent), line.sent[-1]["count"]) == (kept + 1, 200 - kept)


def test_events_are_held_back_and_come_in_order(runner: asyncio.Runner, line: Line) -> None:
    held = follower(runner, line, is_held=True)
    for number in range(3):
        held.more(event(number))
    assert line.sent == []
    held.hold(is_held=False)
    assert [each["data"] for each in line.sent] == [0, 1, 2]


def test_the_end_comes_after_what_waits(runner: asyncio.Runner, line: Line) -> None:
    slow = follower(runner, line)
    line.unsent = 1
    slow.more(event(1))
    slow.last(b'{"type":"error"}', is_ok=False)
    assert not slow.answer.done()
    line.unsent = 0
    for callback in list(line.drained.values()):
        callback()
    assert line.drained == {}
    assert ([each["data"] for each in line.sent], slow.answer.result().is_ok) == ([1], False)


def test_who_hangs_up_is_told_of_its_end_at_once(runner: asyncio.Runner, line: Line) -> None:
    slow = follower(runner, line, is_held=True)
    slow.more(event(1))
    line.is_open = False
    slow.lost()
    assert (slow.answer.done(), line.sent, line.drained) == (True, [], {})


def test_who_left_is_forgotten(runner: asyncio.Runner, line: Line) -> None:
    callers, other = Callers(), Line()
    numbers = [callers.add(asker(runner, line, str(n))) for n in range(3)]
    stays = callers.add(asker(runner, other))
    assert callers.left(cast(Connection, line)) == numbers
    assert (len(callers), callers.find(cast(Connection, other), "a")) == (1, stays)


def test_whoever_waits_is_told_where_the_process_ends(runner: asyncio.Runner, line: Line) -> None:
    callers = Callers()
    waiting = asker(runner, line)
    figures = cast(StatusAsker, on_loop(runner, StatusAsker))
    callers.add(waiting)
    callers.add(figures)
    callers.lose()
    told = json.loads(waiting.answer.result().body)
    assert (told["code"], told["outcome"]) == ("link_lost", "unknown")
    assert (figures.rows.result(), len(callers)) == ([], 0)


def test_only_those_without_a_bound_are_ended_early(runner: asyncio.Runner, line: Line) -> None:
    callers = Callers()
    callers.add(asker(runner, line))
    follows = callers.add(follower(runner, line))
    assert callers.unbounded() == [follows]
