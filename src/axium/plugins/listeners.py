"""Running the listeners of an event, each with those of its arguments that it can take."""

import inspect
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from axium.core.spokes import EventBus
from axium.plugins.report import fault_of
from axium.wire.channel import Deliver, Fault

_BY_PLACE = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)


def deliver(bus: EventBus, event: Deliver, directory: str) -> list[Fault]:
    """Run them in the order of registration; one that raises does not keep the next from it."""
    faults = []
    for listener in bus.listeners(event.event):
        try:
            args, kwargs = fitted(listener, event.args, event.kwargs)
            listener(*args, **kwargs)
        except BaseException as error:  # noqa: BLE001 (the plugin boundary; it is in the answer)
            what = f"listener `{name_of(listener)}` of `{event.event}`"
            faults.append(fault_of(what, error, directory))
    return faults


def fitted(
    taker: Callable[..., Any], args: Sequence[Any], kwargs: Mapping[str, Any]
) -> tuple[list[Any], dict[str, Any]]:
    """What of `args` and `kwargs` it can take.

    A parameter that has the name of one of `kwargs` gets that, and none of `args`.
    """
    try:
        parameters = inspect.signature(taker).parameters.values()
    except (TypeError, ValueError):
        return list(args), {}  # built in, and it does not tell what it takes
    places = [p for p in parameters if p.kind in _BY_PLACE]
    named = next((n for n, p in enumerate(places) if _is_named(p, kwargs)), len(places))
    takes_all = any(p.kind is p.VAR_POSITIONAL for p in parameters) and named == len(places)
    by_name = {p.name for p in parameters if p.kind is not p.POSITIONAL_ONLY} - {
        p.name for p in places[: min(named, len(args))]
    }
    if any(p.kind is p.VAR_KEYWORD for p in parameters):
        by_name |= kwargs.keys() - {p.name for p in places}
    return (
        list(args if takes_all else args[:named]),
        {name: value for name, value in kwargs.items() if name in by_name},
    )


def _is_named(parameter: inspect.Parameter, kwargs: Mapping[str, Any]) -> bool:
    return parameter.kind is parameter.POSITIONAL_OR_KEYWORD and parameter.name in kwargs


def name_of(taker: Callable[..., Any]) -> str:
    """What a listener or provider is called in messages."""
    name = str(getattr(taker, "__qualname__", None) or type(taker).__qualname__)
    return name.rpartition("<locals>.")[2]
