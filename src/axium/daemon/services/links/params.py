"""The parameters of a call, as they go to the server, and its time."""

import msgspec

from axium.wire.errors import Refusal

Raw = msgspec.Raw

CALL_SECS = 60.0
"""How long a call may take that says nothing of it, unless it is a job."""

_as_raw = msgspec.json.Decoder(Raw).decode
_encode = msgspec.json.Encoder().encode


def outgoing(params: Raw) -> Raw:
    """Parameters that a client wrote, byte for byte. Refusal `invalid`."""
    if bytes(memoryview(params)[:1]) not in (b"[", b"{"):
        raise Refusal("invalid", "field `params`: it must be a list or an object")
    return params


def of_words(words: list[str], *, named: bool) -> Raw:
    """A list of what the words mean, or with `named` the object that the only word is.

    Refusal `invalid`.
    """
    meant = [_meant(word) for word in words]
    if not named:
        return Raw(b"[%b]" % b", ".join(meant))
    if len(meant) != 1 or meant[0][:1] != b"{":
        raise Refusal("invalid", "named parameters are one object of JSON", hint='`{"key": 1}`')
    return Raw(meant[0])


def time_of(secs: float | None, *, is_job: bool) -> float | None:
    """How long a call may take that says so of itself; None for all the time it wants."""
    return secs if secs is not None or is_job else CALL_SECS


def _meant(word: str) -> bytes:
    """A word as JSON: it is that already, or a plain text."""
    try:
        raw = word.encode()
        _as_raw(raw)
    except (msgspec.DecodeError, UnicodeEncodeError, RecursionError):
        return _encode(word)
    # JSON has line breaks between its parts alone, where a blank says the same.
    return raw.replace(b"\n", b" ").replace(b"\r", b" ").strip()
