"""What makes a function of the API one that never raises: it logs, and gives its empty value."""

from functools import wraps

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, ParamSpec, TypeVar

    P = ParamSpec("P")
    T = TypeVar("T")

EXPECTED = (OSError, ValueError)
"""No daemon, no answer in time, an answer that is none, a refusal: nobody's programming error."""


class NotDone(ValueError):
    """What was asked for can't be had; the text says why."""


def or_none(function: "Callable[P, T]") -> "Callable[P, T | None]":
    """None, where `function` would raise."""
    return _guarded(function, lambda _error: None)


def or_false(function: "Callable[P, bool]") -> "Callable[P, bool]":
    """False, where `function` would raise."""
    return _guarded(function, lambda _error: False)


def or_nothing(function: "Callable[P, list[T]]") -> "Callable[P, list[T]]":
    """An empty list, where `function` would raise."""
    return _guarded(function, lambda _error: [])


def or_else(
    empty: "Callable[[Exception], T]",
) -> "Callable[[Callable[P, T]], Callable[P, T]]":
    """What `empty` makes of the error, where a function would raise."""
    return lambda function: _guarded(function, empty)


def _guarded(
    function: "Callable[..., Any]", empty: "Callable[[Exception], Any]"
) -> "Callable[..., Any]":
    @wraps(function)
    def answered(*args: "Any", **kwargs: "Any") -> "Any":
        try:
            return function(*args, **kwargs)
        except Exception as error:  # noqa: BLE001 (the plugin boundary: it is in the plugin's log)
            tell(function.__name__, error)
            return empty(error)

    return answered


def tell(name: str, error: Exception) -> None:
    """Log that `name` could not be done; with the trace where nobody expects such an error."""
    import logging  # 9 ms, and only where something failed

    log = logging.getLogger("axium.api")
    trace = None if isinstance(error, EXPECTED) else error
    hint = getattr(error, "hint", None)
    log.warning("`%s`: %s", name, "; ".join(filter(None, (said(error), hint))), exc_info=trace)


def said(error: Exception) -> str:
    """What an error says; its type where that is nothing."""
    return str(error) or type(error).__name__
