"""Which links can be, and which are refused before anything is sent."""

from __future__ import annotations

import pytest

from axium.links.checks import Unfit, check
from axium.links.definition import PROFILES as NAMES
from axium.links.definition import Link
from axium.links.profiles import PROFILES, profile_of

GOOD = {"name": "nas", "uri": "wss://nas.example/api/current"}
KEY = {"auth": "truenas-key", "secret": "file:~/.key"}


@pytest.mark.parametrize(
    "fields",
    [
        {},
        KEY,
        {"auth": "truenas-scram", "user": "admin", "secret": "env:KEY"},
        {"uri": "ws://127.0.0.1:6800/jsonrpc", "auth": "aria2-token", "secret": "env:TOKEN"},
        {"uri": "ws://[::1]:80/", "auth": "bearer", "secret": "cmd:pass show x"},
        {"uri": "ws://nas.example/", "allow_plaintext": True, **KEY},
        {"uri": "ws://nas.example/"},
        {"uri": "ws+unix:///run/s.sock", **KEY},
        {"uri": "", **KEY},
        {"uri": "", "profile": "truenas"},
        {"auth": "header X-Api-Key", "secret": "keyring:nas/admin"},
        {"auth": """first-call login {"token": "{{secret}}"}""", "secret": "env:T"},
        {"auth": "first-call initialize"},
        {"idle": 0},
        {"profile": "ethereum"},
    ],
)
def test_a_link_that_can_be(fields: dict[str, object]) -> None:
    check(Link(**(GOOD | fields)))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("fields", "field", "said"),
    [
        ({"name": "../x"}, "name", "a name has letters"),
        ({"name": ""}, "name", "a name has letters"),
        ({"uri": ""}, "uri", "the link has no URI"),
        ({"uri": "https://nas.example"}, "uri", "not one of a WebSocket"),
        ({"uri": "wss://"}, "uri", "leads nowhere"),
        ({"uri": "ws+unix://"}, "uri", "leads nowhere"),
        ({"uri": "wss://h:99999/"}, "uri", "can't be read"),
        ({"uri": "wss://nas.example/a b\n"}, "uri", "not one of a WebSocket"),
        ({"uri": "wss://admin:hunter2@nas.example/"}, "uri", "a user or a password"),
        ({"uri": "wss://admin@nas.example/"}, "uri", "a user or a password"),
        ({"uri": "wss://nas.example/?token=hunter2"}, "uri", "seems to contain a secret"),
        ({"uri": "wss://nas.example/?apiKey=hunter2"}, "uri", "seems to contain a secret"),
        ({"uri": "wss://nas.example/#x"}, "uri", "fragment"),
        ({"profile": "nas"}, "profile", "no such profile"),
        ({"auth": "magic"}, "auth", "no such style"),
        ({"auth": "bearer hunter2"}, "auth", "takes no further words"),
        ({"auth": "header", "secret": "env:K"}, "auth", "the name of a header"),
        ({"auth": "header A: b", "secret": "env:K"}, "auth", "the name of a header"),
        ({"auth": "first-call"}, "auth", "takes a method"),
        ({"auth": "first-call m {"}, "auth", "not JSON"),
        ({"auth": "first-call m 3"}, "auth", "a list or an object"),
        ({"auth": 'first-call m {"a": [{"password": "hunter2"}]}'}, "auth", "`password`"),
        ({"auth": "bearer"}, "secret", "needs a secret"),
        ({"auth": "bearer", "secret": "hunter2"}, "secret", "is not taken"),
        ({"auth": "bearer", "secret": "file:"}, "secret", "is not taken"),
        ({"auth": "bearer", "secret": "file:/k\0"}, "secret", "control characters"),
        ({"auth": "bearer", "secret": "keyring:nas"}, "secret", "service and user"),
        ({"auth": "basic", "secret": "env:K"}, "user", "needs a user"),
        ({"auth": "basic", "secret": "env:K", "user": "a\nb"}, "user", "control characters"),
        ({"uri": "ws://nas.example/", **KEY}, "uri", "plain `ws://`"),
        ({"uri": "ws://127.0.0.1.evil.example/", **KEY}, "uri", "plain `ws://`"),
        ({"idle": -1}, "idle", "in seconds"),
        ({"idle": float("nan")}, "idle", "in seconds"),
    ],
)
def test_a_link_that_can_not_be(fields: dict[str, object], field: str, said: str) -> None:
    with pytest.raises(Unfit) as raised:
        check(Link(**(GOOD | fields)))  # type: ignore[arg-type]
    assert raised.value.field == field
    assert said in str(raised.value)
    assert "hunter2" not in f"{raised.value} {raised.value.hint}"


@pytest.mark.parametrize(
    ("fields", "profile"),
    [
        ({}, "truenas"),
        ({"uri": "ws://localhost/websocket"}, "truenas"),
        ({"uri": "ws://localhost/x", "auth": "truenas-key"}, "truenas"),
        ({"uri": ""}, "truenas"),
        ({"uri": "ws://localhost:6800/jsonrpc"}, "aria2"),
        ({"uri": "ws://localhost:1/", "auth": "aria2-token"}, "aria2"),
        ({"uri": "ws://localhost:1/"}, "jsonrpc"),
        ({"uri": "ws://localhost:1/", "profile": "ethereum"}, "ethereum"),
    ],
)
def test_the_profile_follows_from_the_rest(fields: dict[str, str], profile: str) -> None:
    assert profile_of(Link(**(GOOD | fields))).name == profile  # type: ignore[arg-type]


def test_every_profile_can_be_named() -> None:
    assert set(NAMES) == set(PROFILES)


@pytest.mark.parametrize(
    ("uri", "user", "expected"),
    [
        ("", None, "local"),
        ("ws://h/", None, "19fd4b621ac9"),
        ("ws://h/", "root", "89d5bb8f2c91"),
    ],
)
def test_existing_clients_find_the_alias_by_uri_and_user(
    uri: str, user: str | None, expected: str
) -> None:
    assert Link(name="nas", uri=uri, user=user).alias_id == expected
