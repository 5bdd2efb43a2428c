"""The daemon's log on disk: written by a thread of its own, rotated, never without bound."""

import threading
from queue import Empty, Full, Queue

from axium.daemon.rotated import RotatedFile

_MOST_WAITING = 10_000
"""Lines that wait for the disk before further ones are dropped."""

_BURST_BYTES = 65536
"""What is written at once."""

_END_SECS = 2.0
"""How long the end of the daemon waits for a disk that does not take its last lines."""


class LogFile:
    """A log that can be written to from anywhere and keeps nobody waiting.

    Descriptors 1 and 2, to which the interpreter writes what nobody caught,
    follow it from file to file where they led to it at first.
    """

    def __init__(self, path: str) -> None:
        self._lines: Queue[bytes | None] = Queue(_MOST_WAITING)
        self._dropped = 0
        self._is_ending = False
        self._file = RotatedFile(path, followers=(1, 2))
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
            self._file.append(self._with_those_that_wait(line))

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
