"""What of a link is refused before anything is sent."""

import json
import re
from typing import Any, NamedTuple
from urllib.parse import SplitResult, parse_qsl, urlsplit

from axium.links.definition import PLACEHOLDER, PROFILES, SOURCES, STYLES, Link

_WITH_USER = frozenset({"truenas-password", "truenas-scram", "basic"})
_WITHOUT_SECRET = frozenset({"none", "first-call"})
_NAME = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,63}\Z")
_TOKEN = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+\Z")
_TELLING = re.compile(r"pass(word|wd)?|pwd|secret|token|key|credential|cred|auth(orization)?")


class Unfit(ValueError):
    """A link that can't be; `field` is at fault. The text repeats nothing that may be a secret."""

    def __init__(self, field: str, sentence: str, hint: str | None = None) -> None:
        super().__init__(sentence)
        self.field = field
        self.hint = hint


class FirstCall(NamedTuple):
    """The words of a `first-call`; `params` may contain the placeholder."""

    method: str
    params: Any


def check(link: Link) -> None:
    """Unfit for the first thing that is wrong with it."""
    if not _NAME.match(link.name):
        raise Unfit("name", "a name has letters, digits and `._-`, at most 64, and no `.` first")
    if link.profile and link.profile not in PROFILES:
        raise Unfit("profile", "there is no such profile", f"one of {', '.join(PROFILES)}")
    _check_uri(link)
    _check_auth(link)
    _check_secret(link)
    _check_plaintext(link)
    if not 0 <= link.idle < 1e9:
        raise Unfit("idle", "`idle` is in seconds, and 0 for never")


def first_call(link: Link) -> FirstCall:
    """What a `first-call` link says first. Unfit where it is none."""
    words = link.auth.split(" ", 2)
    if len(words) < 2 or not words[1]:
        hint = """`first-call initialize '{"processId": null}'`"""
        raise Unfit("auth", "`first-call` takes a method, and its parameters as JSON", hint)
    try:
        params = json.loads(words[2]) if len(words) == 3 else []
    except ValueError as error:
        raise Unfit("auth", f"the parameters of `first-call` are not JSON: {error}") from None
    if not isinstance(params, list | dict):
        raise Unfit("auth", "the parameters of `first-call` are a list or an object")
    return FirstCall(words[1], params)


def header_name(link: Link) -> str:
    """The header of a `header` link. Unfit where none is named."""
    name = link.auth.partition(" ")[2]
    if not _TOKEN.match(name):
        raise Unfit("auth", "`header` takes the name of a header", "`header X-Api-Key`")
    return name


def is_loopback(host: str) -> bool:
    """Whether a host is this machine by its name alone: names are not looked up."""
    return host in ("localhost", "::1") or bool(re.match(r"127(\.\d{1,3}){3}\Z", host))


def _check_uri(link: Link) -> None:
    if not link.uri:
        if link.profile != "truenas" and not link.style.startswith("truenas-"):
            raise Unfit("uri", "the link has no URI", "like `wss://nas.example/api/current`")
        return
    parts = _parts(link.uri)
    if not (parts.path if parts.scheme == "ws+unix" else parts.hostname):
        raise Unfit("uri", "the URI leads nowhere", "like `wss://nas.example/api/current`")
    if parts.username is not None or parts.password is not None:
        hint = "give the name with `--user`, and with `--secret` where the secret is"
        raise Unfit("uri", "the URI contains a user or a password", hint)
    if parts.fragment:
        raise Unfit("uri", "the URI has a fragment (`#`), which is never sent")
    if any(_is_telling(name) for name, _value in parse_qsl(parts.query, keep_blank_values=True)):
        raise Unfit("uri", "the URI seems to contain a secret", "say with `--secret` where it is")


def _parts(uri: str) -> SplitResult:
    try:
        parts = urlsplit(uri)
        _port = parts.port
    except ValueError:
        raise Unfit("uri", "the URI can't be read: its host or port is malformed") from None
    if parts.scheme not in ("ws", "wss", "ws+unix") or not uri.isprintable():
        hint = "`wss://HOST/PATH`, `ws://HOST/PATH` or `ws+unix:///PATH`"
        raise Unfit("uri", "the URI is not one of a WebSocket", hint)
    return parts


def _check_auth(link: Link) -> None:
    if link.style not in STYLES:
        raise Unfit("auth", "there is no such style to log in", f"one of {', '.join(STYLES)}")
    if link.style == "first-call":
        _check_literals(first_call(link).params)
    elif link.style == "header":
        header_name(link)
    elif link.auth != link.style:
        raise Unfit("auth", f"`{link.style}` takes no further words")
    if link.style in _WITH_USER and not link.user:
        raise Unfit("user", f"`{link.style}` needs a user", "give it with `--user`")
    if link.user is not None and not link.user.isprintable():
        raise Unfit("user", "the user contains control characters")


def _check_literals(params: Any) -> None:
    """No secret stands in the parameters themselves, as far as names tell."""
    rows = params.items() if isinstance(params, dict) else enumerate(params)
    for name, value in rows:
        if isinstance(value, dict | list):
            _check_literals(value)
        elif isinstance(value, str) and _is_telling(str(name)) and PLACEHOLDER not in value:
            hint = f"write `{PLACEHOLDER}` there, and say with `--secret` where it is"
            raise Unfit("auth", f"`{name}` of `first-call` seems to contain a secret", hint)


def _check_secret(link: Link) -> None:
    if link.secret is None:
        if link.style not in _WITHOUT_SECRET:
            hint = "`--secret file:PATH`, `env:NAME`, `cmd:ARGV` or `keyring:SERVICE/USER`"
            raise Unfit("secret", f"`{link.style}` needs a secret", hint)
        return
    source, colon, rest = link.secret.partition(":")
    if source not in SOURCES or not colon or not rest.strip():
        hint = "say where it is: `file:PATH`, `env:NAME`, `cmd:ARGV` or `keyring:SERVICE/USER`"
        raise Unfit("secret", "a secret itself is not taken, since others would see it", hint)
    if not link.secret.isprintable():
        raise Unfit("secret", "where the secret is contains control characters")
    if source == "keyring" and not all(rest.partition("/")[::2]):
        raise Unfit("secret", "a keyring is asked by service and user", "`keyring:SERVICE/USER`")


def _check_plaintext(link: Link) -> None:
    parts = urlsplit(link.uri)
    sends_secret = link.secret is not None
    if parts.scheme != "ws" or not sends_secret or link.allow_plaintext:
        return
    if not is_loopback(parts.hostname or ""):
        hint = "use `wss://`, or `--allow-plaintext` where you know what can be seen there"
        raise Unfit("uri", "the secret would go over a plain `ws://` to another machine", hint)


def _is_telling(name: str) -> bool:
    words = re.split(r"[^a-z]+", re.sub(r"([a-z])([A-Z])", r"\1_\2", name).lower())
    return any(_TELLING.fullmatch(word) for word in words) or "apikey" in words
