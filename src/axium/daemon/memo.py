"""Replies that are known already: the same question gets the same answer until something changes.

Most of what a daemon is asked all day are a few questions, over and over, which
differ in their `id` alone. They are recognised as bytes, a whole chunk of them
at once, without being decoded.
"""

import re
from collections.abc import Callable

from axium.wire.envelope import RequestId

_ID = re.compile(rb'"id": ?([1-9][0-9]{0,17})(?=[,}])')
_MOST = 4096
_LONGEST = 4096
_LARGEST = 64 * 1024
"""Bytes of the replies to one chunk: larger ones are no small talk, and one chunk asks for many."""

Shape = tuple[bytes, ...]
"""What stands around the ids of a chunk."""


class Memo:
    """Replies by the shape of what was asked.

    A template is the replies' bytes with `%b` where an id is echoed. It is kept
    for a chunk of lines only where each line was answered from its request once.
    """

    def __init__(self, forget_at: Callable[[float, Callable[[], None]], None]) -> None:
        self._forget_at = forget_at
        self._templates: dict[Shape, tuple[bytes, bool]] = {}
        self._expiry_known = False

    def find(self, chunk: bytes) -> tuple[bytes, bool] | None:
        """The replies to these whole lines, and whether the connection closes after them."""
        parts = _ID.split(chunk)
        known = self._templates.get(tuple(parts[::2]))
        if known is None:
            known = self._assembled(chunk)
            if known is None:
                return None
        template, closes = known
        return template % tuple(parts[1::2]), closes

    def learn(
        self, line: bytes, reply: bytes, request_id: RequestId | None, *, until: float
    ) -> None:
        """Keep what one line was answered with, until then or until `forget`."""
        if len(line) > _LONGEST or len(reply) > _LARGEST or not _is_plain(line, request_id):
            return
        if len(self._templates) >= _MOST:
            self._templates.clear()
        if not self._expiry_known:
            self._expiry_known = True
            self._forget_at(until, self._expire)
        shape = tuple(_ID.split(line + b"\n")[::2])
        self._templates[shape] = (_template(reply, request_id), request_id is None)

    def forget(self) -> None:
        """Something changed: nothing that was kept is true any more."""
        self._templates.clear()

    def _expire(self) -> None:
        self._expiry_known = False
        self.forget()

    def _assembled(self, chunk: bytes) -> tuple[bytes, bool] | None:
        """The template of several known lines; kept, so that it is assembled once."""
        if not chunk or len(chunk) > _LONGEST or len(self._templates) >= _MOST:
            return None
        templates, size = [], 0
        for line in chunk.splitlines(keepends=True):
            template, closes = self._templates.get(tuple(_ID.split(line)[::2]), (b"", True))
            size += len(template)
            if closes or size > _LARGEST:
                return None
            templates.append(template)
        made = (b"".join(templates), False)
        self._templates[tuple(_ID.split(chunk)[::2])] = made
        return made


def _is_plain(line: bytes, request_id: RequestId | None) -> bool:
    """Whether the id that was found as bytes is, beyond doubt, the one that was decoded."""
    if b"\\" in line or b"\r" in line:
        return False
    if request_id is None:
        return b'"id"' not in line
    return line.count(b'"id"') == 1 and _ID.findall(line) == [str(request_id).encode()]


def _template(reply: bytes, request_id: RequestId | None) -> bytes:
    escaped = reply.replace(b"%", b"%%")
    if request_id is None:
        return escaped
    return b'{"id":%b,' + escaped.partition(b",")[2]
