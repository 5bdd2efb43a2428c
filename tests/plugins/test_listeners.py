"""A listener gets what it can take, in its turn, and what it raises is told."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from axium.core.spokes import EventBus
from axium.plugins.listeners import deliver, fitted
from axium.wire.channel import Deliver

ARGS = ["new", "old"]
KWARGS = {"pane": "%1", "generation": 7}


class Bound:
    """Callables that are no plain functions."""

    def method(self, new: str) -> None: ...
    @classmethod
    def of_class(cls, new: str, *, pane: str) -> None: ...
    @staticmethod
    def static(*args: str) -> None: ...
    def __call__(self, new: str, old: str, **kw: Any) -> None: ...


def decorated(function: Callable[..., Any]) -> Callable[..., Any]:
    from functools import wraps

    @wraps(function)
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        return function(*args, **kwargs)

    return wrapper


@pytest.mark.parametrize(
    ("listener", "given"),
    [
        (lambda: 0, ([], {})),
        (lambda new: 0, (["new"], {})),
        (lambda new, old: 0, (ARGS, {})),
        (lambda new, old, /: 0, (ARGS, {})),
        (lambda a, b, c=3: 0, (ARGS, {})),
        (lambda new, old, pane=None: 0, (ARGS, {"pane": "%1"})),
        (lambda new, pane=None: 0, (["new"], {"pane": "%1"})),
        (lambda pane: 0, ([], {"pane": "%1"})),
        (lambda *, generation: 0, ([], {"generation": 7})),
        (lambda new, old, pane=None, **kw: 0, (ARGS, KWARGS)),
        (lambda **kw: 0, ([], KWARGS)),
        (lambda *args: 0, (ARGS, {})),
        (lambda *args, **kw: 0, (ARGS, KWARGS)),
        (lambda first, *args, pane: 0, (ARGS, {"pane": "%1"})),
        (lambda pane, /, old: 0, (ARGS, {})),
        (partial(lambda extra, new: 0, "x"), (["new"], {})),
        (partial(lambda new, old, pane: 0, pane="%9"), (ARGS, {"pane": "%1"})),
        (Bound().method, (["new"], {})),
        (Bound.of_class, (["new"], {"pane": "%1"})),
        (Bound.static, (ARGS, {})),
        (Bound(), (ARGS, KWARGS)),
        (decorated(lambda new: 0), (["new"], {})),
        (print, (ARGS, {})),
        (min, (ARGS, {})),
        ([].append, (["new"], {})),
    ],
)
def test_a_listener_gets_the_arguments_that_it_can_take(
    listener: Callable[..., Any], given: tuple[list[str], dict[str, Any]]
) -> None:
    assert fitted(listener, ARGS, KWARGS) == given


def test_a_listener_of_two_gets_the_one_that_there_is() -> None:
    assert fitted(lambda name, more=None: 0, ["aws"], {}) == (["aws"], {})


def test_listeners_run_in_the_order_of_registration_past_one_that_raises() -> None:
    bus = EventBus()
    seen: list[tuple[str, ...]] = []

    def bad(new: str) -> None:
        raise SystemExit(new)

    bus.on("deploy", lambda new: seen.append(("first", new)))
    bus.on("deploy", bad)
    bus.on("deploy", lambda: seen.append(("last",)))
    bus.on("other", lambda: seen.append(("other",)))
    faults = deliver(bus, Deliver(call=1, event="deploy", args=["x"], kwargs={}), __file__[:-3])
    assert seen == [("first", "x"), ("last",)]
    assert [fault.what for fault in faults] == ["listener `bad` of `deploy`"]
    assert faults[0].error == "SystemExit: x"


def test_a_listener_that_wants_more_than_there_is_is_told() -> None:
    bus = EventBus()
    bus.on("ready", lambda one, two: 0)
    faults = deliver(bus, Deliver(call=1, event="ready", args=["x"], kwargs={}), "/")
    assert len(faults) == 1
    assert "missing 1 required positional argument: 'two'" in faults[0].error


def test_a_listener_may_leave_while_it_is_called() -> None:
    bus, seen = EventBus(), []

    def once() -> None:
        bus.off("tick", once)
        seen.append("once")

    bus.on("tick", once)
    bus.on("tick", lambda: seen.append("always"))
    tick = Deliver(call=1, event="tick", args=[], kwargs={})
    assert (deliver(bus, tick, "/"), deliver(bus, tick, "/")) == ([], [])
    assert seen == ["once", "always", "always"]
