"""The ways to log in, and that no secret shows in what is told of them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from axium.links.definition import Link
from axium.links.dialogue import Compute, Refused, Request
from axium.links.login import LinkLogin
from axium.links.messages import Answer
from axium.links.secrets import Secret
from tests.support.servers.truenas.scram import ScramServer

SECRET = Secret("hunter2")
TRUE, NO = (
    Answer(result=b"true"),
    Answer(error=b'{"message":"no, hunter2 is wrong","data":{"x":1}}'),
)

MULTI = (
    b'[[{"methodName":"aria2.getVersion","params":["token:hunter2"]},'
    b'{"methodName":"system.x","params":[1]}]]'
)


def login(auth: str, secret: Secret | None = SECRET) -> LinkLogin:
    """How a link of this style logs in."""
    return LinkLogin(Link(name="n", uri="wss://h/", auth=auth, user="ann"), secret)


@pytest.mark.parametrize(
    ("auth", "headers"),
    [
        ("none", {}),
        ("truenas-key", {}),
        ("bearer", {"Authorization": "Bearer hunter2"}),
        ("basic", {"Authorization": "Basic YW5uOmh1bnRlcjI="}),
        ("header X-Api-Key", {"X-Api-Key": "hunter2"}),
    ],
)
def test_headers_of_the_handshake(auth: str, headers: dict[str, str]) -> None:
    assert login(auth).headers() == headers


@pytest.mark.parametrize("auth", ["bearer", "header X-Api-Key"])
def test_a_secret_that_can_not_stand_in_a_header_is_refused(auth: str) -> None:
    with pytest.raises(Refused, match="can't stand in a header") as raised:
        login(auth, Secret("a\tb")).headers()
    assert "a\tb" not in str(raised.value)


@pytest.mark.parametrize(
    ("auth", "request_"),
    [
        (
            'first-call server.connect {"key": "{{secret}}", "n": [1, "x{{secret}}"]}',
            Request("server.connect", b'{"key":"hunter2","n":[1,"xhunter2"]}'),
        ),
        ("first-call initialize", Request("initialize", b"[]")),
        ("aria2-token", Request("aria2.getVersion", b"[]")),
    ],
)
def test_the_first_request_of_a_login(auth: str, request_: Request) -> None:
    steps = login(auth).steps()
    assert next(steps) == request_
    with pytest.raises(StopIteration):
        steps.send(TRUE)


@pytest.mark.parametrize(
    "auth", ["truenas-password", "truenas-key", "first-call m", "truenas-scram", "aria2-token"]
)
def test_a_refusal_is_told_without_the_secret_and_without_its_data(auth: str) -> None:
    steps = login(auth).steps()
    next(steps)
    with pytest.raises(Refused) as raised:
        steps.send(NO)
    assert str(raised.value) == "no, *** is wrong"


PASSWORD = Request(
    "auth.login_ex",
    b'[{"mechanism":"PASSWORD_PLAIN","username":"ann","password":"hunter2"}]',
)
KEY = Request(
    "auth.login_ex", b'[{"mechanism":"API_KEY_PLAIN","username":"ann","api_key":"hunter2"}]'
)
OLDER = Answer(error=b'{"code":-32601,"message":"Method does not exist"}')


@pytest.mark.parametrize(
    ("auth", "newer", "older"),
    [
        ("truenas-password", PASSWORD, Request("auth.login", b'["ann","hunter2"]')),
        ("truenas-key", KEY, Request("auth.login_with_api_key", b'["hunter2"]')),
    ],
)
def test_newer_and_older_truenas_servers(auth: str, newer: Request, older: Request) -> None:
    steps = login(auth).steps()
    assert next(steps) == newer
    with pytest.raises(StopIteration):
        steps.send(Answer(result=b'{"response_type":"SUCCESS"}'))
    steps = login(auth).steps()
    next(steps)
    assert steps.send(OLDER) == older
    with pytest.raises(StopIteration):
        steps.send(TRUE)


def test_a_key_without_a_user_is_said_as_older_servers_have_it() -> None:
    link = Link(name="n", uri="wss://h/", auth="truenas-key")
    steps = LinkLogin(link, SECRET).steps()
    assert next(steps) == Request("auth.login_with_api_key", b'["hunter2"]')


@pytest.mark.parametrize(
    "answer",
    [
        Answer(result=b"false"),
        Answer(result=b'{"response_type":"AUTH_ERR"}'),
        Answer(result=b'{"response_type":"OTP_REQUIRED"}'),
        Answer(result=b'{"response_type":"SCRAM_RESPONSE"}'),
    ],
)
def test_a_login_that_does_not_succeed_is_refused(answer: Answer) -> None:
    steps = login("truenas-password").steps()
    next(steps)
    with pytest.raises(Refused, match="the server"):
        steps.send(answer)


def test_an_older_server_that_says_no_is_believed() -> None:
    steps = login("truenas-password").steps()
    next(steps)
    steps.send(OLDER)
    with pytest.raises(Refused, match="the server refuses the login"):
        steps.send(Answer(result=b"false"))


def test_scram_is_not_replaced_by_an_older_way() -> None:
    steps = login("truenas-scram").steps()
    next(steps)
    with pytest.raises(Refused, match="Method does not exist"):
        steps.send(OLDER)


def said(step: Any) -> str:
    """What a message of SCRAM says."""
    assert isinstance(step, Request)
    (message,) = json.loads(step.params)
    return str(message["rfc_str"])


def scram_answer(text: str | None, kind: str = "SCRAM_RESPONSE") -> Answer:
    """The server's message."""
    return Answer(result=json.dumps({"response_type": kind, "rfc_str": text}).encode())


