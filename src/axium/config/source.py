"""The text of one user's file, read without waiting for anything and never more than is sane."""

import os
import re
import stat
from bisect import bisect_left

from axium.model.marks import Fault, Mark

MAX_BYTES = 1 << 20
"""Of one file; a configuration has a few thousand."""


class Unreadable(Exception):
    """A file is there but is not text that could be read."""

    def __init__(self, fault: Fault, text: str = "") -> None:
        super().__init__(str(fault))
        self.fault = fault
        self.text = text


def read_text(path: str, shown: str) -> str:
    """The text of `path`, which people know as `shown`.

    FileNotFoundError if nothing is there; Unreadable if what is there is no
    regular file, can't be opened, is over 1 MiB or is not UTF-8.
    """
    data = _read_bytes(path, Mark(shown, 1, 1))
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        before = data[: error.start].decode("utf-8")
        where = mark_at(before, len(before), shown)
        message = f"byte 0x{data[error.start]:02x} is not UTF-8"
        fault = Fault(where, message, "save the file as UTF-8")
        raise Unreadable(fault, data.decode("utf-8", "replace")) from None


class Places:
    """The places of one text; lines end at newlines, as people and editors count them.

    A YAML reader may count other characters as ends of lines too.
    """

    def __init__(self, text: str, shown: str) -> None:
        self._shown = shown
        self._ends = [end.start() for end in re.finditer("\n", text)]

    def at(self, index: int) -> Mark:
        """The place of the character at `index`."""
        line = bisect_left(self._ends, index)
        return Mark(self._shown, line + 1, index - (self._ends[line - 1] if line else -1))


def mark_at(text: str, index: int, shown: str) -> Mark:
    """The place of the character at `index` of `text`."""
    return Places(text, shown).at(index)


def _read_bytes(path: str, where: Mark) -> bytes:
    # O_NONBLOCK: opening a FIFO that nobody writes to would wait for ever.
    flags = os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOCTTY
    try:
        descriptor = os.open(path, flags)
    except FileNotFoundError:
        raise
    except OSError as error:
        reason = (error.strerror or "unknown reason").lower()
        raise Unreadable(Fault(where, f"can't be read: {reason}")) from None
    try:
        mode = os.fstat(descriptor).st_mode
        if not stat.S_ISREG(mode):
            raise Unreadable(Fault(where, f"expected a file, found {_kind(mode)}"))
        with os.fdopen(descriptor, "rb", closefd=False) as file:
            data = file.read(MAX_BYTES + 1)
    finally:
        os.close(descriptor)
    if len(data) > MAX_BYTES:
        raise Unreadable(Fault(where, "is larger than 1 MiB, which no configuration is"))
    return data


def _kind(mode: int) -> str:
    kinds = {
        stat.S_IFDIR: "a directory",
        stat.S_IFIFO: "a FIFO",
        stat.S_IFSOCK: "a socket",
        stat.S_IFCHR: "a device",
        stat.S_IFBLK: "a device",
    }
    return kinds.get(stat.S_IFMT(mode), "something else")
