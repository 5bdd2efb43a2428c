"""A file that lines are appended to: put aside when it is long, begun anew where it is gone."""

import os

MOST_BYTES = 1_000_000
"""The size at which a file is put aside and the next one begun."""

KEPT = 3
"""Files that were put aside and are kept: `axiumd.log.1` is the newest of them."""

_FLAGS = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW


class RotatedFile:
    """Blocks as long as the disk does.

    Those descriptors of `followers` that lead to the file at first follow it to the next one.
    """

    def __init__(self, path: str, followers: tuple[int, ...] = ()) -> None:
        self._path = path
        self._file = os.open(path, _FLAGS, 0o600)
        self._followers = [fd for fd in followers if _identity(fd) == _identity(self._file)]

    def append(self, data: bytes) -> None:
        """Append. What a full disk does not take is lost: there is nowhere to say so."""
        try:
            self._look_again()
            if os.fstat(self._file).st_size + len(data) > MOST_BYTES:
                self._rotate()
            os.write(self._file, data)
        except OSError:
            return

    def close(self) -> None:
        """Append no more."""
        os.close(self._file)

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
