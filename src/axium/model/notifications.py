"""What a stored notification is."""

import msgspec


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """A stored notification; `timestamp` is ISO 8601 UTC, `time` epoch seconds."""

    spoke: str
    title: str
    body: str
    message: str
    level: str
    timestamp: str
    time: float
    seq: int
