"""Events to listeners: what a request waits for, rounds, what is held while paused."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from time import monotonic
from typing import Any

from axium.daemon.services.events import DEADLINE_SECS, Deliveries, Events
from axium.daemon.services.subscriptions import Emitted, Subscriptions
from axium.model.events import Custom, EnvChange, HudRefresh

CHANGE = EnvChange(new_env="a", old_env=None)


class Listener:
    """Ends each call when the test says."""

    def __init__(self, events: Events, *names: str) -> None:
        self.heard: list[tuple[str, int]] = []
        self.calls: list[Callable[[], None]] = []
        self.was_called = asyncio.Event()
        events.listen(self, list(names))

    def deliver(self, event: Emitted, *, round: int, done: Callable[[], None]) -> None:  # noqa: A002
        self.heard.append((event.name, round))
        self.calls.append(done)
        self.was_called.set()


def run(work: Callable[[Events], Coroutine[Any, Any, None]]) -> None:
    async def made() -> None:
        await asyncio.wait_for(work(Events(Subscriptions())), 10)

    asyncio.run(made())


async def emitting(events: Events, *emitted: Emitted) -> Deliveries:
    for event in emitted:
        deliveries = events.emit(event)
    return deliveries


def test_who_listens_is_told_in_the_order_of_listening() -> None:
    async def work(events: Events) -> None:
        told: list[str] = []

        class Named:
            def __init__(self, name: str) -> None:
                self.name = name

            def deliver(self, event: Emitted, *, round: int, done: Callable[[], None]) -> None:  # noqa: A002
                told.append(f"{self.name} {event.name}")
                done()

        first, second = Named("first"), Named("second")
        events.listen(first, ["env_change"])
        events.listen(second, ["env_change", "x.y"])
        await emitting(events, CHANGE, HudRefresh())
        events.emit(Custom(event="x.y", origin=None, args=[], kwargs={}))
        events.forget(first)
        events.emit(CHANGE)
        assert told == [
            "first env_change",
            "second env_change",
            "second x.y",
            "second env_change",
        ]

    run(work)


def test_nothing_is_heard_where_nobody_listens() -> None:
    async def work(events: Events) -> None:
        heard = [events.is_heard]
        listener = Listener(events, "x")
        heard.append(events.is_heard)
        events.forget(listener)
        assert [*heard, events.is_heard] == [False, True, False]
        await events.emit(CHANGE).settled()

    run(work)


def test_a_request_ends_when_the_listeners_of_all_its_events_are_done() -> None:
    async def work(events: Events) -> None:
        listener = Listener(events, "env_change", "hud_refresh")
        request = asyncio.create_task(
            events.heard_out(emitting(events, CHANGE, HudRefresh())), name="request"
        )
        await asyncio.sleep(0.01)
        listener.calls[0]()
        await asyncio.sleep(0.01)
        assert not request.done()
        listener.calls[1]()
        await asyncio.wait_for(request, 0.5)

    run(work)


def test_a_request_waits_until_the_deadline_at_most() -> None:
    async def work(events: Events) -> None:
        Listener(events, "env_change")
        began = monotonic()
        await asyncio.create_task(events.heard_out(emitting(events, CHANGE)))
        assert DEADLINE_SECS * 0.9 < monotonic() - began < DEADLINE_SECS + 0.5

    run(work)


def test_a_request_of_a_listener_waits_for_nobody_and_is_a_round_further() -> None:
    async def work(events: Events) -> None:
        listener = Listener(events, "env_change")
        began = monotonic()
        asked = events.heard_out(emitting(events, CHANGE), round=3, waits=False)
        await asyncio.create_task(asked)
        assert monotonic() - began < 0.5
        assert listener.heard == [("env_change", 4)]

    run(work)


def test_what_a_request_leaves_behind_begins_anew() -> None:
    async def work(events: Events) -> None:
        listener = Listener(events, "env_change")

        async def leaving() -> None:
            asyncio.get_running_loop().call_later(0.01, events.emit, CHANGE)

        await asyncio.create_task(events.heard_out(leaving(), round=7, waits=False))
        await listener.was_called.wait()
        assert listener.heard == [("env_change", 1)]

    run(work)


def test_what_is_emitted_while_paused_is_delivered_in_order_and_nobody_waits() -> None:
    async def work(events: Events) -> None:
        listener = Listener(events, "env_change", "hud_refresh")
        events.pause()
        began = monotonic()
        await asyncio.create_task(events.heard_out(emitting(events, CHANGE, HudRefresh())))
        assert monotonic() - began < 0.5
        assert listener.heard == []
        events.resume()
        assert [name for name, _round in listener.heard] == ["env_change", "hud_refresh"]

    run(work)


def test_followers_are_told_the_round_after_the_listeners() -> None:
    async def work(events: Events) -> None:
        told: list[object] = []
        follower = told.append
        events.follow(follower)
        assert events.is_heard
        events.emit(CHANGE)
        events.unfollow(follower)
        events.emit(CHANGE)
        assert told == [1]

    run(work)
