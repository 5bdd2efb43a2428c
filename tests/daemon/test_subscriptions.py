"""Streams of events: bounded, in order, held back while paused, and nobody's end hurts another."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any

import pytest

from axium.daemon.services.subscriptions import BOUND, Subscriptions
from axium.model.events import HudSegmentUpdated
from axium.wire.envelope import RequestId


class Line:
    """The part of a connection that streams use; the client reads when the test says."""

    def __init__(self, on_send: Callable[[], None] = lambda: None) -> None:
        self.has_unsent = False
        self._drained: list[Callable[[], None]] = []
        self.sent: list[dict[str, Any]] = []
        self._on_send = on_send

    def send(self, data: bytes) -> None:
        self.sent += [json.loads(line) for line in data.splitlines()]
        self._on_send()

    def read_all(self) -> None:
        """The client has read everything."""
        self.has_unsent = False
        for callback in self._drained:
            callback()

    def when_drained(self, who: str, callback: Callable[[], None]) -> None:
        self._drained = [callback]

    @property
    def told(self) -> list[str]:
        """The values of the events that were sent, and `lagged N`."""
        return [
            f"lagged {event['count']}" if event["event"] == "lagged" else event["value"]
            for event in self.sent
        ]


def emit(streams: Subscriptions, *values: object) -> None:
    """Tell of values of one segment."""
    for value in values:
        streams.emit(HudSegmentUpdated(spoke="s", value=str(value)))


def play(scene: Callable[[Subscriptions, Line], None], line: Line | None = None) -> Line:
    """A scene with one stream that has begun; its line."""

    async def whole() -> Line:
        streams, used = Subscriptions(), line or Line()
        begin(streams, used)
        await asyncio.sleep(0)
        scene(streams, used)
        return used

    return asyncio.run(whole())


def begin(streams: Subscriptions, line: Line, stream_id: RequestId = 1) -> bool:
    """Begin a stream of everything."""
    return streams.begin(line, stream_id, ["*"])  # type: ignore[arg-type]  # the part it uses


def test_events_are_numbered_and_carry_their_streams_id() -> None:
    line = play(lambda streams, _line: emit(streams, "a", "b"))
    assert line.sent == [
        {"id": 1, "seq": n, "event": "hud_segment_updated", "spoke": "s", "value": value}
        for n, value in ((1, "a"), (2, "b"))
    ]


def test_a_client_that_does_not_read_loses_nothing_up_to_the_bound() -> None:
    def scene(streams: Subscriptions, line: Line) -> None:
        line.has_unsent = True
        emit(streams, *range(BOUND))
        line.read_all()

    assert play(scene).told == [str(n) for n in range(BOUND)]


def test_past_the_bound_events_are_counted_and_told_once_where_they_are_missing() -> None:
    def scene(streams: Subscriptions, line: Line) -> None:
        line.has_unsent = True
        emit(streams, *range(BOUND + 7))
        line.read_all()
        emit(streams, "after")

    line = play(scene)
    assert line.told[BOUND - 1 :] == [str(BOUND - 1), "lagged 7", "after"]
    assert [event["seq"] for event in line.sent[BOUND:]] == [BOUND + 7, BOUND + 8]


def test_while_there_is_a_gap_nothing_overtakes_the_word_of_it() -> None:
    def scene(streams: Subscriptions, line: Line) -> None:
        line.has_unsent = True
        emit(streams, *range(BOUND + 1))
        line.has_unsent = False
        streams._streams[line][1]._waiting.popleft()  # type: ignore[index]  # some room is made
        line.has_unsent = True
        emit(streams, "in the gap")
        line.read_all()

    assert play(scene).told[-1] == "lagged 2"


def test_a_pause_holds_events_back_and_resuming_delivers_them_in_order() -> None:
    def scene(streams: Subscriptions, line: Line) -> None:
        streams.pause()
        emit(streams, *range(BOUND + 3))
        assert line.sent == []
        streams.resume()
        emit(streams, "after")

    assert play(scene).told == [*(str(n) for n in range(BOUND)), "lagged 3", "after"]


def test_a_client_that_reads_while_paused_gets_nothing() -> None:
    def scene(streams: Subscriptions, line: Line) -> None:
        streams.pause()
        emit(streams, "a")
        line.read_all()

    assert play(scene).told == []


def test_a_stream_that_ended_gets_nothing_more() -> None:
    def scene(streams: Subscriptions, line: Line) -> None:
        emit(streams, "a")
        assert streams.end(line, 1)  # type: ignore[arg-type]
        emit(streams, "b")

    assert play(scene).told == ["a"]


@pytest.mark.parametrize(("paused", "told"), [(False, ["at once"]), (True, [])])
def test_events_before_the_streams_first_line_follow_it(*, paused: bool, told: list[str]) -> None:
    async def scene() -> list[str]:
        streams, line = Subscriptions(), Line()
        if paused:
            streams.pause()
        begin(streams, line)
        emit(streams, "at once")
        assert line.sent == []
        await asyncio.sleep(0)
        return line.told

    assert asyncio.run(scene()) == told


def test_a_client_that_is_gone_when_it_is_told_takes_nothing_from_the_others() -> None:
    async def scene() -> list[list[str]]:
        streams = Subscriptions()
        lines = [Line(lambda: streams.end_all(lines[0])), Line()]  # type: ignore[arg-type]
        for line in lines:
            begin(streams, line)
        await asyncio.sleep(0)
        emit(streams, "a", "b")
        return [line.told for line in lines]

    assert asyncio.run(scene()) == [["a"], ["a", "b"]]
