"""The ways to log in: headers of the handshake, steps after it, and parameters of each request."""

import base64
import json
import re
import secrets as randomness
from typing import Any

import msgspec

from axium.links.checks import first_call, header_name
from axium.links.definition import PLACEHOLDER, Link
from axium.links.dialogue import Compute, Refused, Request, Steps
from axium.links.messages import Answer, RemoteError, decoded, said
from axium.links.scram import Scram, Unsound
from axium.links.secrets import Secret

HIDDEN = "***"
MOST_SHOWN = 500
"""Characters of what a server says that are told where no caller asked for them."""

_STRING = re.compile(rb'"(?:[^"\\]|\\.)*"')
_METHOD_NOT_FOUND = b"-32601"


class LinkLogin:
    """See `dialogue.Login`: what a definition says, with the secret that it names."""

    def __init__(self, link: Link, secret: Secret | None) -> None:
        self._link = link
        self._user = link.user or ""
        self._secret = secret.text if secret is not None else ""

    def __repr__(self) -> str:
        return f"LinkLogin({self._link.auth!r})"

    @property
    def is_login(self) -> bool:
        """See `Login`."""
        return self._link.style != "none"

    def headers(self) -> dict[str, str]:
        """What goes into the handshake. Refused where the secret can't stand in a header."""
        match self._link.style:
            case "bearer":
                return {"Authorization": f"Bearer {self._in_header()}"}
            case "header":
                return {header_name(self._link): self._in_header()}
            case "basic":
                return {"Authorization": f"Basic {self._pair()}"}
        return {}

    def steps(self) -> Steps:
        """See `Login`."""
        match self._link.style:
            case "truenas-password":
                yield from self._password()
            case "truenas-key":
                yield from self._key()
            case "truenas-scram":
                yield from self._scram()
            case "first-call":
                yield from self._first_call()
            case "aria2-token":
                # It has no login of its own; the first request that needs the token tells.
                yield from self._ask_any(Request("aria2.getVersion", b"[]"))

    def dressed(self, method: str, params: bytes) -> bytes:
        """See `Login`: aria2 has its token before the other parameters."""
        if self._link.style != "aria2-token":
            return params
        token = msgspec.json.encode(f"token:{self._secret}")
        if method == "system.multicall":
            return _each_with(token, params)
        return _with_first(token, params) if method.startswith("aria2.") else params

    def hidden(self, text: str) -> str:
        """See `Login`; on one line, since logs and terminals show it."""
        shown = "".join([c if c.isprintable() else " " for c in self._hidden(text)])
        return " ".join(shown.split())[:MOST_SHOWN]

    def cleaned(self, error: bytes) -> bytes:
        """See `Login`: looked for in each string by what it says, however it is escaped."""
        return _STRING.sub(self._clean, error) if self._secret else error

    def _clean(self, found: re.Match[bytes]) -> bytes:
        text = json.loads(found[0].decode(), strict=False)
        hidden = self._hidden(text)
        return found[0] if hidden == text else json.dumps(hidden).encode()

    def _hidden(self, text: str) -> str:
        for shape in filter(None, (self._secret, self._in_handshake())):
            text = text.replace(shape, HIDDEN)
        return text

    def _in_handshake(self) -> str:
        """The secret as it stands there, where it is not as it was read."""
        return self._pair() if self._link.style == "basic" else ""

    def _pair(self) -> str:
        return base64.b64encode(f"{self._user}:{self._secret}".encode()).decode()

    def _in_header(self) -> str:
        if not self._secret.isascii() or not self._secret.isprintable():
            raise Refused("the secret can't stand in a header: it has more than plain ASCII")
        return self._secret

    def _password(self) -> Steps:
        words = {"username": self._user, "password": self._secret}
        older = _request("auth.login", [self._user, self._secret])
        yield from self._plainly({"mechanism": "PASSWORD_PLAIN", **words}, older)

    def _key(self) -> Steps:
        older = _request("auth.login_with_api_key", [self._secret])
        if not self._user:
            yield from self._ask_true(older)
            return
        words = {"username": self._user, "api_key": self._secret}
        yield from self._plainly({"mechanism": "API_KEY_PLAIN", **words}, older)

    def _plainly(self, message: dict[str, str], older: Request) -> Steps:
        """What newer servers are told; older ones, which do not know that method, another one."""
        answer = yield _request("auth.login_ex", [message])
        if answer.error and _is_unknown_method(answer.error):
            yield from self._ask_true(older)
            return
        reply = self._reply(answer)
        if reply.response_type != "SUCCESS":
            raise Refused(f"the server refuses the login: {reply.response_type[:40]}")

    def _ask_true(self, request: Request) -> Steps:
        answer = yield request
        if answer.error:
            raise Refused(self._told(answer))
        if answer.result.strip() != b"true":
            raise Refused("the server refuses the login")

    def _first_call(self) -> Steps:
        words = first_call(self._link)
        params = msgspec.json.encode(_filled(words.params, self._secret))
        yield from self._ask_any(Request(words.method, params))

    def _ask_any(self, request: Request) -> Steps:
        """Any result will do."""
        answer = yield request
        if answer.error:
            raise Refused(self._told(answer))

    def _scram(self) -> Steps:
        number, dash, material = self._secret.partition("-")
        is_key = bool(dash) and number.isdigit()
        # A key's number goes with the user's name, and is no part of what is proved.
        user = f"{self._user}:{number}" if is_key else self._user
        secret = material if is_key else self._secret
        nonce = base64.b64encode(randomness.token_bytes(32)).decode()
        exchange = Scram(user, secret, nonce)
        try:
            first = yield from self._say("CLIENT_FIRST_MESSAGE", exchange.first)
            final = yield Compute(exchange.proof(first))
            exchange.check((yield from self._say("CLIENT_FINAL_MESSAGE", final)))
        except Unsound as fault:
            raise Refused(str(fault)) from None

    def _say(self, kind: str, text: str) -> Any:
        """One message of SCRAM; the server's."""
        message = {"mechanism": "SCRAM", "scram_type": kind, "rfc_str": text}
        answer = yield _request("auth.login_ex", [message])
        reply = self._reply(answer)
        if reply.response_type != "SCRAM_RESPONSE" or reply.rfc_str is None:
            raise Refused(f"the server refuses the login: {reply.response_type[:40]}")
        return reply.rfc_str

    def _reply(self, answer: Answer) -> "_Reply":
        """What `auth.login_ex` answered."""
        if answer.error:
            raise Refused(self._told(answer))
        reply = decoded(answer.result, _Reply)
        if reply is None:
            raise Refused("the server does not answer as a TrueNAS does")
        return reply

    def _told(self, answer: Answer) -> str:
        """The server's sentence alone: its data may repeat what it was sent."""
        return self.hidden(said(answer.error))


