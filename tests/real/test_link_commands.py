"""The command line over links to servers that fail: what it says, and with which code it ends."""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path

import pytest

from tests.real.links import FIELDS, Links
from tests.support.servers.aria2 import TOKEN, Aria2
from tests.support.servers.certificates import self_signed
from tests.support.servers.truenas import KEY, PASSWORD, TrueNas


@pytest.mark.parametrize(
    ("auth", "secret"),
    [
        ("truenas-password", f"{PASSWORD}-not"),
        ("truenas-key", f"{KEY}-not"),
        ("truenas-scram", f"{KEY}-not"),
    ],
)
@pytest.mark.parametrize("words", [["call", "shy", "core.ping"], ["link", "ping", "shy"]])
def test_a_failed_login_ends_with_4_and_tells_no_secret(
    links: Links, nas: TrueNas, auth: str, secret: str, words: list[str]
) -> None:
    links.add("shy", nas.uri, auth=auth, user="admin", secret=secret)
    failed = links.scratch.axium(*words)
    assert (failed.returncode, failed.stdout) == (4, "")
    assert "login" in failed.stderr or "Invalid API key" in failed.stderr
    assert secret not in failed.stderr


def test_a_server_that_is_not_there_ends_with_4(links: Links, nas: TrueNas) -> None:
    nas.kill()
    failed = links.scratch.axium("call", "--timeout", "0.5", "nas", "core.ping")
    assert (failed.returncode, failed.stdout) == (4, "")
    assert "Connection refused" in failed.stderr


def test_a_certificate_that_nobody_vouches_for_ends_with_4(links: Links, tmp_path: Path) -> None:
    with closing(TrueNas(tls=self_signed(tmp_path))) as nas:
        links.add("tls", nas.uri, **FIELDS)
        failed = links.scratch.axium("call", "tls", "core.ping")
    assert failed.returncode == 4
    assert "self-signed certificate" in failed.stderr


@pytest.mark.parametrize("kind", ["drop", "silence"])
def test_a_call_that_was_sent_and_not_answered_ends_with_5(
    links: Links, nas: TrueNas, kind: str
) -> None:
    nas.fault(kind, on="core.ping")  # type: ignore[arg-type]
    failed = links.scratch.axium("call", "--timeout", "1", "nas", "core.ping")
    assert (failed.returncode, failed.stdout) == (5, "")


def test_what_the_server_refuses_ends_with_1_and_has_all_details(links: Links) -> None:
    failed = links.scratch.axium("call", "nas", "test.invalid")
    assert (failed.returncode, failed.stdout) == (1, "")
    for sentence in ("pool.name: too short", "pool.size: too small"):
        assert sentence in failed.stderr


def test_values_are_printed_as_the_server_wrote_them(links: Links) -> None:
    shown = links.scratch.axium("call", "nas", "test.date")
    assert shown.returncode == 0
    assert '{"$date": 1700000000000}' in shown.stdout
    assert "123456789012345678901" in shown.stdout
    assert "1.10" in shown.stdout
    echoed = links.scratch.axium("call", "nas", "test.echo", "[123456789012345678901, {}]")
    assert echoed.stdout == "[123456789012345678901, {}]\n"


def test_a_download_that_fails_says_why(links: Links, tmp_path: Path) -> None:
    with closing(Aria2(tmp_path)) as server:
        links.add("dl", server.uri, auth="aria2-token", secret=TOKEN)
        nothing = f'["http://127.0.0.1:{server.port}/none"]'
        failed = links.scratch.axium("call", "--job", "dl", "aria2.addUri", nothing)
    assert failed.returncode == 1
    assert failed.stderr.endswith("✗ the server answered: Resource not found\n")


def test_json_has_the_whole_error(links: Links) -> None:
    failed = links.scratch.axium("call", "--json", "nas", "test.invalid")
    assert failed.returncode == 1
    told = json.loads(failed.stdout)
    assert told["remote"]["data"]["extra"][1] == ["pool.size", "too small", 22]


@pytest.mark.parametrize(
    "words", [["call", "nas", ""], ["subscribe", "nas", ""], ["call", "", "m"]]
)
def test_what_the_daemon_does_not_understand_ends_with_2(links: Links, words: list[str]) -> None:
    failed = links.scratch.axium(*words)
    assert (failed.returncode, failed.stdout) == (2, "")
    assert failed.stderr.endswith("expected `str` of length >= 1\n")
