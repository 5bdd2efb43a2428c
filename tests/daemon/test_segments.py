"""Segments of plugins: values by place, and when they are rendered."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from time import monotonic
from types import SimpleNamespace
from typing import Any, cast

import pytest

from axium.daemon.services.events import Events
from axium.daemon.services.segments import ON_DEMAND_SECS, Segments, Values
from axium.daemon.services.store import Store
from axium.daemon.services.subscriptions import Subscriptions
from axium.model.events import HudRefresh
from axium.model.hud import Extra
from axium.model.state import State
from axium.wire.channel import Answer, Place, Segment

ROOT = Place("root", None)


class Host:
    """Renders `NAME@ENV/PANE COUNT` when the test says, or at once."""

    def __init__(self, *, answers: bool = True) -> None:
        self.is_busy = False
        self.asked: list[tuple[list[str], list[Place], bool, int]] = []
        self.waiting: list[Callable[[Answer | None], None]] = []
        self._answers = answers

    def render(
        self,
        segments: list[str],
        places: list[Place],
        *,
        is_update: bool,
        round: int,  # noqa: A002
        then: Callable[[Answer | None], None],
    ) -> None:
        self.asked.append((segments, places, is_update, round))
        values: list[list[str | None]] = [
            [f"{name}@{place.env}/{place.pane_id} {len(self.asked)}" for name in segments]
            for place in places
        ]
        if self._answers:
            then(Answer(answer=1, values=values))
        else:
            self.is_busy = True
            self.waiting.append(then)


class Scene:
    """The service over a state that the test makes."""

    def __init__(self) -> None:
        self.state = State(active_env="root")
        self.values = Values()
        self.events = Events(Subscriptions())
        self.changes = 0
        store = SimpleNamespace(committed=SimpleNamespace(state=self.state))
        self.store = store
        self.segments = Segments(
            cast(Store, store), self.events, self.values, changed=self._changed
        )

    def _changed(self) -> None:
        self.changes += 1

    def shown(self, env: str | None, pane: str | None = None) -> list[str]:
        return [extra.value for extra in self.values.extras(env, pane)]


def run(work: Callable[[Scene], Coroutine[Any, Any, None]]) -> None:
    async def made() -> None:
        scene = Scene()
        await asyncio.wait_for(work(scene), 10)
        scene.segments.close()

    asyncio.run(made())


def test_a_new_segment_is_rendered_at_once_for_all_places() -> None:
    async def work(scene: Scene) -> None:
        scene.store.committed.state = State(active_env="root", panes={"%1": "dev"})
        host = Host()
        scene.segments.give("aa", host, [Segment(name="s", priority=30, is_verbatim=True)])
        await asyncio.sleep(0)
        places = [ROOT, Place("dev", None), Place("dev", "%1")]
        assert host.asked == [(["s"], places, True, 1)]
        assert scene.values.extras("root", None) == [
            Extra(name="s", value="s@root/None 1", priority=30, owner="aa", is_verbatim=True)
        ]
        assert scene.shown("dev", "%1") == ["s@dev/%1 1"]
        assert scene.shown("dev", "%2") == ["s@dev/None 1"]
        assert scene.shown("prod") == []

    run(work)


def test_a_burst_of_events_is_one_rendering_in_the_latest_round() -> None:
    async def work(scene: Scene) -> None:
        host = Host()
        scene.segments.give("aa", host, [Segment(name="s")])
        await asyncio.sleep(0)
        for round_ in (2, 5, 3):
            scene.segments.render_soon(round_)
        scene.events.emit(HudRefresh())
        await asyncio.sleep(0)
        assert [round_ for _names, _places, _update, round_ in host.asked] == [1, 5]

    run(work)


def test_a_host_that_renders_still_is_asked_once_more_afterwards() -> None:
    async def work(scene: Scene) -> None:
        host = Host(answers=False)
        scene.segments.give("aa", host, [Segment(name="s")])
        await asyncio.sleep(0)
        for _ in range(3):
            scene.segments.render_soon(1)
            await asyncio.sleep(0)
        assert len(host.asked) == 1
        host.waiting.pop()(Answer(answer=1, values=[["x"]]))
        await asyncio.sleep(0)
        assert len(host.asked) == 2
        assert scene.shown("root") == ["x"]

    run(work)


def test_on_demand_only_those_that_are_not_cached_are_rendered() -> None:
    async def work(scene: Scene) -> None:
        host = Host()
        scene.segments.give("aa", host, [Segment(name="kept", cached=True), Segment(name="live")])
        await asyncio.sleep(0)
        await scene.segments.refreshed("root", "%7")
        assert host.asked[-1] == (["live"], [Place("root", "%7")], False, 1)
        assert scene.shown("root", "%7") == ["kept@root/None 1", "live@root/%7 2"]

    run(work)


@pytest.mark.parametrize("is_busy", [False, True])
def test_a_late_host_keeps_a_hud_waiting_for_its_deadline_and_a_busy_one_not_at_all(
    is_busy: bool,  # noqa: FBT001
) -> None:
    async def work(scene: Scene) -> None:
        host = Host(answers=False)
        scene.segments.give("aa", host, [Segment(name="live")])
        scene.segments._owned["aa"].is_rendering = True
        host.is_busy = is_busy
        began = monotonic()
        await scene.segments.refreshed("root", None)
        took = monotonic() - began
        assert took < ON_DEMAND_SECS / 2 if is_busy else took >= ON_DEMAND_SECS * 0.9

    run(work)


def test_what_a_plugin_showed_stays_while_its_host_is_down_and_goes_with_it() -> None:
    async def work(scene: Scene) -> None:
        scene.segments.give("aa", Host(), [Segment(name="s")])
        await asyncio.sleep(0)
        scene.segments.rest("aa")
        assert scene.shown("root") == ["s@root/None 1"]
        assert not scene.events.is_heard
        scene.segments.take("aa")
        assert (scene.shown("root"), scene.values.segments()) == ([], [])

    run(work)


def test_one_that_hides_is_hidden_where_it_was_shown() -> None:
    async def work(scene: Scene) -> None:
        host = Host(answers=False)
        scene.segments.give("aa", host, [Segment(name="s")])
        await asyncio.sleep(0)
        host.waiting.pop()(Answer(answer=1, values=[["x"]]))
        shown = scene.shown("root")
        scene.segments.render_soon(1)
        await asyncio.sleep(0)
        host.waiting.pop()(Answer(answer=2, values=[[None]]))
        assert [shown, scene.shown("root")] == [["x"], []]

    run(work)


def test_nothing_is_rendered_in_time_while_nobody_looks() -> None:
    async def work(scene: Scene) -> None:
        host = Host()
        scene.segments.give("aa", host, [Segment(name="s", refresh=0.5)])
        await asyncio.sleep(0)
        watched = False
        scene.segments.is_watched = lambda: watched
        await asyncio.sleep(0.6)
        assert len(host.asked) == 1
        watched = True
        scene.segments.look()
        await asyncio.sleep(0.7)
        assert host.asked[1:] == [(["s"], [ROOT], False, 1)]

    run(work)


def test_an_answer_that_is_too_short_or_too_long_harms_nobody() -> None:
    async def work(scene: Scene) -> None:
        host = Host(answers=False)
        scene.segments.give("aa", host, [Segment(name="s"), Segment(name="t")])
        await asyncio.sleep(0)
        host.waiting.pop()(Answer(answer=1, values=[["x"], ["y", "z", "a"], []]))
        assert scene.shown("root") == ["x"]

    run(work)
