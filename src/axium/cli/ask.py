"""One question to the daemon, which is started for it; a refusal becomes a failure."""

from collections.abc import Mapping
from typing import Any

from axium.cli.show import Failure
from axium.core.daemon import start
from axium.core.ipc import send_request_sync
from axium.thin.paths import environ
from axium.thin.start import StartFailed

UNREACHABLE = (FileNotFoundError, ConnectionRefusedError)
# A change is answered when it is on disk, and a disk may be slow.
TIMEOUT = 10.0
# Refusals that are not the user's mistake.
SYSTEM_CODES = frozenset({"failed", "unavailable", "busy", "timeout"})


def ask(cmd: str, *, autostart: bool = True, **fields: Any) -> dict[str, Any]:
    """The daemon's reply; fields that are None are left out. Failure where it refuses."""
    payload = {"cmd": cmd} | {name: value for name, value in fields.items() if value is not None}
    try:
        reply = _reply(payload, autostart=autostart)
    except TimeoutError:
        raise Failure("the daemon did not answer in time", LOGS, code=2) from None
    except (OSError, ValueError) as error:
        raise Failure(f"no answer from the daemon: {error}", LOGS, code=2) from None
    if not reply.get("ok"):
        raise refusal(reply)
    return reply


LOGS = "see `axium daemon logs`"


def refusal(reply: Mapping[str, Any]) -> Failure:
    """A refusal in the daemon's words; its further lines are hints."""
    sentence, _, more = str(reply.get("error", "the daemon refused")).partition("\n")
    hints = [part for part in (more, reply.get("hint")) if part]
    code = 2 if reply.get("code") in SYSTEM_CODES else 1
    return Failure(sentence, "\n".join(hints), code=code)


def _reply(payload: Mapping[str, Any], *, autostart: bool) -> dict[str, Any]:
    try:
        return send_request_sync(payload, TIMEOUT)
    except UNREACHABLE:
        if not autostart or environ().get("AXIUM_NO_AUTOSTART") == "1":
            raise not_running() from None
    try:
        start()
    except StartFailed as failed:
        raise Failure(str(failed), failed.hint, code=2) from None
    return send_request_sync(payload, TIMEOUT)


def not_running() -> Failure:
    """There is no daemon, and none may be started."""
    return Failure("the daemon is not running", "start it with `axium daemon start`", code=1)
