"""One question to the daemon, which is started for it; a refusal becomes a failure."""

from collections.abc import Mapping
from typing import Any

from axium.cli.show import Failure
from axium.core.daemon import start
from axium.core.ipc import send_request_sync
from axium.core.lock import is_held
from axium.thin.client import UNREACHABLE, SomebodyElses
from axium.thin.paths import environ, home_of
from axium.thin.query import refusal
from axium.thin.say import reason
from axium.thin.start import StartFailed

LOGS = "see `axium daemon logs`"
MAYBE = "the change may still be made"

READS = frozenset(
    {
        "ping",
        "daemon_status",
        "list_envs",
        "get_state",
        "get_env_data",
        "get_pane_env",
        "explain",
        "notify_list",
        "get_config",
        "list_jobs",
        "show_job",
        "link_list",
        "link_status",
    }
)
"""Requests that change nothing."""

TIMEOUT = 10.0
"""Seconds; a change is answered when it is on disk, and a disk may be slow."""

SYSTEM_CODES = frozenset({"failed", "unavailable", "busy", "timeout"})
"""Refusals that are not the user's mistake."""


class Refused(Failure):
    """A refusal in the daemon's words; its further lines are hints."""

    def __init__(self, reply: Mapping[str, Any]) -> None:
        self.reply = reply
        super().__init__(*refusal(reply), code=2 if reply.get("code") in SYSTEM_CODES else 1)


class NotRunning(Failure):
    """There is no daemon, and none may be started."""

    def __init__(self) -> None:
        super().__init__("the daemon is not running", "start it with `axium daemon start`")


def ask(
    cmd: str, *, autostart: bool = True, timeout: float = TIMEOUT, **fields: Any
) -> dict[str, Any]:
    """The daemon's reply; fields that are None are left out. Failure where it refuses."""
    payload = {"cmd": cmd} | {name: value for name, value in fields.items() if value is not None}
    try:
        reply = _reply(payload, timeout, autostart=autostart)
    except TimeoutError:
        hint = LOGS if cmd in READS else f"{MAYBE}\n{LOGS}"
        raise Failure("the daemon did not answer in time", hint, code=2) from None
    except UnicodeEncodeError as error:
        raise Failure(f"not UTF-8: `{_word_of(error)}`", "type it again") from None
    except SomebodyElses as error:
        raise Failure(str(error), error.hint, code=2) from None
    except OSError as error:
        raise Failure(f"no answer from the daemon: {reason(error)}", LOGS, code=2) from None
    except ValueError as error:
        raise Failure(f"no answer from the daemon: {error}", LOGS, code=2) from None
    if not reply.get("ok"):
        raise Refused(reply)
    return reply


def _reply(payload: Mapping[str, Any], timeout: float, *, autostart: bool) -> dict[str, Any]:
    try:
        return send_request_sync(payload, timeout)
    except UNREACHABLE:
        if not autostart or environ().get("AXIUM_NO_AUTOSTART") == "1":
            raise _absence() from None
    try:
        start()
    except StartFailed as failed:
        raise Failure(str(failed), failed.hint, code=2) from None
    return send_request_sync(payload, timeout)


def _absence() -> Failure:
    """That there is no daemon, or that there is one elsewhere than AXIUM_SOCKET says."""
    around = environ()
    home, socket = home_of(around), around.get("AXIUM_SOCKET")
    if not socket or not is_held(home):
        return NotRunning()
    hint = f"change AXIUM_SOCKET, or leave it out; the daemon's pid is in {home.pid}"
    return Failure(
        f"the daemon of {home.root} runs, but AXIUM_SOCKET `{socket}` does not lead to it",
        hint,
        code=2,
    )


def _word_of(error: UnicodeEncodeError) -> str:
    """The word of the request that is not UTF-8."""
    before, after = error.object[: error.start], error.object[error.start :]
    return before.rpartition('"')[2] + after.partition('"')[0]
