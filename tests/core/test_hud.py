"""Segments and providers of the HUD, as plugins write them."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from axium.core.hud import get_registry, register_hud_provider, register_hud_segment
from axium.core.hud_segments import HudRegistry, HudSegment

CONTEXT = {"env": "prod", "pane_id": "%1", "wrapper": {"left": "<", "right": ">"}}


@pytest.fixture
def registry(monkeypatch: pytest.MonkeyPatch) -> HudRegistry:
    """The registry of this process, empty."""
    monkeypatch.setattr(HudRegistry, "_instance", None)
    return get_registry()


class Says(HudSegment):
    """Renders what it was made with, or raises it."""

    def __init__(self, value: Any, name: str = "says", **facts: Any) -> None:
        super().__init__(name, **facts)
        self.value = value
        self.asked = 0

    def render(self, context: Mapping[str, Any]) -> str | None:
        self.asked += 1
        if isinstance(self.value, Exception):
            raise self.value
        value: str | None = self.value
        return value


def test_the_published_signatures_stay() -> None:
    published: dict[Callable[..., Any], list[str]] = {
        register_hud_segment: ["segment"],
        register_hud_provider: ["callable"],
        HudSegment.render: ["self", "context"],
        HudSegment.should_render: ["self", "context"],
        HudRegistry.get_instance: [],
        HudRegistry.register: ["self", "segment"],
        HudRegistry.render_all: ["self", "context"],
        HudRegistry.update_cached_segments: ["self", "context"],
    }
    found = {function: list(inspect.signature(function).parameters) for function in published}
    assert found == published


def test_there_is_one_registry(registry: HudRegistry) -> None:
    assert get_registry() is HudRegistry.get_instance() is registry


def test_facts_are_attributes_of_the_class_or_arguments() -> None:
    class Own(HudSegment):
        name = "own"
        priority = 7
        cached = True

    def facts(segment: HudSegment) -> tuple[object, ...]:
        return segment.name, segment.priority, segment.cached, segment.refresh

    assert [facts(Own()), facts(Own("other", refresh=5)), facts(HudSegment("plain"))] == [
        ("own", 7, True, None),
        ("other", 7, True, 5),
        ("plain", 100, False, None),
    ]


def test_segments_are_in_order_of_priority_then_name(registry: HudRegistry) -> None:
    for name, priority in (("c", 100), ("a", 100), ("b", 5)):
        register_hud_segment(Says("x", name, priority=priority))
    assert [segment.name for segment in registry.segments] == ["b", "a", "c"]


def test_a_segment_takes_the_place_of_a_former_one_of_its_name(registry: HudRegistry) -> None:
    register_hud_segment(Says("old"))
    register_hud_segment(Says("new"))
    assert registry.render_all(CONTEXT) == ["<says:new>"]


def test_a_class_is_made_an_object(registry: HudRegistry) -> None:
    class Own(HudSegment):
        name = "own"

        def render(self, context: Mapping[str, Any]) -> str:
            return str(context["env"])

    register_hud_segment(Own)
    assert registry.render_all(CONTEXT) == ["<own:prod>"]


def test_whatever_has_a_name_and_renders_is_a_segment(registry: HudRegistry) -> None:
    class Duck:
        name = "duck"

        def render(self, context: Mapping[str, Any]) -> str:
            return "quack"

    register_hud_segment(Duck())
    assert registry.render_all({}) == ["duck:quack"]


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("Y", ["<says:Y>"]),
        ("[Y]", ["<says:Y>"]),
        ("[says:Y]", ["<says:Y>"]),
        ("says:Y", ["<says:Y>"]),
        ('"Y"', ["<says:Y>"]),
        ("  ", []),
        ("", []),
        (None, []),
    ],
)
def test_a_value_is_named_and_wrapped_once(
    registry: HudRegistry, value: str | None, shown: list[str]
) -> None:
    register_hud_segment(Says(value))
    assert registry.render_all(CONTEXT) == shown


def test_a_segment_that_should_not_be_rendered_is_not_asked(registry: HudRegistry) -> None:
    class Hidden(Says):
        def should_render(self, context: Mapping[str, Any]) -> bool:
            return False

    hidden = Hidden("x")
    register_hud_segment(hidden)
    assert (registry.render_all(CONTEXT), hidden.asked) == ([], 0)


def test_a_cached_segment_is_asked_once_and_on_updates(registry: HudRegistry) -> None:
    cached, other = Says("x", "cached", cached=True), Says("y", "other")
    register_hud_segment(cached)
    register_hud_segment(other)
    registry.render_all(CONTEXT)
    registry.render_all(CONTEXT)
    assert (cached.asked, other.asked) == (1, 2)
    registry.update_cached_segments(CONTEXT)
    assert (cached.asked, other.asked) == (2, 2)


def test_a_cached_segment_is_kept_for_each_environment_and_pane(registry: HudRegistry) -> None:
    cached = Says("x", cached=True)
    register_hud_segment(cached)
    for place in ({"env": "a"}, {"env": "b"}, {"env": "a", "pane_id": "%1"}, {"env": "a"}):
        registry.value(cached, place)
    assert cached.asked == 3


def test_a_value_that_is_no_text_is_a_type_error(registry: HudRegistry) -> None:
    with pytest.raises(TypeError, match="`render` of segment `says` gave 3, not text"):
        registry.value(Says(3), CONTEXT)


def test_a_segment_that_does_not_say_how_it_is_rendered_is_a_type_error() -> None:
    with pytest.raises(TypeError, match="segment `mute` does not say how it is rendered"):
        HudSegment("mute").render({})


@pytest.mark.parametrize(
    ("segment", "error", "told"),
    [
        (Says("x", ""), ValueError, "no name that can stand in a HUD"),
        (Says("x", "two words"), ValueError, "found 'two words'"),
        (Says("x", "x" * 61), ValueError, "at most 60 characters"),
        (Says("x", priority="high"), TypeError, "`priority` of segment `says` must be an integer"),
        (Says("x", refresh=0), ValueError, "`refresh` of segment `says` must be seconds, found 0"),
        (Says("x", refresh="1m"), ValueError, "must be seconds, found '1m'"),
        ("text", ValueError, "'text' has no name"),
        (type("NoRender", (), {"name": "n"})(), TypeError, r"has no `render\(context\)`"),
    ],
)
def test_what_can_not_be_a_segment_says_why(
    registry: HudRegistry, segment: Any, error: type[Exception], told: str
) -> None:
    with pytest.raises(error, match=told):
        register_hud_segment(segment)
    assert registry.segments == []


def test_a_provider_is_shown_as_it_returns(registry: HudRegistry) -> None:
    def where(context: Mapping[str, Any]) -> str:
        return f"[in {context['env']}]"

    def plain() -> str:
        return "plain"

    register_hud_provider(where)
    register_hud_provider(plain)
    assert registry.render_all(CONTEXT) == ["plain", "[in prod]"]


def test_lambdas_stand_beside_one_another(registry: HudRegistry) -> None:
    register_hud_provider(lambda: "one")
    register_hud_provider(lambda: "two")
    assert sorted(registry.render_all({})) == ["one", "two"]


def test_a_provider_that_is_no_plain_function_has_its_class_name(registry: HudRegistry) -> None:
    class Clock:
        def __call__(self) -> str:
            return "noon"

    register_hud_provider(Clock())
    assert [(s.name, registry.value(s, {})) for s in registry.segments] == [("Clock", "noon")]
