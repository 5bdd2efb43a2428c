"""What every request and every reply has, whatever its command."""

from typing import Annotated, Any, Generic, NamedTuple, TypeVar

import msgspec

RequestId = str | int

# One component of a path that is not hidden; empty is none. `$` alone would let a newline through.
Owner = Annotated[str, msgspec.Meta(pattern=r"^([A-Za-z0-9_-][A-Za-z0-9._-]{0,99})?$(?!\n)")]

OWNER_RULE = "letters, digits and `._-`, at most 100 of them, the first one not `.`"


class Request(msgspec.Struct, tag_field="cmd", kw_only=True):
    """A decoded request; each command's own struct names its tag and its fields.

    `id` keeps the connection open and is echoed. `spoke` says for whom the user
    asks; it is never an identity. Fields that a struct does not know are ignored.
    """

    id: RequestId | None = None
    spoke: Owner | None = None


class Reply(msgspec.Struct, kw_only=True):
    """The fields of a successful reply; `ok` and `id` are put before them."""


class Done(Reply):
    """A reply that says nothing but that it was done."""


class Ready(Reply):
    """A reply that is JSON already: an object, which is sent as it is after `id` and `ok`."""

    body: bytes
    is_ok: bool = True


class Later(Reply):
    """No reply now: whoever owes it sends it to the connection by itself."""


LATER = Later()

R = TypeVar("R", bound=Reply)


class Handed(NamedTuple, Generic[R]):
    """A reply with whose first byte a descriptor goes (SCM_RIGHTS), which is closed then."""

    reply: R
    descriptor: int


_encode = msgspec.json.Encoder(enc_hook=str).encode


def encode_reply(reply: Reply, request_id: RequestId | None) -> bytes:
    """One line: `{"id": .., "ok": true, ...}`, without `id` where the request had none."""
    if isinstance(reply, Ready):
        return _line(b'"ok":true' if reply.is_ok else b'"ok":false', reply.body, request_id)
    return _line(b'"ok":true', _encode(reply), request_id)


def encode_handed(reply: Reply, request_id: RequestId | None) -> bytes:
    """The same, and `"descriptors": 1`: who reads several lines at once knows whose it is."""
    return _line(b'"ok":true,"descriptors":1', _encode(reply), request_id)


def encode_refusal(
    code: str,
    sentence: str,
    *,
    hint: str | None = None,
    fields: dict[str, Any] | None = None,
    request_id: RequestId | None = None,
) -> bytes:
    """One line: `{"ok": false, "error": .., "code": ..}` with `hint` and `fields` if any."""
    body: dict[str, Any] = {"error": sentence, "code": code}
    if hint is not None:
        body["hint"] = hint
    if fields:
        body.update(fields)
    return _line(b'"ok":false', _encode(body), request_id)


def encode_more(body: bytes, request_id: RequestId) -> bytes:
    """One line of several that answer a request; `body` is JSON already."""
    return _line(b'"ok":true', body, request_id)


def encode_event(event: msgspec.Struct, *, seq: int, request_id: RequestId) -> bytes:
    """One line of a subscription: `{"id": .., "seq": n, "event": NAME, ...}`."""
    return _line(b'"seq":%d' % seq, _encode(event), request_id)


def _line(head: bytes, body: bytes, request_id: RequestId | None) -> bytes:
    parts = [b"{"]
    if request_id is not None:
        parts += [b'"id":', _encode(request_id), b","]
    parts.append(head)
    if body != b"{}":
        parts.append(b",")
    parts += [body[1:], b"\n"]
    return b"".join(parts)
