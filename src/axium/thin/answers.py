"""What a line about a link says, and the exit code of the last one (spec: links)."""

from axium.thin import say
from axium.thin.words import decode

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

REMOTE, USAGE, DOWN, UNKNOWN = 1, 2, 4, 5
"""The server said no; nothing was asked; not connected, or not logged in; sent, outcome unknown."""

_CODES = {
    "remote": REMOTE,
    "invalid": USAGE,
    "bad_request": USAGE,
    "too_large": USAGE,
    "busy": USAGE,
    "unknown_link": USAGE,
    "denied": USAGE,
    "link_lost": UNKNOWN,
    "timeout": UNKNOWN,
}
"""By the code of an error; every other one means that nothing was sent."""

MOST_DETAILS = 20
"""Lines of a server's details that are shown."""

MOST_DIGITS = 4300
"""Of a whole number, beyond which Python refuses to make one."""

_RESULT = b'"ok":true,"type":"result","result":'
_DETACHED = b',"detached":true'


def result_of(line: bytes) -> bytes | None:
    """The result in a line, byte for byte; None where it is none, or says more than that."""
    # Without json, which takes as long to import as the whole call takes.
    head, found, rest = line.partition(_RESULT)
    if not found or len(head) > 16 or rest.startswith(b"null" + _DETACHED):
        return None
    return rest[:-1]


def decoded(line: bytes) -> "dict[str, Any]":
    """The line as an object. ValueError."""
    from json import loads  # 6 ms

    found: dict[str, Any] = loads(line, parse_int=_whole)
    return found


def _whole(digits: str) -> "int | str":
    """A number, or its digits where Python makes none of so many."""
    return int(digits) if len(digits) <= MOST_DIGITS else digits


def code_of(reply: "Mapping[str, Any]") -> int:
    """The exit code that an error leads to."""
    if reply.get("outcome") == "unknown":
        return UNKNOWN
    return _CODES.get(str(reply.get("code")), DOWN)


def tell_error(reply: "Mapping[str, Any]", *, json: bool) -> int:
    """Tell of a last line that is an error; the exit code."""
    if json:
        from json import dumps

        shown = {name: value for name, value in reply.items() if name not in ("id", "ok")}
        text = dumps(shown, ensure_ascii=False, indent=2)
        # Halves of surrogate pairs, which servers write as `\\ud800`, are written so again.
        say.out(text.encode("utf-8", "backslashreplace").decode() + "\n")
        return code_of(reply)
    sentence, hints = str(reply.get("error")), [str(reply["hint"])] if reply.get("hint") else []
    if reply.get("outcome") == "unknown":
        hints.append("it was sent: whether the server did it is not known")
    if reply.get("code") == "remote":
        sentence = f"the server answered: {sentence}"
        hints += _details(reply.get("remote"))
    say.error(sentence, "\n".join(hints))
    return code_of(reply)


def tell_lost() -> int:
    """The daemon is gone in the middle of it; the exit code."""
    say.error("the daemon ended before the answer came", "whether the server did it is not known")
    return UNKNOWN


def text_of(value: bytes) -> str:
    """Bytes of a server's as text."""
    return decode(value)


def _details(error: "Any") -> list[str]:
    """What a server says beside its message: fields that it does not accept."""
    data = error.get("data") if isinstance(error, dict) else None
    extra = data.get("extra") if isinstance(data, dict) else None
    rows = extra if isinstance(extra, list) else []
    return [_detail(row) for row in rows[:MOST_DETAILS]]


def _detail(row: "Any") -> str:
    if isinstance(row, list) and len(row) > 1:
        return f"{row[0]}: {row[1]}"
    return str(row)
