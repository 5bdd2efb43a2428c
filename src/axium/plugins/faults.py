"""What is told of code of a plugin that raised: where, what, and the way there."""

import traceback
from pathlib import Path
from types import TracebackType
from typing import NamedTuple

from axium.model.suggest import did_you_mean

LONGEST_TEXT = 1000
LONGEST_TRACE = 20_000
"""Characters; the end of a trace says more than its beginning."""


class Unloadable(Exception):
    """A plugin can't be loaded as it is written; `where` is `FILE` or `FILE:LINE`."""

    def __init__(self, where: str, text: str) -> None:
        super().__init__(f"{where}: {text}")


class Told(NamedTuple):
    """What is told of an error: `FILE:LINE: TYPE: TEXT`, and its traceback."""

    error: str
    trace: str


def told(error: BaseException, directory: str) -> Told:
    """What there is to tell of an error that came out of the plugin in `directory`."""
    if isinstance(error, Unloadable):
        return Told(sayable(str(error)), "")
    place, said = _place(error, directory), _text(error) + _hint(error, directory)
    text = f"{type(error).__name__}: {said}" if said else type(error).__name__
    said = f"{place}: {text}" if place else text
    return Told(sayable(said), sayable(_trace(error, directory)))


def sayable(text: str) -> str:
    """The same, with half characters escaped: names of files may have some, and JSON none."""
    return str.encode(text, "utf-8", "backslashreplace").decode()


def _place(error: BaseException, directory: str) -> str:
    """`FILE:LINE`, the innermost in the plugin's own files."""
    if isinstance(error, SyntaxError) and error.filename:
        return f"{error.filename}:{error.lineno or 1}"
    place = ""
    for frame, line in traceback.walk_tb(error.__traceback__):
        if _is_own(frame.f_code.co_filename, directory):
            place = f"{frame.f_code.co_filename}:{line}"
    return place


def _text(error: BaseException) -> str:
    """What the error says, on one line."""
    try:
        said = error.msg if isinstance(error, SyntaxError) else str(error)
    except BaseException:  # noqa: BLE001 (the plugin boundary: the error's own code)
        return "(its text can't be had)"
    return " ".join(said.split())[:LONGEST_TEXT]


def _hint(error: BaseException, directory: str) -> str:
    """The module of the plugin's own that was meant, where one was mistyped."""
    if not isinstance(error, ModuleNotFoundError) or not error.name:
        return ""
    own = [path.stem for path in Path(directory).glob("*.py")]
    hint = did_you_mean(error.name.rpartition(".")[2], own)
    return f"; {hint}" if hint else ""


def _trace(error: BaseException, directory: str) -> str:
    """The traceback, from the plugin's first frame on."""
    try:
        lines = traceback.format_exception(
            type(error), error, _from_own(error.__traceback__, directory)
        )
    except BaseException:  # noqa: BLE001 (the plugin boundary: the error's own code)
        return ""
    return "".join(lines)[-LONGEST_TRACE:]


def _from_own(trace: TracebackType | None, directory: str) -> TracebackType | None:
    first = trace
    while first is not None and not _is_own(first.tb_frame.f_code.co_filename, directory):
        first = first.tb_next
    return first


def _is_own(path: str, directory: str) -> bool:
    return path.startswith(directory.rstrip("/") + "/")
