"""The daemon's log on disk: written by a thread of its own, rotated, never without bound."""

import os
import threading
from queue import Empty, Full, Queue

MOST_BYTES = 1_000_000
"""The size at which a file is put aside and the next one begun."""

KEPT = 3
"""Files that were put aside and are kept: `axiumd.log.1` is the newest of them."""

_MOST_WAITING = 10_000
"""Lines that wait for the disk before further ones are dropped."""

_BURST_BYTES = 65536
"""What is written at once."""

_END_SECS = 2.0
"""How long the end of the daemon waits for a disk that does not take its last lines."""

_FLAGS = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW


class LogFile:
    """A log that can be written to from anywhere and keeps nobody waiting.

    Descriptors 1 and 2, to which the interpreter writes what nobody caught,
    follow it from file to file where they led to it at first.
    """

    def __init__(self, path: str) -> None:
        self._path = path
        self._lines: Queue[bytes | None] = Queue(_MOST_WAITING)
        self._dropped = 0
        self._is_ending = False
        self._file = os.open(path, _FLAGS, 0o600)
        self._followers = [fd for fd in (1, 2) if _identity(fd) == _identity(self._file)]
        self._thread = threading.Thread(target=self._work, name="log", daemon=True)
        self._thread.start()

    def write(self, line: bytes) -> None:
        """Write a whole line, soon."""
        try:
            self._lines.put_nowait(line)
        except Full:
            self._dropped += 1

    def close(self) -> None:
        """Write what waits, as far as the disk takes it in time."""
        try:
            self._lines.put(None, timeout=_END_SECS)
        except Full:
            return
        self._thread.join(_END_SECS)

    def _work(self) -> None:
        while not self._is_ending and (line := self._lines.get()) is not None:
            self._put(self._with_those_that_wait(line))

    def _with_those_that_wait(self, line: bytes) -> bytes:
        """The lines of a burst, written at once; and how many were dropped before them."""
        found = bytearray(line)
        try:
            while len(found) < _BURST_BYTES:
                waiting = self._lines.get_nowait()
                if waiting is None:
                    self._is_ending = True
                    break
                found += waiting
        except Empty:
            pass
        dropped, self._dropped = self._dropped, 0
        if dropped:
            found += b"(%d lines were dropped: the disk was too slow)\n" % dropped
        return bytes(found)

    def _put(self, data: bytes) -> None:
        """Append. What a full disk does not take is lost: there is nowhere to say so."""
        try:
            self._look_again()
            if os.fstat(self._file).st_size + len(data) > MOST_BYTES:
                self._rotate()
            os.write(self._file, data)
        except OSError:
            return

    def _look_again(self) -> None:
        """Begin anew where somebody took the file, or its directory, away.

        Not where the whole home went: it is written to where it is now.
        """
        if _identity(self._path) == _identity(self._file):
            return
        directory = os.path.dirname(self._path)
        if os.path.isdir(os.path.dirname(directory)):
            os.makedirs(directory, mode=0o700, exist_ok=True)
            self._open()

    def _rotate(self) -> None:
        """Put the file aside, and the oldest one away; empty it where that can't be done."""
        try:
            for number in range(KEPT, 0, -1):
                _rename(_aside(self._path, number - 1), _aside(self._path, number))
            self._open()
        except OSError:
            os.truncate(self._file, 0)

    def _open(self) -> None:
        file = os.open(self._path, _FLAGS, 0o600)
        os.close(self._file)
        self._file = file
        for follower in self._followers:
            os.dup2(file, follower)


def _aside(path: str, number: int) -> str:
    return f"{path}.{number}" if number else path


def _rename(path: str, to: str) -> None:
    try:
        os.rename(path, to)
    except FileNotFoundError:
        return


def _identity(file: str | int) -> tuple[int, int] | None:
    try:
        found = os.stat(file)
    except OSError:
        return None
    return found.st_dev, found.st_ino
