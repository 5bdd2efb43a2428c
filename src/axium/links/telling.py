"""What callers are told, as the objects that they read: the wire's own, and the one-shot dialect's.

Values of servers stand in them as they came.
"""

from typing import Any

import msgspec

from axium.links.channel import FAILED, LAST, MORE, Dialect
from axium.links.dialogue import Body, Detached, Event, Failed, Gap, Pong, Progress, Result
from axium.links.messages import NULL, decoded

_ERROR_TYPES = {
    "remote": "ClientException",
    "timeout": "TimeoutError",
    "too_large": "ValueError",
    "invalid": "ValueError",
}
"""Of the one-shot dialect; everything else is a `ConnectionError`."""

_encode = msgspec.json.Encoder().encode
Raw = msgspec.Raw


def marked(body: Body, *, is_last: bool) -> bytes:
    """The mark of a line with this body."""
    if not is_last:
        return MORE
    return FAILED if isinstance(body, Failed) else LAST


def written(body: Body, dialect: Dialect) -> bytes | None:
    """The body as JSON; None where the dialect has no word for it."""
    fields = _native(body) if dialect == "native" else _one_shot(body)
    return None if fields is None else _encode(fields)


def _native(body: Body) -> dict[str, Any] | None:
    match body:
        case Result(value):
            return {"type": "result", "result": Raw(value)}
        case Failed():
            return _failure(body)
        case Progress(percent, description, state, job):
            told = {"type": "progress", "percent": percent, "description": description}
            return told | {"state": state, "job": None if job is None else Raw(job.encode())}
        case Event(event, data):
            return {"type": "event", "event": event, "data": Raw(data)}
        case Gap(event):
            return {"type": "gap", "event": event}
        case Pong(secs):
            return {"type": "result", "result": {"ms": round(secs * 1000, 3)}}
        case Detached(job):
            told = {"type": "result", "result": None, "detached": True}
            return told | ({} if job is None else {"job": Raw(job.encode())})


def _failure(failed: Failed) -> dict[str, Any]:
    told: dict[str, Any] = {"type": "error", "error": failed.sentence, "code": failed.code}
    if failed.error:
        told["remote"] = Raw(failed.error)
    if failed.is_unknown:
        told["outcome"] = "unknown"
    if failed.job is not None:
        told["job"] = Raw(failed.job.encode())
    return told


class _Data(msgspec.Struct):
    trace: Raw = Raw()
    extra: Raw = Raw()


class _Error(msgspec.Struct):
    data: _Data | None = None


class _Formatted(msgspec.Struct):
    formatted: Raw = Raw()


def _one_shot(body: Body) -> dict[str, Any] | None:
    match body:
        case Result(value):
            return {"type": "result", "result": Raw(value)}
        case Failed():
            return _one_shot_failure(body)
        case Progress(percent, description, state):
            told = {"type": "progress", "percent": percent, "description": description}
            return told | {"state": state}
        case Pong():
            return {"type": "result", "result": "pong"}
        case _:
            return None


def _one_shot_failure(failed: Failed) -> dict[str, Any]:
    kind = _ERROR_TYPES.get(failed.code, "ConnectionError")
    told: dict[str, Any] = {"type": "error", "error": failed.sentence, "error_type": kind}
    if not failed.error:
        return told
    data = (decoded(failed.error, _Error) or _Error()).data or _Data()
    return told | {"trace": _trace(bytes(data.trace)), "extra": data.extra or None}


def _trace(raw: bytes) -> Any:
    """A mapping with `formatted`, where the server said where it failed."""
    if not raw or raw == NULL:
        return None
    found = decoded(raw, _Formatted)
    if found is None:
        return {"formatted": Raw(raw)}
    return Raw(raw) if found.formatted else {"formatted": "", "trace": Raw(raw)}
