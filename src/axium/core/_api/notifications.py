"""Notifications: sent, taken, cleared."""

import posix

from axium.core._api.asking import ask, is_done, part
from axium.core._api.guard import or_false, or_nothing
from axium.core._api.spellings import also_named

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, overload


@or_false
def notify(title: str, body: str, level: str = "info") -> bool:
    """Send a notification; `level` is `info`, `success`, `warning` or `error`.

    True once it is on disk.
    """
    return is_done("notify", title=title, body=body, level=level)


@or_false
def send_notification(spoke: str, title: str, body: str, level: str = "info") -> bool:
    """Send a notification in the name of a spoke, which needs the permission `notify`."""
    return is_done("notify", spoke=spoke, title=title, body=body, level=level)


if TYPE_CHECKING:

    @overload
    def notify_send_cli(spoke: str, title: str, body: str, level: str = "info") -> bool: ...
    @overload
    def notify_send_cli(*, spoke_name: str, title: str, body: str, level: str = "info") -> bool: ...


@or_false
@also_named(spoke_name="spoke")
def notify_send_cli(spoke: str, title: str, body: str, level: str = "info") -> bool:
    """As `send_notification`; `spoke_name` is another word for `spoke`."""
    return is_done("notify", spoke=spoke, title=title, body=body, level=level)


@or_false
def show_toast(title: str, body: str) -> bool:
    """Send a notification of level `info`, for whoever shows them as they come."""
    return is_done("notify", title=title, body=body)


@or_nothing
def drain_notifications() -> "list[dict[str, Any]]":
    """What waits, oldest first, handed out to this caller only."""
    return _drained()


@or_nothing
def notify_drain() -> "list[dict[str, Any]]":
    """As `drain_notifications`."""
    return _drained()


@or_false
def clear_notifications() -> bool:
    """Delete what waits."""
    return is_done("notify_clear")


def _drained() -> "list[dict[str, Any]]":
    # The id makes a repetition after a lost answer give the same rows again, not the next ones.
    drain = posix.urandom(8).hex()
    try:
        reply = ask("notify_drain", drain=drain)
    except (TimeoutError, ConnectionResetError):
        reply = ask("notify_drain", drain=drain)
    return part(reply, "notifications", list)
