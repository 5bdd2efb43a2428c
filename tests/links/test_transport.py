"""How connections are opened: what the handshake has in it, whom TLS believes, where none leads."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

import pytest

from axium.links.definition import Link
from axium.links.transport import reason_of
from tests.links.guarded import Guarded
from tests.links.keeper import Keeper
from tests.support.servers.certificates import Certificate, self_signed
from tests.support.servers.truenas import TrueNas


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    """What is closed at the end."""
    with ExitStack() as stack:
        yield stack


@pytest.fixture
def certificate(tmp_path: Path) -> Certificate:
    """One that signed itself, for 127.0.0.1."""
    return self_signed(tmp_path)


def asked(keeper: Keeper, uri: str, **fields: Any) -> dict[str, Any]:
    """What a call over a link of this kind gives."""
    keeper.define(Link(name="n", uri=uri, **fields))
    return keeper.call("n", "hello", timeout=3.0)


@pytest.mark.parametrize(
    ("auth", "wanted"),
    [
        ("bearer", ("Authorization", "Bearer hunter2")),
        ("basic", ("Authorization", "Basic YW5uOmh1bnRlcjI=")),
        ("header X-Api-Key", ("X-Api-Key", "hunter2")),
    ],
)
def test_the_handshake_has_the_secret_in_its_headers(
    keeper: Keeper, stack: ExitStack, auth: str, wanted: tuple[str, str]
) -> None:
    server = stack.enter_context(closing(Guarded(wanted)))
    fields = {"auth": auth, "user": "ann", "secret": "env:PASSWORD"}
    assert asked(keeper, server.uri, **fields)["result"] == "hello"
    wrong = asked(keeper, server.uri, **{**fields, "secret": "env:WRONG"})
    assert wrong == {
        "type": "error",
        "error": "the server refuses the login (HTTP 401)",
        "code": "auth_failed",
    }


def test_nobody_is_followed_elsewhere_with_the_secret(keeper: Keeper, stack: ExitStack) -> None:
    thief = stack.enter_context(closing(Guarded()))
    server = stack.enter_context(closing(Guarded(elsewhere=thief.uri)))
    answer = asked(keeper, server.uri, auth="header X-Api-Key", secret="env:PASSWORD")
    assert answer["code"] == "link_down"
    assert "the server answers with HTTP 302" in answer["error"]
    assert thief.seen == []


def test_a_unix_socket_is_spoken_to(keeper: Keeper, stack: ExitStack, tmp_path: Path) -> None:
    path = str(tmp_path / "s.sock")
    server = stack.enter_context(closing(Guarded(path=path)))
    assert asked(keeper, f"ws+unix://{path}", profile="aria2")["result"] == "hello"
    assert server.seen[0][0] == "/jsonrpc"


def test_a_uri_without_a_path_has_that_of_its_profile(keeper: Keeper, stack: ExitStack) -> None:
    server = stack.enter_context(closing(Guarded()))
    asked(keeper, f"ws://127.0.0.1:{server.port}", profile="aria2")
    assert server.seen[0][0] == "/jsonrpc"


def test_a_secret_that_can_not_be_read_is_a_failed_login(keeper: Keeper, stack: ExitStack) -> None:
    server = stack.enter_context(closing(Guarded()))
    answer = asked(keeper, server.uri, auth="bearer", secret="file:/nonexistent")
    assert answer["code"] == "auth_failed"
    assert answer["error"] == "/nonexistent: No such file or directory"
    assert server.seen == []


def test_a_certificate_that_signed_itself_is_refused_and_says_so(
    keeper: Keeper, stack: ExitStack, certificate: Certificate
) -> None:
    server = _tls(stack, certificate)
    answer = asked(keeper, server.uri)
    assert (answer["code"], server.counts["connects"]) == ("tls", 0)
    assert answer["error"] == "the certificate is not accepted: self-signed certificate"


def test_a_certificate_of_the_link_s_own_authority_is_accepted(
    keeper: Keeper, stack: ExitStack, certificate: Certificate
) -> None:
    server = _tls(stack, certificate)
    assert asked(keeper, server.uri, ca=certificate.ca)["code"] == "remote"
    assert server.counts["connects"] == 1


def test_a_certificate_for_another_host_is_refused(
    keeper: Keeper, stack: ExitStack, tmp_path: Path
) -> None:
    certificate = self_signed(tmp_path, "DNS:elsewhere.example")
    server = _tls(stack, certificate)
    answer = asked(keeper, server.uri, ca=certificate.ca)
    assert answer["code"] == "tls"
    assert "IP address mismatch" in answer["error"]


def test_insecure_takes_any_certificate_and_shows(
    keeper: Keeper, stack: ExitStack, certificate: Certificate
) -> None:
    server = _tls(stack, certificate)
    assert asked(keeper, server.uri, insecure=True)["code"] == "remote"
    assert keeper.rows()["n"]["insecure"] is True


def test_an_authority_that_can_not_be_read_is_told(
    keeper: Keeper, stack: ExitStack, certificate: Certificate, tmp_path: Path
) -> None:
    server = _tls(stack, certificate)
    (tmp_path / "empty.pem").touch()
    os.mkfifo(tmp_path / "fifo.pem")
    for name, why in (
        ("none.pem", "No such file or directory"),
        ("empty.pem", "no certificate is in it"),
        ("fifo.pem", "Invalid argument"),
    ):
        answer = asked(keeper, server.uri, ca=f"{tmp_path}/{name}")
        said = f"`{tmp_path}/{name}` can't be read as certificates: {why}"
        assert (answer["code"], answer["error"]) == ("tls", said)


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (OSError(111, "Connect call failed ('127.0.0.1', 9)"), "Connection refused"),
        (
            OSError(
                "Multiple exceptions: [Errno 111] Connect call failed ('::1', 9, 0, 0), "
                "[Errno 111] Connect call failed ('127.0.0.1', 9)"
            ),
            "Connection refused",
        ),
        (
            OSError("Multiple exceptions: [Errno 113] x, [Errno 111] y"),
            "No route to host, Connection refused",
        ),
        (
            socket.gaierror(-2, "Name or service not known"),
            "the host can't be found: Name or service not known",
        ),
        (ConnectionResetError(), "the server broke the connection off"),
        (OSError("odd"), "odd"),
        (OSError(), "OSError"),
    ],
)
def test_why_a_server_can_not_be_reached(error: OSError, reason: str) -> None:
    assert reason_of(error) == reason


def test_a_server_without_tls_is_told(keeper: Keeper, stack: ExitStack) -> None:
    server = stack.enter_context(closing(TrueNas(needs_login=False)))
    assert asked(keeper, server.uri.replace("ws:", "wss:")) == {
        "type": "error",
        "error": "not sent in time: the server broke the connection off",
        "code": "link_down",
    }


def _tls(stack: ExitStack, certificate: Certificate) -> TrueNas:
    return stack.enter_context(closing(TrueNas(needs_login=False, tls=certificate)))
