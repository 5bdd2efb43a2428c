"""A conversation with the daemon: one request, and lines until the last one."""

import _socket
import time

from axium.thin.client import TIMEOUT, UNREACHABLE, connect
from axium.thin.paths import home_of, socket_path
from axium.thin.words import encode

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

NO_DAEMON = 3
"""The exit code where there is no daemon, and none could be started."""

_CHUNK = 1 << 18


class NoDaemon(Exception):
    """There is none; the text says why."""

    def __init__(self, why: str, hint: str = "") -> None:
        super().__init__(why)
        self.hint = hint


class Talk:
    """A connection that stays open; `is_over` once the daemon closed it."""

    def __init__(self, connection: _socket.socket) -> None:
        self._connection = connection
        self._pieces: list[bytes] = []
        self._held: list[bytes] = []
        self.is_over = False

    def send(self, line: str) -> None:
        """Send a line. OSError."""
        self._connection.settimeout(None)
        self._connection.sendall(encode(line) + b"\n", _socket.MSG_NOSIGNAL)

    def lines(self, until: float | None = None) -> "Iterator[bytes]":
        """Each line as it comes, without its newline; ends with the connection, or at a time.

        `until` is on the monotonic clock.
        """
        while True:
            while self._held:
                yield self._held.pop(0)
            if self.is_over or not self._wait(until):
                return

    def _wait(self, until: float | None) -> bool:
        """Take in what comes next; False where nothing did in time."""
        left = None if until is None else until - time.monotonic()
        if left is not None and left <= 0:
            return False
        self._connection.settimeout(left)
        try:
            data = self._connection.recv(_CHUNK)
        except TimeoutError:
            return False
        except ConnectionResetError:
            data = b""
        self.is_over = not data
        *whole, rest = data.split(b"\n")
        if whole:
            whole[0] = b"".join([*self._pieces, whole[0]])
            self._pieces = []
            self._held += whole
        self._pieces.append(rest)
        return True


def begun(around: "Mapping[str, str]", *, starts: bool = True) -> Talk:
    """A conversation with the daemon, which is started for it. NoDaemon, OSError."""
    try:
        return Talk(_connected(around))
    except UNREACHABLE:
        if not starts or around.get("AXIUM_NO_AUTOSTART") == "1":
            hint = "start it with `axium daemon start`"
            raise NoDaemon("the daemon is not running", hint) from None
    from axium.thin.start import StartFailed, start

    try:
        start(home_of(around), around)
        return Talk(_connected(around))
    except StartFailed as failed:
        raise NoDaemon(str(failed), failed.hint) from None


def _connected(around: "Mapping[str, str]") -> _socket.socket:
    path = socket_path(around)
    connection = _socket.socket(_socket.AF_UNIX, _socket.SOCK_STREAM)
    connection.settimeout(TIMEOUT)
    try:
        connect(connection, encode(path))
    except BlockingIOError:
        connection.close()
        raise NoDaemon("the daemon has no time for one more client", "try again") from None
    except OSError as error:
        connection.close()
        error.filename = path
        raise
    return connection
