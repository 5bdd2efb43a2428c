"""Replies that are known already: the same question gets the same answer until something changes.

Most of what a daemon is asked all day are a few questions, over and over, which
differ in their `id` alone. They are recognised as bytes, a whole chunk of them
at once, without being decoded.
"""

import re
from collections import Counter
from collections.abc import Callable
from typing import NamedTuple

from axium.wire.envelope import RequestId

_ID = re.compile(rb'"id": ?([1-9][0-9]{0,17})(?=[,}])')
_OPENING = b'{"id": '
_LONGEST_ID = len(_OPENING) + 18
_ZERO = 0x30
_MOST = 4096
_LONGEST = 4096
_LARGEST = 64 * 1024
"""Bytes of the replies to one chunk: larger ones are no small talk, and one chunk asks for many."""

Shape = tuple[bytes, ...]
"""What stands around the ids of a chunk."""


class _Known(NamedTuple):
    """The replies to a chunk, whether the connection closes then, and what was asked how often."""

    template: bytes
    closes: bool
    asked: tuple[tuple[str, int], ...]


class Memo:
    """Replies by the shape of what was asked.

    A template is the replies' bytes with `%b` where an id is echoed. It is kept
    for a chunk of lines only where each line was answered from its request once.
    """

    def __init__(
        self, forget_at: Callable[[float, Callable[[], None]], None], counts: Counter[str]
    ) -> None:
        self._forget_at = forget_at
        self._counts = counts
        self._templates: dict[Shape, _Known] = {}
        self._after_id: dict[bytes, tuple[bytes, str]] = {}
        self._expiry_known = False

    def find(self, chunk: bytes) -> tuple[bytes, bool] | None:
        """The replies to these whole lines, and whether the connection closes after them."""
        # Most lines begin with their id: what follows it is looked up as it stands (0.4 us less).
        end = chunk.find(b",")
        follows = self._after_id.get(chunk[end:])
        if follows is not None and end <= _LONGEST_ID and chunk.startswith(_OPENING):
            number = chunk[len(_OPENING) : end]
            if number.isdigit() and number[0] != _ZERO:
                self._counts[follows[1]] += 1
                return b'{"id":' + number + follows[0], False
        parts = _ID.split(chunk)
        known = self._templates.get(tuple(parts[::2]))
        if known is None:
            known = self._assembled(chunk)
            if known is None:
                return None
        for name, times in known.asked:
            self._counts[name] += times
        return known.template % tuple(parts[1::2]), known.closes

    def learn(
        self,
        line: bytes,
        reply: bytes,
        request_id: RequestId | None,
        *,
        name: str,
        until: float,
    ) -> None:
        """Keep what one line, of the command `name`, was answered with, until then or `forget`."""
        if len(line) > _LONGEST or len(reply) > _LARGEST or not _is_plain(line, request_id):
            return
        if len(self._templates) >= _MOST:
            self.forget()
        if not self._expiry_known:
            self._expiry_known = True
            self._forget_at(until, self._expire)
        shape = tuple(_ID.split(line + b"\n")[::2])
        closes = request_id is None
        self._templates[shape] = _Known(_template(reply, request_id), closes, ((name, 1),))
        if shape[0] == b"{" and line.startswith(_OPENING):
            self._after_id[shape[1]] = (b"," + reply.partition(b",")[2], name)

    def forget(self) -> None:
        """Something changed: nothing that was kept is true any more."""
        self._templates.clear()
        self._after_id.clear()

    def _expire(self) -> None:
        self._expiry_known = False
        self.forget()

    def _assembled(self, chunk: bytes) -> "_Known | None":
        """The template of several known lines; kept, so that it is assembled once."""
        if not chunk or len(chunk) > _LONGEST or len(self._templates) >= _MOST:
            return None
        templates, size, asked = [], 0, Counter[str]()
        for line in chunk.splitlines(keepends=True):
            known = self._templates.get(tuple(_ID.split(line)[::2]))
            if known is None or known.closes or size > _LARGEST:
                return None
            size += len(known.template)
            templates.append(known.template)
            asked.update(dict(known.asked))
        made = _Known(b"".join(templates), False, tuple(asked.items()))
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
