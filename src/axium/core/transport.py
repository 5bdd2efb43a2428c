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
_has_place = True


def use(transport: "Transport", *, has_place: bool = False) -> None:
    """Have all requests of this process go this way.

    `has_place`: it is in its user's shell, or pane, as a command of a gear's is.
    """
    # A process has one way.
    global _chosen, _has_place
    _chosen, _has_place = transport, has_place or transport is over_socket


def has_place() -> bool:
    """Whether the shell and the pane around this process are whose doing it is."""
    return _has_place


def is_channel() -> bool:
    """Whether this is a plugin's own process, which has a channel to the daemon."""
    return _chosen is not over_socket


def request(payload: "Mapping[str, Any]", timeout: float) -> "dict[str, Any]":
    """The reply to `payload`, whatever its `ok` says.

    FileNotFoundError (no socket), ConnectionRefusedError, JSONDecodeError, TimeoutError.
    """
    return _chosen(payload, timeout)
