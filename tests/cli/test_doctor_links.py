"""`axium doctor` on links: their file, their secrets, their connections."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from tests.support import Scratch
from tests.support.servers.truenas import KEY, TrueNas


@pytest.fixture
def nas() -> Iterator[TrueNas]:
    server = TrueNas()
    yield server
    server.close()


def findings(scratch: Scratch) -> list[tuple[str, str]]:
    """State and text of what the doctor finds about links."""
    told = json.loads(scratch.axium("doctor", "--json").stdout)["findings"]
    return [(each["state"], each["text"]) for each in told if each["area"] == "links"]


def write(scratch: Scratch, text: str) -> None:
    scratch.axium("bootstrap")
    (scratch.home / "links.yaml").write_text(text)


def secret(scratch: Scratch, text: str = KEY, mode: int = 0o600) -> str:
    path = scratch.user / "key"
    path.write_text(text)
    path.chmod(mode)
    return f"file:{path}"


def test_a_home_without_links_has_nothing_to_say(scratch: Scratch) -> None:
    scratch.axium("bootstrap")
    assert findings(scratch) == []


def test_faults_of_the_file_are_told_without_a_daemon(scratch: Scratch) -> None:
    write(scratch, "links:\n  a: {uri: 'https://x'}\n  b: {uri: 'wss://x', idel: 3}\n")
    assert findings(scratch) == [
        ("fault", "links.yaml:2:12: link `a`: the URI is not one of a WebSocket"),
        ("warning", "links.yaml:3:23: unknown key `idel` in `links.b`"),
    ]
    assert scratch.processes() == {}


def test_an_open_secret_is_a_fault_that_can_be_mended(scratch: Scratch) -> None:
    where = secret(scratch, mode=0o644)
    write(scratch, f"links:\n  a: {{uri: 'wss://x', auth: bearer, secret: '{where}'}}\n")
    assert findings(scratch) == [("fault", "a: its secret is open to others (mode 644)")]
    scratch.axium("doctor", "--fix")
    assert findings(scratch) == [("good", "a without a fault")]


def test_what_is_not_safe_is_said(scratch: Scratch) -> None:
    write(scratch, "links:\n  a: {uri: 'wss://x', insecure: true}\n")
    assert findings(scratch) == [("warning", "a is INSECURE: any certificate is accepted")]


def test_a_refused_login_is_a_fault_with_its_reason(scratch: Scratch, nas: TrueNas) -> None:
    where = secret(scratch, "8-hunter4")
    words = ["--auth", "truenas-key", "--user", "admin", "--secret", where]
    scratch.axium("link", "add", "nas", nas.uri, *words)
    scratch.axium("call", "nas", "test.echo")
    ((state, text),) = findings(scratch)
    assert (state, text.startswith("nas: the login was refused: ")) == ("fault", True)
    assert "hunter4" not in text


def test_a_link_that_works_has_no_fault(scratch: Scratch, nas: TrueNas) -> None:
    words = ["--auth", "truenas-key", "--user", "admin", "--secret", secret(scratch)]
    scratch.axium("link", "add", "nas", nas.uri, *words)
    scratch.axium("call", "nas", "test.echo", "1")
    assert findings(scratch) == [("good", "nas without a fault")]