def _request(method: str, params: list[Any]) -> Request:
    return Request(method, msgspec.json.encode(params))


def _is_unknown_method(error: bytes) -> bool:
    found = decoded(error, RemoteError)
    return found is not None and bytes(found.code) == _METHOD_NOT_FOUND


class _Reply(msgspec.Struct):
    response_type: str
    rfc_str: str | None = None


def _with_first(token: bytes, params: bytes) -> bytes:
    inner = params.strip()
    if not inner.startswith(b"["):
        raise ValueError("this server takes its parameters as a list")
    rest = inner[1:].lstrip()
    return b"[" + token + (b"]" if rest.startswith(b"]") else b"," + rest)


class _Inner(msgspec.Struct, rename={"method": "methodName"}):
    method: str
    params: msgspec.Raw = msgspec.Raw(b"[]")


def _each_with(token: bytes, params: bytes) -> bytes:
    found = decoded(params, list[list[_Inner]])
    if found is None or len(found) != 1:
        raise ValueError("`system.multicall` takes a list of calls in a list")
    (calls,) = found
    for call in calls:
        if call.method.startswith("aria2."):
            call.params = msgspec.Raw(_with_first(token, bytes(call.params)))
    return msgspec.json.encode([calls])


def _filled(value: Any, secret: str) -> Any:
    """The parameters with the secret in place of its placeholder."""
    if isinstance(value, dict):
        return {name: _filled(each, secret) for name, each in value.items()}
    if isinstance(value, list):
        return [_filled(each, secret) for each in value]
    return value.replace(PLACEHOLDER, secret) if isinstance(value, str) else value
