"""One round trip to the daemon, bounded in time."""

import _socket
import posix
import sys
import time

from axium.thin.paths import server_of
from axium.thin.words import decode, encode

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import TypeVar

    Received = TypeVar("Received")

TIMEOUT = 2.0
"""Seconds; the daemon answers in a millisecond, but a machine may be busy."""

LONGEST = 107
"""Bytes; the kernel takes 108 for a Unix socket's path, its NUL included."""

REFUSALS = ("ERR: ", '{"ok"')
"""How a daemon that is too busy, or too old, answers a text verb."""

_DESCRIPTOR = 4
"""Bytes."""

_RIGHTS = (_socket.SOL_SOCKET, _socket.SCM_RIGHTS)

UNREACHABLE = (FileNotFoundError, ConnectionRefusedError)
"""How `ask` says that there is no daemon."""

UNHEARD = (PermissionError, ConnectionResetError, BrokenPipeError)
"""What a client meets whose user is not the daemon's."""

OWN_HOME = "use a home of your own: unset AXIUM_HOME, or `sudo -H`"


class SomebodyElses(OSError):
    """The daemon is another user's, as with `su` and `sudo -E`, which bring its home along."""

    hint = OWN_HOME


def ask(request: bytes, path: str, timeout: float = TIMEOUT, *, ends: bytes = b"\n") -> bytes:
    """Send one line; what the daemon answers until `ends`, or until it closes the connection.

    UNREACHABLE where there is no daemon, SomebodyElses, TimeoutError, ConnectionError.
    """
    return _asked(request, path, timeout, lambda *on: _receive(on[0], on[1], ends))


def ask_handed(request: bytes, path: str, timeout: float) -> tuple[bytes, int | None]:
    """As `ask`, for a reply with which a descriptor may come."""
    return _asked(request, path, timeout, _receive_handed)


def _asked(
    request: bytes,
    path: str,
    timeout: float,
    receive: "Callable[[_socket.socket, float], Received]",
) -> "Received":
    deadline = time.monotonic() + timeout
    connection = _socket.socket(_socket.AF_UNIX, _socket.SOCK_STREAM)
    try:
        _connect(connection, path, deadline)
        _bound(connection, deadline)
        connection.sendall(request, _socket.MSG_NOSIGNAL)
        return receive(connection, deadline)
    except UNHEARD:
        _check_owner(path)
        raise
    finally:
        connection.close()


def _check_owner(path: str) -> None:
    """SomebodyElses, as far as the owner of the socket, or of the home that it is in, shows."""
    for place in (path, path.rpartition("/")[0] or "/"):
        try:
            owner = posix.stat(encode(place)).st_uid
        except OSError:
            continue
        if owner != posix.geteuid():
            raise SomebodyElses(
                f"the daemon at {path} is of uid {owner}, not yours (uid {posix.geteuid()})"
            ) from None


def ask_line(request: bytes, path: str, timeout: float = TIMEOUT) -> str:
    """As `ask`, for the answer of a text verb: one line, without its newline."""
    answer = decode(ask(request, path, timeout))
    if not answer.endswith("\n") or answer.startswith(REFUSALS):
        raise ConnectionError(f"the daemon answered {answer!r}")
    return answer[:-1]


def addressed(verb: str, pane: str | None, environ: "Mapping[str, str]") -> bytes:
    """The text line `VERB [PANE [SERVER]]`. ValueError for what cannot stand on one."""
    words = [verb]
    if pane is not None:
        words += [pane, server_of(environ) or ""] if plain(pane) else [pane]
        if not is_pane(pane) or "\n" in words[-1]:
            raise ValueError(f"not the id of a pane: {pane!r}")
    return encode(" ".join(words).rstrip(" ") + "\n")


def is_pane(text: str) -> bool:
    """Whether it is written like the id of a pane: `%3`, `SERVER:%3`."""
    number = text.rpartition(":")[2]
    is_number = number[:1] == "%" and number[1:].isascii() and number[1:].isdigit()
    return is_number and text.split() == [text]


def plain(pane: str) -> bool:
    """Whether `pane` is tmux's own number, which says nothing about the server that it is on."""
    return pane.startswith("%")


def _connect(connection: _socket.socket, path: str, deadline: float) -> None:
    while True:
        _bound(connection, deadline)
        try:
            return connect(connection, encode(path))
        except BlockingIOError:
            # The daemon's backlog is full at this instant; the kernel tells no better time.
            time.sleep(0.001)
        except OSError as error:
            error.filename = path  # the kernel does not say what could not be reached
            raise


def connect(connection: _socket.socket, path: bytes) -> None:
    """Connect to a path of any length. OSError."""
    if len(path) <= LONGEST:
        return connection.connect(path)
    directory, _, name = path.rpartition(b"/")
    fd = posix.open(directory, posix.O_PATH | posix.O_CLOEXEC)
    try:
        connection.connect(b"/proc/self/fd/%d/%s" % (fd, name))
    finally:
        posix.close(fd)


def _receive(connection: _socket.socket, deadline: float, ends: bytes) -> bytes:
    chunks = []
    while True:
        _bound(connection, deadline)
        chunk = connection.recv(65536)
        chunks.append(chunk)
        if not chunk or (ends and chunk.endswith(ends)):
            return b"".join(chunks)


def _receive_handed(connection: _socket.socket, deadline: float) -> tuple[bytes, int | None]:
    """It comes with the first byte."""
    _bound(connection, deadline)
    first, ancillary, _, _ = connection.recvmsg(
        1, _socket.CMSG_SPACE(_DESCRIPTOR), _socket.MSG_CMSG_CLOEXEC
    )
    rights = [data for level, kind, data in ancillary if (level, kind) == _RIGHTS]
    handed = int.from_bytes(rights[0][:_DESCRIPTOR], sys.byteorder) if rights else None
    return first + (_receive(connection, deadline, b"\n") if first else b""), handed


def _bound(connection: _socket.socket, deadline: float) -> None:
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError("timed out")
    connection.settimeout(left)