@pytest.mark.parametrize(
    ("secret", "proved", "user"), [("7-abc", "abc", "ann:7"), ("pass-word", "pass-word", "ann")]
)
def test_scram_with_a_key_and_with_a_password(secret: str, proved: str, user: str) -> None:
    server = ScramServer(proved)
    steps = login("truenas-scram", Secret(secret)).steps()
    compute = steps.send(scram_answer(server.first(said(next(steps)))))
    assert isinstance(compute, Compute)
    final = server.final(said(steps.send(compute.work())))
    with pytest.raises(StopIteration):
        steps.send(scram_answer(final))
    assert server.user == user


@pytest.mark.parametrize(
    "answer",
    [
        scram_answer(None, "AUTH_ERR"),
        scram_answer(None),
        scram_answer("r=short,s=,i=1"),
        Answer(result=b"true"),
        Answer(result=b'{"response_type":"SUCCESS"}'),
    ],
)
def test_scram_is_never_downgraded(answer: Answer) -> None:
    steps = login("truenas-scram").steps()
    next(steps)
    with pytest.raises(Refused):
        steps.send(answer)


@pytest.mark.parametrize(
    ("method", "params", "dressed"),
    [
        ("aria2.tellStatus", b'["gid"]', b'["token:hunter2","gid"]'),
        ("aria2.getVersion", b" [ ] ", b'["token:hunter2"]'),
        ("system.listMethods", b"[]", b"[]"),
        (
            "system.multicall",
            b'[[{"methodName":"aria2.getVersion"},{"methodName":"system.x","params":[1]}]]',
            MULTI,
        ),
    ],
)
def test_aria2_has_its_token_before_other_parameters(
    method: str, params: bytes, dressed: bytes
) -> None:
    assert login("aria2-token").dressed(method, params) == dressed


@pytest.mark.parametrize(
    ("method", "params"),
    [("aria2.tellStatus", b'{"gid":1}'), ("system.multicall", b"[]"), ("system.multicall", b"3")],
)
def test_parameters_that_can_not_have_the_token_are_refused(method: str, params: bytes) -> None:
    with pytest.raises(ValueError, match="list"):
        login("aria2-token").dressed(method, params)


@pytest.mark.parametrize(
    ("secret", "error", "shown"),
    [
        ('a"b', rb'{"x":"a\"b","y":"a"}', rb'{"x":"***","y":"a"}'),
        ("p\xe4ss", '{"x":"p\xe4ss"}'.encode(), b'{"x":"***"}'),
        ("p\xe4ss", rb'{"x":"no p\u00e4ss"}', b'{"x":"no ***"}'),
        ("\U0001f600", rb'["\ud83d\uDE00"]', b'["***"]'),
        ("a/b", rb'["a\/b"]', b'["***"]'),
        ("1", b'{"code":-32601,"message":"no 1"}', b'{"code":-32601,"message":"no ***"}'),
        ('"', rb'{"code":1,"message":"\""}', b'{"code":1,"message":"***"}'),
        ("hunter2", rb'["\ud800 hunter2"]', rb'["\ud800 ***"]'),
        ("hunter2", b'["caf\xc3\xa9"]', b'["caf\xc3\xa9"]'),
        ("hunter2", b'["\x00"]', b'["\x00"]'),
    ],
)
def test_the_secret_is_hidden_however_an_error_writes_it(
    secret: str, error: bytes, shown: bytes
) -> None:
    assert login("bearer", Secret(secret)).cleaned(error) == shown


def test_the_secret_is_hidden_also_as_the_handshake_has_it() -> None:
    said = "invalid header: Basic YW5uOmh1bnRlcjI= of hunter2"
    assert login("basic").hidden(said) == "invalid header: Basic *** of ***"


def test_what_a_server_says_is_told_on_one_line() -> None:
    told = login("none").hidden("bad\x1b]0;pwn\x07\n2026-11-21 ERROR  axium: all is lost\x9b31m")
    assert told == "bad ]0;pwn 2026-11-21 ERROR axium: all is lost 31m"
    assert login("none").hidden("x" * 10_000) == "x" * 500


def test_a_secret_shows_itself_to_nobody() -> None:
    shown = f"{SECRET} {SECRET!r} {login('bearer')!r} {login('bearer').__dict__.keys()}"
    assert "hunter2" not in shown
