"""The progress of a job: a bar on a terminal, else a line for each step."""

import posix

from axium.thin.words import encode

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

WIDTH = 24
"""Characters of the bar."""

_CLEAR = "\r\x1b[K"


class Progress:
    """Shows progress on stderr; `is_quiet` shows nothing."""

    def __init__(self, *, is_quiet: bool) -> None:
        self._is_quiet = is_quiet
        self._is_terminal = posix.isatty(2)
        self._shown = ""

    def show(self, line: "Mapping[str, Any]") -> None:
        """Show one step."""
        text = _text(line)
        if self._is_quiet or text == self._shown:
            return
        self._shown = text
        if self._is_terminal:
            _write(_CLEAR + _bar(line.get("percent")) + _cut(text))
        else:
            _write(text + "\n")

    def clear(self) -> None:
        """Take the bar away."""
        if self._shown and self._is_terminal and not self._is_quiet:
            _write(_CLEAR)
            self._shown = ""


def _text(line: "Mapping[str, Any]") -> str:
    percent, said = line.get("percent"), str(line.get("description") or line.get("state") or "")
    shown = "".join([c if c.isprintable() else " " for c in said])
    return shown if percent is None else f"{_bounded(percent):3.0f}% {shown}".rstrip()


def _bar(percent: "Any") -> str:
    if percent is None:
        return ""
    full = round(WIDTH * _bounded(percent) / 100)
    return f"[{'#' * full}{'.' * (WIDTH - full)}] "


def _bounded(percent: float) -> float:
    """Between none and all, whatever a server says."""
    return min(100.0, max(0.0, percent))


def _cut(text: str) -> str:
    """As much as one line of the terminal has room for."""
    try:
        columns = posix.get_terminal_size(2).columns
    except OSError:
        columns = 80
    return text[: max(0, columns - WIDTH - 4)]


def _write(text: str) -> None:
    try:  # noqa: SIM105 (contextlib costs 2 ms)
        posix.write(2, encode(text))
    except OSError:
        pass  # nobody looks
