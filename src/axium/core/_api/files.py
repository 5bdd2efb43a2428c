"""Files that the daemon reads and writes for a plugin, and the plugin's log."""

from axium.core._api.asking import LONG_TIMEOUT, ask, is_done, part
from axium.core._api.guard import or_else, or_false, said

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Self


class FileText(str):
    """A file's text, which also answers as a reply: `["ok"]`, `["content"]`, `["error"]`.

    Of a file that can't be read the text is empty, `content` None, and `error` says why.
    """

    __slots__ = ("error",)
    error: str | None

    def __new__(cls, text: str, error: str | None = None) -> "Self":
        """The text; empty where there is an `error`."""
        made = super().__new__(cls, text)
        made.error = error
        return made

    def __getitem__(self, key: "Any") -> "Any":
        """A field by its name, else a part of the text."""
        return self._fields()[key] if isinstance(key, str) else super().__getitem__(key)

    def get(self, key: str, default: "Any" = None) -> "Any":
        """A field by its name."""
        return self._fields().get(key, default)

    def _fields(self) -> "dict[str, Any]":
        if self.error is not None:
            return {"ok": False, "content": None, "error": self.error}
        return {"ok": True, "content": str(self), "error": None}


class Written(int):
    """Whether a file was written, which also answers as a reply: `["ok"]`, `["error"]`."""

    error: str | None

    def __new__(cls, error: str | None = None) -> "Self":
        """1, or 0 where there is an `error`."""
        made = super().__new__(cls, error is None)
        made.error = error
        return made

    def __getitem__(self, key: str) -> "Any":
        """A field by its name."""
        return self._fields()[key]

    def get(self, key: str, default: "Any" = None) -> "Any":
        """A field by its name."""
        return self._fields().get(key, default)

    def __repr__(self) -> str:
        return repr(bool(self))

    def _fields(self) -> "dict[str, Any]":
        return {"ok": bool(self), "content": None, "error": self.error}


def _unread(error: Exception) -> FileText:
    return FileText("", said(error))


def _unwritten(error: Exception) -> Written:
    return Written(said(error))


@or_else(_unread)
def read_file(spoke: str, path: str) -> FileText:
    """The text of a file; needs a pattern of `fs_read`. Empty where it can't be read."""
    reply = ask("read_file", spoke=spoke, path=str(path), timeout=LONG_TIMEOUT)
    return FileText(part(reply, "content", str))


@or_else(_unwritten)
def write_file(spoke: str, path: str, content: str) -> Written:
    """Write a file, whole or not at all; needs a pattern of `fs_write`. False where it can't be."""
    ask("write_file", spoke=spoke, path=str(path), content=content, timeout=LONG_TIMEOUT)
    return Written()


@or_false
def write_log(name: str, message: str, level: str = "info") -> bool:
    """Add a line to `logs/NAME.log`; `level` is `debug`, `info`, `warning` or `error`."""
    return is_done("write_log", spoke=name, message=message, level=level)
