"""Cutting a stream of bytes into lines, with a bound on each."""

MAX_LINE = 16 * 1024 * 1024
"""Bytes of the longest frame, its newline not counted (spec: Transport)."""


class TooLong(Exception):
    """A line passed its bound before it ended."""


class LineBuffer:
    """The bytes of one connection that are not a whole line yet.

    Bytes are searched once, however small the pieces they come in.
    """

    def __init__(self, limit: int = MAX_LINE) -> None:
        self._limit = limit
        self._pieces: list[bytes] = []
        self._size = 0

    def __len__(self) -> int:
        return self._size

    def feed(self, data: bytes) -> list[bytes]:
        """The lines that these bytes complete, without their newlines; TooLong."""
        if b"\n" not in data:
            self._keep(data)
            return []
        *lines, rest = data.split(b"\n")
        if self._size:
            lines[0] = b"".join([*self._pieces, lines[0]])
            self._pieces.clear()
            self._size = 0
        if max(map(len, lines)) > self._limit:
            raise TooLong
        if rest:
            self._keep(rest)
        return lines

    def rest(self) -> bytes:
        """What came after the last newline."""
        return b"".join(self._pieces)

    def _keep(self, data: bytes) -> None:
        self._size += len(data)
        if self._size > self._limit:
            raise TooLong
        self._pieces.append(data)
