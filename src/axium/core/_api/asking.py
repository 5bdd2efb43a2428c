"""One request of a plugin to the daemon, which is started where none answers."""

from axium.core import transport
from axium.core._api.guard import NotDone
from axium.thin.client import UNREACHABLE
from axium.thin.paths import environ

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, TypeVar

    T = TypeVar("T")

TIMEOUT = 2.0
"""Seconds, as published clients wait."""

LONG_TIMEOUT = 60.0
"""Seconds for what loads plugins or reads every file."""


class Refused(NotDone):
    """The daemon refused; `code` is its stable word for why, `hint` says what to do."""

    def __init__(self, reply: "dict[str, Any]") -> None:
        super().__init__(str(reply.get("error", "the daemon refused")))
        self.code = reply.get("code")
        self.hint = reply.get("hint")


def ask(
    cmd: str, *, timeout: float | None = None, starts: bool = True, **fields: "Any"
) -> "dict[str, Any]":
    """The daemon's reply; fields that are None are left out.

    Refused, OSError, ValueError. `starts` says whether a daemon is worth starting for it.
    """
    payload = {"cmd": cmd} | {name: value for name, value in fields.items() if value is not None}
    return exchange(payload, TIMEOUT if timeout is None else timeout, starts=starts)


def exchange(payload: "dict[str, Any]", bound: float, *, starts: bool = True) -> "dict[str, Any]":
    """The daemon's reply to a whole request, within `bound` seconds. As `ask`."""
    try:
        reply = transport.request(payload, bound)
    except UNREACHABLE:
        # Nothing was sent yet: to ask again does nothing twice.
        if not (starts and _may_start()):
            raise
        start()
        reply = transport.request(payload, bound)
    if reply.get("ok") is not True:
        raise Refused(reply)
    return reply


def is_done(
    cmd: str, *, timeout: float | None = None, starts: bool = True, **fields: "Any"
) -> bool:
    """True, for a request of whose reply nothing else matters. As `ask`."""
    return bool(ask(cmd, timeout=timeout, starts=starts, **fields))


def part(reply: "dict[str, Any]", name: str, kind: "type[T]") -> "T":
    """A field of a reply. NotDone where it is not there, or of another type."""
    value = reply.get(name)
    if not isinstance(value, kind):
        raise NotDone(f"the daemon's reply has no `{name}`, or not as it should be")
    return value


def start(*, debug: bool = False) -> None:
    """Start the daemon unless one answers. NotDone where none comes up."""
    from axium.core import daemon  # 6 ms, where none runs
    from axium.thin.start import StartFailed

    try:
        daemon.start(debug)
    except (StartFailed, SystemExit) as error:
        raise NotDone(str(error)) from None


def _may_start() -> bool:
    # The daemon of a plugin's process made its channel: without that one it ends itself.
    return not transport.is_channel() and environ().get("AXIUM_NO_AUTOSTART") != "1"
