"""Links over a daemon's life: files edited by hand, aliases, terminals, plugins, uninstalling."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.real.spokes import Plugged
from tests.support import Daemon, Scratch, Terminal, Tmux, until
from tests.support.processes import alive
from tests.support.servers.truenas import KEY, TrueNas


@pytest.fixture
def server() -> Iterator[TrueNas]:
    """A TrueNAS that lets in whoever comes."""
    server = TrueNas(needs_login=False)
    yield server
    server.close()


def write(scratch: Scratch, server: TrueNas, name: str = "nas", more: str = "") -> None:
    """A link, written by hand."""
    text = f"links:\n  {name}:\n    uri: {server.uri}\n{more}"
    (scratch.home / "links.yaml").write_text(text)


def names(scratch: Scratch) -> list[str]:
    """The links that the daemon knows."""
    return [row["name"] for row in json.loads(scratch.axium("link", "list", "--json").stdout)]


def test_a_file_that_is_written_by_hand_is_in_force_at_once(
    daemon: Daemon, server: TrueNas
) -> None:
    scratch = daemon.scratch
    assert names(scratch) == []
    write(scratch, server)
    until(lambda: names(scratch) == ["nas"])
    assert scratch.axium("call", "nas", "test.echo", "1").stdout == "1\n"
    write(scratch, server, "other")
    until(lambda: names(scratch) == ["other"])
    assert scratch.axium("call", "nas", "test.echo", "1").returncode == 2
    (scratch.home / "links.yaml").write_text("links: [\n")
    until(lambda: "links.yaml" in scratch.axium("daemon", "status").stdout)
    assert scratch.axium("call", "other", "test.echo", "1").stdout == "1\n"


def alias(scratch: Scratch, server: TrueNas) -> Path:
    """Where an existing client looks for its daemon."""
    name = hashlib.sha256(server.uri.encode()).hexdigest()[:12]
    return scratch.user / f".midclt/daemon-{name}.sock"


def echoed(path: Path) -> bytes:
    """What an existing client is answered."""
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(10)
        client.connect(str(path))
        client.sendall(b'{"command": "call", "method": "test.echo", "params": [7]}\n')
        return b"".join(iter(lambda: client.recv(65536), b""))


def test_an_alias_comes_back_with_the_next_daemon(scratch: Scratch, server: TrueNas) -> None:
    scratch.axium("bootstrap")
    write(scratch, server, more="    alias: true\n")
    path = alias(scratch, server)
    first = Daemon(scratch)
    until(path.exists)
    assert echoed(path) == b'{"type":"result","result":7}\n'
    os.kill(first.pid, signal.SIGKILL)
    until(lambda: not alive(first.pid))
    second = Daemon(scratch)
    until(lambda: path.with_suffix(".pid").read_text() == f"{second.pid}\n")
    until(lambda: _answers(path))
    assert server.counts["connects"] == 1
    second.close()
    assert not path.exists()


@pytest.mark.parametrize("suffix", [".sock", ".pid"])
def test_an_alias_that_was_taken_away_is_told_and_made_again(
    daemon: Daemon, server: TrueNas, suffix: str
) -> None:
    scratch = daemon.scratch
    scratch.axium("link", "add", "nas", server.uri, "--alias")
    path = alias(scratch, server)
    path.with_suffix(suffix).unlink()
    assert "its alias was taken away" in scratch.axium("link", "status").stdout
    assert scratch.axium("daemon", "reload").returncode == 0
    assert "alias" not in scratch.axium("link", "status").stdout
    assert path.with_suffix(".pid").read_text() == f"{daemon.pid}\n"
    assert echoed(path) == b'{"type":"result","result":7}\n'
    path.with_suffix(suffix).unlink()
    scratch.axium("link", "remove", "nas")
    assert list(path.parent.iterdir()) == []


def test_an_alias_is_taken_back_by_a_reload_when_a_thief_has_gone(
    daemon: Daemon, server: TrueNas
) -> None:
    scratch = daemon.scratch
    scratch.axium("link", "add", "nas", server.uri, "--alias")
    path = alias(scratch, server)
    path.unlink()
    with socket.socket(socket.AF_UNIX) as thief:
        thief.bind(str(path))
        thief.listen()
        scratch.axium("daemon", "reload")
        assert "another program listens at" in scratch.axium("link", "status").stdout
    scratch.axium("daemon", "reload")
    assert echoed(path) == b'{"type":"result","result":7}\n'


def _answers(path: Path) -> bool:
    try:
        return echoed(path) == b'{"type":"result","result":7}\n'
    except OSError:
        return False


def test_a_job_shows_a_bar_on_a_terminal(scratch: Scratch, tmux: Tmux, server: TrueNas) -> None:
    scratch.axium("bootstrap")
    write(scratch, server)
    terminal = Terminal(tmux)
    tmux.cmd("send-keys", "-t", "main", "axium call nas test.job 20 0.2 --job", "Enter")
    terminal.wait_for("[#")
    terminal.wait_for("step 5")
    terminal.wait_for('{"steps": 20}')
    assert "[#" not in terminal.screen()
    terminal.close()


def test_a_spoke_may_call_the_links_that_it_names(scratch: Scratch, server: TrueNas) -> None:
    write(scratch, server)
    plugged = Plugged(scratch, caller="def register(app, events):\n    pass\n")
    asked = {"cmd": "call", "id": 1, "link": "nas", "method": "test.echo", "params": [1]}
    told = _line(scratch, {**asked, "spoke": "caller"})
    assert (told["ok"], told["code"]) == (False, "denied")
    (scratch.home / "permissions.yaml").write_text("caller: {ipc: [call:nas]}\n")
    until(lambda: _line(scratch, {**asked, "spoke": "caller"})["ok"])
    log = (scratch.home / "logs/axiumd.log").read_text()
    assert "[SECURITY] spoke=caller action=ipc:call:nas allowed=false" in log
    assert "[SECURITY] spoke=caller action=ipc:call:nas allowed=true" in log
    plugged.close()


def _line(scratch: Scratch, payload: dict[str, object]) -> dict[str, object]:
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(10)
        client.connect(str(scratch.socket))
        client.sendall(json.dumps(payload).encode() + b"\n")
        found: dict[str, object] = json.loads(client.makefile().readline())
        return found


def test_uninstalling_leaves_nothing_of_links_but_their_file(
    scratch: Scratch, server: TrueNas
) -> None:
    scratch.axium("bootstrap")
    write(scratch, server, more="    alias: true\n")
    scratch.axium("call", "nas", "test.echo", "1")
    scratch.axium("uninstall")
    until(lambda: scratch.processes() == {})
    left = [path.name for path in scratch.home.iterdir()]
    assert ("links.yaml" in left, ".links" in left) == (True, False)
    assert list((scratch.user / ".midclt").iterdir()) == []
    assert not list(scratch.runtime.rglob("links*"))
    assert not list(scratch.state.rglob("links*"))


def test_verbose_and_other_ways_to_type_a_call(scratch: Scratch, server: TrueNas) -> None:
    write(scratch, server)
    assert scratch.axium("-v", "call", "nas", "test.echo", "1").stdout == "1\n"
    assert scratch.axium("call", "-v", "nas", "test.echo", "1").stdout == "1\n"
    done = scratch.axium("call", "--timeout=5", "--idempotent", "nas", "test.echo", KEY)
    assert done.stdout == f'"{KEY}"\n'
