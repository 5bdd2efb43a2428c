"""One request to the daemon, over its socket or a plugin's channel."""

from axium.core.transport import request

TYPE_CHECKING = False

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any


def send_request_sync(payload: "Mapping[str, Any]", timeout: float = 2.0) -> "dict[str, Any]":
    """The reply to `payload`; `server` is added to it from $TMUX. Starts nothing.

    FileNotFoundError (no socket), ConnectionRefusedError, JSONDecodeError, TimeoutError.
    """
    return request(payload, timeout)
