"""What a service manager hands over at a start and is told then: `sd_listen_fds`, `sd_notify`."""

import os
import stat
from _socket import (
    AF_UNIX,
    SO_ACCEPTCONN,
    SO_TYPE,
    SOCK_CLOEXEC,
    SOCK_DGRAM,
    SOCK_STREAM,
    SOL_SOCKET,
    socket,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, MutableMapping

FIRST = 3
"""The descriptor of the first socket that is handed over."""

_MEANT_FOR_US = ("LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES")


class Unfit(Exception):
    """What was handed over can't be the daemon's socket; the text says why."""


def handed_over(environ: "Mapping[str, str]") -> tuple[int, str] | None:
    """The listening socket that we were started with, and its path; None without one. Unfit."""
    if environ.get("LISTEN_PID") != str(os.getpid()) or environ.get("LISTEN_FDS") == "0":
        return None
    if environ.get("LISTEN_FDS") != "1":
        count = environ.get("LISTEN_FDS", "")
        raise Unfit(f"LISTEN_FDS is `{count}`: the daemon listens on one socket, expected `1`")
    try:
        listening = socket(fileno=FIRST)
    except OSError as fault:
        raise Unfit(f"descriptor {FIRST}, handed over by LISTEN_FDS, is no socket") from fault
    path = _path_of(listening)
    os.set_inheritable(FIRST, False)
    return listening.detach(), path


def _path_of(handed: socket) -> str:
    """Where a socket listens, which is nobody else's place."""
    listens = handed.getsockopt(SOL_SOCKET, SO_ACCEPTCONN)
    kind = handed.family, handed.getsockopt(SOL_SOCKET, SO_TYPE)
    path = handed.getsockname()
    if not listens or kind != (AF_UNIX, SOCK_STREAM) or not str(path).startswith("/"):
        raise Unfit("the socket that LISTEN_FDS handed over is no listening Unix stream socket")
    try:
        mode = os.stat(path).st_mode
    except OSError as fault:
        raise Unfit(f"the socket that LISTEN_FDS handed over is gone: {fault}") from None
    if mode & 0o022:  # to connect is to write
        raise Unfit(
            f"the socket {path} is open to others (mode {stat.S_IMODE(mode):o}); "
            "its unit needs `SocketMode=0600`"
        )
    return str(path)


def forget(environ: "MutableMapping[str, str]") -> None:
    """Take out what was meant for this process alone, so that no child gets it."""
    for name in _MEANT_FOR_US:
        environ.pop(name, None)


def notify(environ: "MutableMapping[str, str]", state: str) -> None:
    """Tell the service manager, where one waits to hear it: `READY=1`."""
    path = environ.pop("NOTIFY_SOCKET", "")
    if not path:
        return
    told = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC)
    try:
        told.connect("\0" + path[1:] if path.startswith("@") else path)
        told.send(state.encode())
    except OSError:
        pass  # whoever started us hears nothing, and clients are answered all the same
    finally:
        told.close()
