"""Sockets: made here, or handed over by the daemon to a gear whose `net` is a list of places."""

from axium.core import transport
from axium.core._api.asking import exchange
from axium.core._api.guard import NotDone, or_none

TYPE_CHECKING = False
if TYPE_CHECKING:
    from socket import socket
    from typing import Any

_LONGEST = 60.0
"""Seconds that the daemon gives a connection."""

_ON_ITS_WAY = 2.0
"""Seconds that a request and its reply may take beside."""


@or_none
def connect(host: str, port: int, timeout: float = 10.0) -> "socket | None":
    """A socket that is connected to a place; None, and the reason in the log, where it can't be.

    A gear whose `net` is a list may connect to the places of it, as they are written there.
    `timeout` in seconds is for the connection, and stays the socket's.
    """
    import socket  # 8 ms, which only those pay who use it

    _check(port)
    if not _is_handed_over():
        return socket.create_connection((host, port), timeout)
    fields = {"host": host, "port": port, "timeout": min(timeout, _LONGEST)}
    made = _handed("net_connect", fields, timeout + _ON_ITS_WAY)
    made.settimeout(timeout)
    return made


@or_none
def listen(port: int) -> "socket | None":
    """A socket that listens at a port of this machine alone, 127.0.0.1; None where it can't.

    A gear may listen at the ports of its list, `listen:127.0.0.1:PORT`.
    """
    import socket

    _check(port)
    if not _is_handed_over():
        return socket.create_server(("127.0.0.1", port), backlog=128)
    return _handed("net_listen", {"port": port}, _ON_ITS_WAY)


def _check(port: int) -> None:
    if not 1 <= port <= 65535:
        raise NotDone(f"{port} is no port: 1 to 65535 are")


def _is_handed_over() -> bool:
    """Whether this is the process of a gear that can make no socket."""
    import socket

    if not transport.is_channel():
        return False
    try:
        socket.socket().close()
    except PermissionError:
        return True
    return False


def _handed(cmd: str, fields: "dict[str, Any]", bound: float) -> "socket":
    import socket

    descriptor = exchange({"cmd": cmd, **fields}, bound).get("descriptor")
    if descriptor is None:
        raise NotDone("the socket did not arrive: this process has too many open files")
    return socket.socket(fileno=descriptor)
