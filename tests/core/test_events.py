"""The event bus that plugins are given."""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from axium.core import transport
from axium.core.spokes import EventBus, get_event_bus


class Daemon:
    """Takes the place of the socket; `asked` is what was requested."""

    def __init__(self) -> None:
        self.asked: list[tuple[Mapping[str, Any], float]] = []
        self.reply: dict[str, Any] | Exception = {"ok": True}

    def __call__(self, payload: Mapping[str, Any], timeout: float) -> dict[str, Any]:
        self.asked.append((payload, timeout))
        if isinstance(self.reply, Exception):
            raise self.reply
        return self.reply


@pytest.fixture
def daemon() -> Iterator[Daemon]:
    """The only way to the daemon."""
    daemon = Daemon()
    transport.use(daemon)
    yield daemon
    transport.use(transport.over_socket)


def nothing() -> None: ...
def something() -> None: ...


def test_the_published_signatures_stay() -> None:
    methods = (EventBus.on, EventBus.off, EventBus.emit)
    assert [list(inspect.signature(method).parameters) for method in methods] == [
        ["self", "event_name", "callback"],
        ["self", "event_name", "callback"],
        ["self", "event_name", "args", "kwargs"],
    ]
    assert get_event_bus() is get_event_bus()


def test_a_listener_is_there_once_however_often_it_is_registered() -> None:
    bus = EventBus()
    bus.on("tick", nothing)
    bus.on("tick", something)
    bus.on("tick", nothing)
    assert bus.listeners("tick") == [nothing, something]


def test_a_decorator_registers_and_leaves_the_function_as_it_is() -> None:
    bus = EventBus()
    assert bus.on("tick")(nothing) is nothing
    assert (bus.names(), bus.listeners("tick")) == (["tick"], [nothing])


def test_off_takes_away_what_is_there_and_minds_nothing_else() -> None:
    bus = EventBus()
    bus.on("tick", nothing)
    bus.off("tick", something)
    bus.off("tock", something)
    assert bus.names() == ["tick"]
    bus.off("tick", nothing)
    assert bus.names() == []


@pytest.mark.parametrize("name", ["", "*", "env_*", "two words", "1st", "é", "x" * 101, "a\n"])
def test_what_can_not_be_the_name_of_an_event_is_refused(daemon: Daemon, name: str) -> None:
    bus = EventBus()
    with pytest.raises(ValueError, match="can't be the name of an event"):
        bus.on(name, nothing)
    with pytest.raises(ValueError, match="can't be the name of an event"):
        bus.emit(name)
    assert (bus.names(), daemon.asked) == ([], [])


def test_what_can_not_be_called_here_is_refused() -> None:
    async def later() -> None: ...

    with pytest.raises(TypeError, match="is async: a listener is written `def`"):
        EventBus().on("tick", later)
    with pytest.raises(TypeError, match="a listener is a function, found 'text'"):
        EventBus().on("tick", "text")  # type: ignore[call-overload]


def test_no_other_event_is_listened_for_once_the_daemon_was_told() -> None:
    bus = EventBus()
    bus.on("tick", nothing)
    assert bus.settle() == ["tick"]
    bus.on("tick", something)
    with pytest.raises(RuntimeError, match="`tock` is not listened for: `register` has returned"):
        bus.on("tock", nothing)
    assert bus.listeners("tick") == [nothing, something]


def test_an_event_is_emitted_by_the_daemon(daemon: Daemon) -> None:
    EventBus("mine").emit("deployed", 1, where="here")
    EventBus().emit("deployed")
    event = {"cmd": "emit_event", "event": "deployed"}
    assert daemon.asked == [
        ({**event, "args": [1], "kwargs": {"where": "here"}, "spoke": "mine"}, 2.0),
        ({**event, "args": [], "kwargs": {}}, 2.0),
    ]


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        ({"ok": False, "error": "permission denied: emit"}, "permission denied: emit"),
        (FileNotFoundError("no daemon"), "no daemon"),
        (TimeoutError("timed out"), "timed out"),
    ],
)
def test_an_event_that_nobody_takes_is_logged(
    daemon: Daemon, caplog: pytest.LogCaptureFixture, reply: Any, said: str
) -> None:
    daemon.reply = reply
    EventBus().emit("deployed")
    assert [record.getMessage() for record in caplog.records] == [
        f"`deployed` was not emitted: {said}"
    ]
