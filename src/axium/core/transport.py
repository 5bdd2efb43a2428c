"""How a request reaches the daemon: over its socket, or in a plugin's process over its channel."""

from axium.thin.paths import environ
from axium.thin.query import query

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    Transport = Callable[[Mapping[str, Any], float], dict[str, Any]]


def over_socket(payload: "Mapping[str, Any]", timeout: float) -> "dict[str, Any]":
    """The reply that the public socket gives; `server` is added to the payload from $TMUX."""
    return query(payload, environ(), timeout)


_chosen: "Transport" = over_socket


def use(transport: "Transport") -> None:
    """Have all requests of this process go this way."""
    global _chosen  # noqa: PLW0603 (a process has one way)
    _chosen = transport


def is_channel() -> bool:
    """Whether this is a plugin's own process, which has a channel to the daemon."""
    return _chosen is not over_socket


def request(payload: "Mapping[str, Any]", timeout: float) -> "dict[str, Any]":
    """The reply to `payload`, whatever its `ok` says.

    FileNotFoundError (no socket), ConnectionRefusedError, JSONDecodeError, TimeoutError.
    """
    return _chosen(payload, timeout)
