"""Reading a log that is rotated while it is read: its last lines, and what comes after them."""

import os
from collections import deque
from collections.abc import Iterator
from io import BufferedReader
from itertools import chain

from axium.config.own_files import open_file

ASIDE = 3
"""Files that were put aside, as the daemon keeps them: `.1` is the newest."""


class NoFile(OSError):
    """What is there is no file."""


class LogView:
    """A place in a log, behind the last line that was read.

    FileNotFoundError without a log, NoFile where something else is in its place.
    """

    def __init__(self, path: str) -> None:
        self._path = path
        self._file = _open(path)  # which stays open when it is put aside
        self._begun = b""

    def last(self, count: int) -> str:
        """The last lines, with those of files that were put aside."""
        found = deque(self._file, maxlen=count)
        if len(found) < count:
            earlier = chain.from_iterable(map(_lines, _aside(self._path)))
            found.extendleft(reversed(deque(earlier, maxlen=count - len(found))))
        return _text(found)

    def more(self) -> str:
        """The whole lines that were written since, here and in the files that followed."""
        found = self._rest()
        while (following := self._following()) is not None:
            found += self._rest()  # what came before it was put aside
            self._file.close()
            self._file = _open(following)
            found += self._rest()
        return _text(found)

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()

    def _rest(self) -> list[bytes]:
        if os.fstat(self._file.fileno()).st_size < self._file.tell():
            self._file.seek(0)  # it was emptied
        *whole, self._begun = (self._begun + self._file.read()).split(b"\n")
        return [line + b"\n" for line in whole]

    def _following(self) -> str | None:
        """The file that was begun when ours was put aside or taken away; None while ours goes on.

        Who is so late that ours is not kept any more goes on with the newest.
        """
        there = [path for path in [*_aside(self._path), self._path] if os.path.isfile(path)]
        ours = os.fstat(self._file.fileno())
        for number, path in enumerate(there):
            if os.path.samestat(os.stat(path), ours):
                return there[number + 1] if number + 1 < len(there) else None
        return self._path if self._path in there else None


def _open(path: str) -> BufferedReader:
    descriptor = open_file(path)
    if descriptor is None:
        raise NoFile(f"{path} is no file")
    return os.fdopen(descriptor, "rb")


def _aside(path: str) -> list[str]:
    """The files that were put aside, the oldest first."""
    return [f"{path}.{number}" for number in range(ASIDE, 0, -1)]


def _lines(path: str) -> Iterator[bytes]:
    try:
        with _open(path) as file:
            yield from file
    except (FileNotFoundError, NoFile):
        return


def _text(lines: "deque[bytes] | list[bytes]") -> str:
    return b"".join(lines).decode("utf-8", "replace")
