"""One JSON request and its reply."""

import json

from axium.thin.client import TIMEOUT, ask, plain
from axium.thin.paths import server_of, socket_path

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any


def query(
    payload: "Mapping[str, Any]", environ: "Mapping[str, str]", timeout: float = TIMEOUT
) -> "dict[str, Any]":
    """The reply to `payload`, whatever its `ok` says.

    A pane's plain number means nothing without its tmux server, so `server` is added from $TMUX.
    As `client.ask`, JSONDecodeError where the reply is none, and UnicodeEncodeError where the
    payload is not UTF-8.
    """
    line = json.dumps(with_server(payload, environ), ensure_ascii=False).encode() + b"\n"
    reply = json.loads(ask(line, socket_path(environ), timeout))
    if not isinstance(reply, dict):
        raise json.JSONDecodeError("not an object", str(reply), 0)
    return reply


def refusal(reply: "Mapping[str, Any]") -> tuple[str, str]:
    """What a refusing reply says went wrong, and what to do: its sentence's further lines too."""
    sentence, _, more = str(reply.get("error", "the daemon refused")).partition("\n")
    return sentence, "\n".join([part for part in (more, reply.get("hint")) if part])


def with_server(payload: "Mapping[str, Any]", environ: "Mapping[str, str]") -> "Mapping[str, Any]":
    """The payload with the tmux server around, unless it names a pane that says which."""
    server = server_of(environ)
    pane = payload.get("pane")
    if server is None or "server" in payload or (pane and not plain(str(pane))):
        return payload
    return {**payload, "server": server}
