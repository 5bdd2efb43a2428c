"""JSON-RPC 2.0 as bytes: requests are put together, frames taken apart, values left as they are."""

import json
import re
from typing import TypeVar

import msgspec

T = TypeVar("T")

NULL = b"null"


class Frame(msgspec.Struct, frozen=True):
    """What a server sent; a field that is not there is empty, one that is null is `null`.

    `event` is what servers send that have notifications without a method.
    """

    id: msgspec.Raw = msgspec.Raw()
    method: msgspec.Raw = msgspec.Raw()
    params: msgspec.Raw = msgspec.Raw()
    result: msgspec.Raw = msgspec.Raw()
    error: msgspec.Raw = msgspec.Raw()
    event: msgspec.Raw = msgspec.Raw()

    @property
    def is_reply(self) -> bool:
        """Whether it answers a request, well or not."""
        return bool(self.id and not self.method and (self.result or self.error))

    @property
    def name(self) -> str | None:
        """The method of a notification, or the `event` that stands for one."""
        return text_of(self.method or self.event)


class NoFrame(ValueError):
    """Bytes that are no JSON-RPC at all."""


_FIELDS = frozenset(Frame.__struct_fields__)
_SCANNER = json.JSONDecoder(strict=False)
_STRING = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"', re.DOTALL)
_CONTROL = re.compile(r"[\x00-\x1f]")
_decode = msgspec.json.Decoder(Frame).decode


def one_line(data: bytes) -> bytes:
    """The same JSON without line breaks, which it has as blanks only. NoFrame if it is no text."""
    if not data.isascii():
        try:
            data.decode()
        except UnicodeDecodeError as fault:
            raise NoFrame(str(fault)) from None
    if b"\n" in data or b"\r" in data:
        data = data.replace(b"\n", b" ").replace(b"\r", b" ")
    return data


def frame_of(line: bytes) -> Frame:
    """The frame in these bytes. NoFrame."""
    try:
        return _decode(line)
    except msgspec.DecodeError:
        return _loose_frame(line)
    except RecursionError as fault:
        raise NoFrame(str(fault)) from None


def _loose_frame(line: bytes) -> Frame:
    """The same for what servers send that is not quite JSON: `NaN`, halves of surrogate pairs.

    Control characters in strings are written as JSON has them: a terminal would obey them.
    """
    try:
        fields = _members(_STRING.sub(_escaped, line.decode()))
    except (ValueError, RecursionError) as fault:
        raise NoFrame(str(fault)) from None
    known = {name: msgspec.Raw(value) for name, value in fields.items() if name in _FIELDS}
    return Frame(**known)


def _escaped(found: re.Match[str]) -> str:
    return _CONTROL.sub(lambda control: f"\\u{ord(control[0]):04x}", found[0])


def _members(text: str) -> dict[str, bytes]:
    """The members of an object, each value as it is written. ValueError."""
    place = _after(text, 0, "{")
    found: dict[str, bytes] = {}
    while not text.startswith("}", place):
        name, place = _SCANNER.raw_decode(text, place)
        if not isinstance(name, str):
            raise ValueError(f"no name at {place}")
        begin = _after(text, place, ":")
        _value, end = _SCANNER.raw_decode(text, begin)
        found[name] = text[begin:end].encode()
        place = _blanks(text, end)
        if text.startswith(",", place):
            place = _after(text, place, ",")
    if text[place + 1 :].strip():
        raise ValueError("something follows the object")
    return found


def _after(text: str, place: int, mark: str) -> int:
    """Where the next word begins behind this mark. ValueError where there is another one."""
    place = _blanks(text, place)
    if not text.startswith(mark, place):
        raise ValueError(f"no `{mark}` at {place}")
    return _blanks(text, place + 1)


def _blanks(text: str, place: int) -> int:
    while text[place : place + 1].isspace():
        place += 1
    return place


def request(number: int, method: str, params: bytes) -> bytes:
    """The bytes of one request."""
    name = msgspec.json.encode(method)
    return b'{"jsonrpc":"2.0","id":%d,"method":%b,"params":%b}' % (number, name, params)


def decoded(raw: bytes | msgspec.Raw, shape: type[T]) -> T | None:
    """The value, or None where there is none, or a server means something else by it."""
    try:
        return msgspec.json.decode(raw, type=shape) if raw else None
    except (msgspec.DecodeError, RecursionError):
        return None


def text_of(raw: bytes | msgspec.Raw) -> str | None:
    """The string that this is, if it is one."""
    return decoded(raw, str)


def whole(digits: str | bytes) -> int | None:
    """The number that these digits are; None where they are none, or too many for one."""
    is_number = digits.isascii() and digits.isdigit() and len(digits) < 20
    return int(digits) if is_number else None


class Answer(msgspec.Struct, frozen=True):
    """How a request ended: with a result or with an error, the other one is empty."""

    result: bytes = b""
    error: bytes = b""


class RemoteError(msgspec.Struct, frozen=True):
    """An error as a server says it."""

    code: msgspec.Raw = msgspec.Raw(NULL)
    message: msgspec.Raw = msgspec.Raw()
    data: msgspec.Raw = msgspec.Raw()


class Reasoned(msgspec.Struct, frozen=True):
    """The `data` of an error, as far as it explains the error."""

    reason: str | None = None


def said(error: bytes) -> str:
    """What an error says to people: its reason, where it has one, else its message."""
    found = decoded(error, RemoteError)
    if found is None:
        return text_of(error) or "an error without words"
    data = decoded(found.data, Reasoned) or Reasoned()
    return data.reason or text_of(found.message) or "an error without words"
