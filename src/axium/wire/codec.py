"""From a line of bytes to a typed request, or to the refusal that says what is wrong with it."""

import re
from typing import Any, Literal, get_args, get_origin

import msgspec

from axium.wire.envelope import OWNER_RULE, Request, RequestId
from axium.wire.errors import Refusal
from axium.wire.registry import Command, Registry

_PATH = re.compile(r" - at `\$\.?(.*)`$")
_REGEX = re.compile(r"Expected `str` matching regex .*")


class Codec:
    """Decodes the requests of one registry."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._decode = registry.decoder().decode

    def request(self, line: bytes) -> Request:
        """The typed request in this line.

        Refusals: `bad_request` (not UTF-8, not JSON, not an object, nested too
        deeply), `unknown_command`, `invalid` (the sentence names the field),
        ForLink.
        """
        try:
            if not line.isascii():
                # msgspec looks at no string of a field that it does not know.
                line.decode()
            return self._decode(line)
        except msgspec.ValidationError as fault:
            raise self._explained(line, fault) from None
        except msgspec.DecodeError as fault:
            raise Refusal("bad_request", f"the request is not valid JSON: {fault}") from None
        except UnicodeDecodeError:
            raise Refusal("bad_request", "the request is not UTF-8") from None
        except RecursionError:
            raise Refusal("bad_request", "the request is nested too deeply") from None

    def _explained(self, line: bytes, fault: msgspec.ValidationError) -> Refusal:
        body = loose(line)
        if body is None:
            return Refusal("bad_request", "the request is not a JSON object")
        name = body.get("cmd")
        if "cmd" not in body:
            return _without_cmd(body)
        if not isinstance(name, str):
            return Refusal("invalid", "field `cmd` must be a string")
        command = self._registry.named(name)
        if command is None:
            return self._unknown(name)
        return Refusal("invalid", field_sentence(str(fault)), hint=_choices(command, str(fault)))

    def _unknown(self, name: str) -> Refusal:
        from difflib import get_close_matches  # 1.5 ms, and only for a mistyped name

        near = get_close_matches(name[:64], self._registry.names(), n=1)
        hint = f"did you mean `{near[0]}`?" if near else "`hello` lists the commands"
        return Refusal("unknown_command", "unknown command", hint=hint)


class ForLink(Refusal):
    """A request in the one-shot dialect; it is refused where that is not spoken."""

    def __init__(self) -> None:
        super().__init__(
            "invalid",
            "a request with `command` is for a link, which is asked on the daemon's socket",
            hint="a request to axium itself names what it asks in `cmd`",
        )


def _without_cmd(body: dict[str, Any]) -> Refusal:
    if "command" in body:
        return ForLink()
    return Refusal("invalid", "missing field `cmd`", hint="it names what is asked")


def _choices(command: Command, text: str) -> str | None:
    """What may stand in the field that a fault is about, where it is one of a few words."""
    match = _PATH.search(text)
    field = command.requests[0].__annotations__.get(match[1]) if match is not None else None
    words = get_args(field) if get_origin(field) is Literal else ()
    return f"one of {', '.join(f'`{word}`' for word in words)}" if words else None


def loose(line: bytes) -> dict[str, Any] | None:
    """The line as a plain object, or None where it is none."""
    try:
        body = msgspec.json.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    return body if isinstance(body, dict) else None


def request_id(line: bytes) -> RequestId | None:
    """The `id` of a line that could not be decoded as a request, where it has a usable one."""
    found = (loose(line) or {}).get("id")
    if isinstance(found, bool) or not isinstance(found, str | int):
        return None
    return found


def field_sentence(text: str) -> str:
    """msgspec's sentence, with the field's path first: `field `a.b`: expected ...`."""
    match = _PATH.search(text)
    if match is None or not match[1]:
        return text[:1].lower() + text[1:]
    said = _REGEX.sub(f"expected {OWNER_RULE}", text[: match.start()])
    return f"field `{match[1]}`: {said[:1].lower()}{said[1:]}"
