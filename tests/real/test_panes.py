"""An environment belongs to one pane of one life of one tmux server, and ends with any of them."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from axium.thin.paths import pointer_path, process_start
from tests.daemon.tmux_scene import TmuxServer
from tests.real.client import Client, answers_quickly
from tests.support import Daemon, Scratch, Terminal, Tmux, until

DEFAULT = f"tmux-{os.getuid()}/default"
GLOBAL = {"ok": True, "env": "root", "source": "global"}
OWN = {"ok": True, "env": "builder", "source": "pane"}

Start = Callable[..., TmuxServer]


@pytest.fixture
def start(scratch: Scratch) -> Iterator[Start]:
    """Starts tmux servers, by the names of their sockets."""
    started = []

    def begin(name: str = DEFAULT) -> TmuxServer:
        (scratch.tmux / name).parent.mkdir(mode=0o700, exist_ok=True)
        started.append(TmuxServer(scratch, name))
        return started[-1]

    yield begin
    for server in started:
        server.close()


def pointer(server: TmuxServer, pane: str) -> Path:
    """Where shells look for the environment of a pane."""
    around = f"{server.socket},{server.pid}"
    run = str(server.scratch.home / "run")
    return Path(pointer_path(run, around, process_start(server.pid), pane))


def published(path: Path) -> str:
    """The environment that a pointer names."""
    return path.read_bytes().split(b"\0")[1].decode()


def pointers(scratch: Scratch) -> list[Path]:
    """All pointers of panes."""
    return [path for path in (scratch.home / "run/p").rglob("*") if path.is_file()]


def set_pane(daemon: Daemon, server: TmuxServer, pane: str, env: str = "builder") -> None:
    reply = daemon.request(
        {"cmd": "set_pane_env", "pane": pane, "env": env, "server": server.variable}
    )
    assert reply == {"ok": True}


def get_pane(daemon: Daemon, server: TmuxServer, pane: str) -> dict[str, Any]:
    return daemon.request({"cmd": "get_pane_env", "pane": pane, "server": server.variable})


def panes(daemon: Daemon) -> dict[str, str]:
    """All panes with an environment of their own."""
    found: dict[str, str] = daemon.request({"cmd": "get_state"})["state"]["panes"]
    return found


def test_a_pane_has_its_own_environment_until_it_is_cleared(daemon: Daemon, start: Start) -> None:
    server = start()
    pane, other = server.new_pane(), server.new_pane()
    set_pane(daemon, server, pane)
    assert (get_pane(daemon, server, pane), get_pane(daemon, server, other)) == (OWN, GLOBAL)
    assert pointers(daemon.scratch) == [pointer(server, pane)]
    assert published(pointer(server, pane)) == "builder"
    reply = daemon.request({"cmd": "clear_pane_env", "pane": pane, "server": server.variable})
    assert reply == {"ok": True}
    assert (get_pane(daemon, server, pane), pointers(daemon.scratch)) == (GLOBAL, [])


def test_a_plain_number_means_the_default_server(daemon: Daemon, start: Start) -> None:
    server = start()
    pane = server.new_pane()
    assert daemon.request({"cmd": "set_pane_env", "pane": pane, "env": "builder"}) == {"ok": True}
    assert get_pane(daemon, server, pane) == OWN
    assert published(pointer(server, pane)) == "builder"
    assert panes(daemon) == {pane: "builder"}


def test_a_pane_that_is_killed_is_forgotten(daemon: Daemon, start: Start) -> None:
    server = start()
    pane, other = server.new_pane(), server.new_pane()
    set_pane(daemon, server, pane)
    set_pane(daemon, server, other)
    with Client(daemon.scratch.socket) as client:
        client.ask("subscribe", events=["pane_closed"], id=1)
        client.reply()
        server.cmd("kill-pane", "-t", pane)
        event = client.reply()
    assert event == {"id": 1, "seq": event["seq"], "event": "pane_closed", "pane": pane}
    assert panes(daemon) == {other: "builder"}
    assert pointers(daemon.scratch) == [pointer(server, other)]


def test_a_pane_whose_program_ends_is_forgotten(daemon: Daemon, start: Start) -> None:
    server = start()
    pane = server.new_pane("read line")
    set_pane(daemon, server, pane)
    server.cmd("send-keys", "-t", pane, "Enter")
    until(lambda: panes(daemon) == {})
    assert pointers(daemon.scratch) == []


def test_a_pane_that_is_respawned_keeps_its_environment(daemon: Daemon, start: Start) -> None:
    server = start()
    pane, other = server.new_pane(), server.new_pane()
    set_pane(daemon, server, pane)
    set_pane(daemon, server, other)
    server.cmd("respawn-pane", "-k", "-t", pane, "sleep 1000")
    server.cmd("kill-pane", "-t", other)
    until(lambda: panes(daemon) == {pane: "builder"})
    server.cmd("kill-pane", "-t", pane)
    until(lambda: panes(daemon) == {})


@pytest.mark.parametrize("known", [False, True])
def test_a_pane_that_its_server_does_not_have_is_refused(
    daemon: Daemon, start: Start, *, known: bool
) -> None:
    server = start()
    if known:
        set_pane(daemon, server, server.new_pane())
    before = panes(daemon)
    reply = daemon.request(
        {"cmd": "set_pane_env", "pane": "%999", "env": "builder", "server": server.variable}
    )
    assert (reply["code"], panes(daemon)) == ("not_found", before)
    assert reply["error"] == f"the tmux server at {server.socket} has no pane `%999`"


def test_a_process_that_is_no_tmux_server_has_no_panes(daemon: Daemon, start: Start) -> None:
    server = start()
    false = [f"/tmp/x,{os.getpid()},0", "/tmp/x,1,0", f"/tmp/x,{server.pid},0"]

    replies = [
        daemon.request({"cmd": "set_pane_env", "pane": "%9", "env": "builder", "server": text})
        for text in false
    ]

    assert [(reply["ok"], reply.get("code")) for reply in replies] == [(False, "not_found")] * 3
    assert panes(daemon) == {}


def test_a_server_whose_sockets_file_is_gone_keeps_its_panes(daemon: Daemon, start: Start) -> None:
    server = start()
    os.unlink(server.socket)

    set_pane(daemon, server, "%0")

    assert published(pointer(server, "%0")) == "builder"


def test_a_pane_of_a_server_that_nobody_knows_is_refused(daemon: Daemon) -> None:
    reply = daemon.request({"cmd": "set_pane_env", "pane": "nosuch:%3", "env": "builder"})
    assert (reply["code"], reply["error"]) == (
        "not_found",
        "field `pane`: no tmux server is known as `nosuch`",
    )
    assert daemon.request({"cmd": "clear_pane_env", "pane": "nosuch:%3"}) == {"ok": True}


def test_a_pointer_that_was_removed_is_there_again_after_a_set(
    daemon: Daemon, start: Start
) -> None:
    server = start()
    pane = server.new_pane()
    set_pane(daemon, server, pane)
    pointer(server, pane).unlink()
    (daemon.scratch.home / "run/global").unlink()
    set_pane(daemon, server, pane)
    assert daemon.request({"cmd": "set_env", "value": "root"}) == {"ok": True}
    assert (published(pointer(server, pane)), published(daemon.scratch.home / "run/global")) == (
        "builder",
        "root",
    )


def test_a_killed_server_takes_its_panes_with_it(daemon: Daemon, start: Start) -> None:
    server, other = start("work"), start("private")
    pane, kept = server.new_pane(), other.new_pane()
    set_pane(daemon, server, pane)
    set_pane(daemon, other, kept)
    assert panes(daemon) == {f"work:{pane}": "builder", f"private:{kept}": "builder"}
    with Client(daemon.scratch.socket) as client:
        client.ask("subscribe", events=["pane_closed"], id=1)
        client.reply()
        server.signal(signal.SIGKILL)
        assert client.reply()["pane"] == f"work:{pane}"
    assert panes(daemon) == {f"private:{kept}": "builder"}
    assert pointers(daemon.scratch) == [pointer(other, kept)]


def test_a_restarted_server_has_none_of_the_former_ones_panes(daemon: Daemon, start: Start) -> None:
    former = start()
    pane = former.new_pane()
    set_pane(daemon, former, pane)
    former.close()
    server = start()
    assert server.new_pane() == pane
    assert get_pane(daemon, server, pane) == GLOBAL
    until(lambda: daemon.request({"cmd": "get_pane_env", "pane": pane}) == GLOBAL)
    assert pointers(daemon.scratch) == []
    set_pane(daemon, server, pane)
    assert pointers(daemon.scratch) == [pointer(server, pane)]


def test_a_server_that_restarts_while_the_daemon_is_down_has_no_former_panes(
    scratch: Scratch, start: Start
) -> None:
    former, other = start(), start("work")
    pane, kept = former.new_pane(), other.new_pane()
    daemon = Daemon(scratch)
    set_pane(daemon, former, pane)
    set_pane(daemon, other, kept)
    daemon.close()
    former.close()
    server = start()
    assert server.new_pane() == pane
    daemon = Daemon(scratch)
    assert panes(daemon) == {f"work:{kept}": "builder"}
    assert get_pane(daemon, server, pane) == GLOBAL
    assert get_pane(daemon, other, kept) == OWN
    assert pointers(scratch) == [pointer(other, kept)]
    daemon.close()


def test_a_pane_that_is_killed_while_the_daemon_is_down_is_forgotten(
    scratch: Scratch, start: Start
) -> None:
    server = start()
    pane, kept = server.new_pane(), server.new_pane()
    daemon = Daemon(scratch)
    set_pane(daemon, server, pane)
    set_pane(daemon, server, kept)
    daemon.close()
    server.cmd("kill-pane", "-t", pane)
    daemon = Daemon(scratch)
    until(lambda: panes(daemon) == {kept: "builder"})
    assert pointers(scratch) == [pointer(server, kept)]
    daemon.close()


def test_after_a_reboot_no_pane_has_an_environment_of_its_own(
    scratch: Scratch, start: Start
) -> None:
    server = start()
    pane = server.new_pane()
    daemon = Daemon(scratch)
    set_pane(daemon, server, pane)
    daemon.close()
    state = json.loads((scratch.home / "state.json").read_text())
    ticks = state["servers"]["default"]["start"].partition("@")[0]
    state["servers"]["default"]["start"] = f"{ticks}@00000000-0000-0000-0000-000000000000"
    (scratch.home / "state.json").write_text(json.dumps(state))
    daemon = Daemon(scratch)
    assert (panes(daemon), get_pane(daemon, server, pane)) == ({}, GLOBAL)
    assert pointers(scratch) == []
    daemon.close()


def test_panes_of_two_servers_with_one_number_are_two(daemon: Daemon, start: Start) -> None:
    default, work = start(), start("work")
    assert (default.new_pane(), work.new_pane()) == ("%1", "%1")
    set_pane(daemon, work, "%1")
    assert (get_pane(daemon, default, "%1"), get_pane(daemon, work, "%1")) == (GLOBAL, OWN)
    set_pane(daemon, default, "%1", "root")
    assert panes(daemon) == {"work:%1": "builder", "%1": "root"}
    assert published(pointer(work, "%1")) == "builder"
    assert published(pointer(default, "%1")) == "root"
    named = daemon.request({"cmd": "get_pane_env", "pane": "work:%1"})
    assert named == OWN


def test_servers_whose_sockets_share_a_name_are_told_apart(daemon: Daemon, start: Start) -> None:
    first, second = start("one/work"), start("two/work")
    set_pane(daemon, first, "%0")
    set_pane(daemon, second, "%0", "root")
    assert panes(daemon) == {"work:%0": "builder", f"{second.socket}:%0": "root"}
    assert published(pointer(first, "%0")) == "builder"
    assert published(pointer(second, "%0")) == "root"


def test_servers_that_share_a_name_and_come_at_once_are_told_apart(
    daemon: Daemon, start: Start
) -> None:
    first, second = start("one/work"), start("two/work")
    with Client(daemon.scratch.socket) as client:
        lines = [
            {"cmd": "set_pane_env", "pane": "%0", "env": "builder", "server": first.variable},
            {"cmd": "set_pane_env", "pane": "%0", "env": "root", "server": second.variable},
        ]
        numbered = [json.dumps({**line, "id": n}) + "\n" for n, line in enumerate(lines)]
        client.send("".join(numbered).encode())
        assert [reply["ok"] for reply in client.replies(2)] == [True, True]
    assert panes(daemon) == {"work:%0": "builder", f"{second.socket}:%0": "root"}


def test_a_pane_set_before_its_server_ran_is_not_that_of_a_later_server(
    daemon: Daemon, start: Start
) -> None:
    assert daemon.request({"cmd": "set_pane_env", "pane": "%0", "env": "builder"}) == {"ok": True}
    server = start()
    pane = server.new_pane()
    set_pane(daemon, server, pane)
    assert panes(daemon) == {pane: "builder"}
    assert get_pane(daemon, server, "%0") == GLOBAL


def test_a_server_that_hangs_keeps_its_panes_and_delays_nobody(
    daemon: Daemon, start: Start
) -> None:
    server = start()
    pane = server.new_pane()
    set_pane(daemon, server, pane)
    server.signal(signal.SIGSTOP)
    set_pane(daemon, server, pane, "root")
    set_pane(daemon, server, pane)
    assert answers_quickly(daemon)
    assert panes(daemon) == {pane: "builder"}
    server.signal(signal.SIGCONT)


def test_what_is_no_pane_or_no_server_is_refused(daemon: Daemon, start: Start) -> None:
    server = start()
    asked: list[dict[str, str]] = [
        {"pane": ""},
        {"pane": "3"},
        {"pane": "%01"},
        {"pane": "../../etc:passwd"},
        {"pane": "%0", "server": "nonsense"},
        {"pane": "%0", "server": f"{server.socket},999999999,0"},
        {"pane": "%0", "server": f"{server.socket},1\0,0"},
    ]
    replies = [
        daemon.request({"cmd": "set_pane_env", "env": "builder", **fields}) for fields in asked
    ]
    assert [reply["code"] for reply in replies] == ["invalid"] * 5 + ["not_found", "invalid"]
    assert (panes(daemon), pointers(daemon.scratch)) == ({}, [])


def test_a_screen_follows_each_pane(daemon: Daemon, tmux: Tmux, terminal: Terminal) -> None:
    scratch = daemon.scratch
    tmux.cmd("run-shell", f"sh {scratch.home}/tmux/init.sh")
    first = tmux.cmd("display-message", "-p", "#{pane_id}")
    second = tmux.cmd("split-window", "-P", "-F", "#{pane_id}", "sleep 1000")
    around = {"server": tmux.variable}

    def shows(env: str) -> bool:
        return bool(tmux.wait_for(lambda: f"env:{env} " in terminal.status()))

    daemon.request({"cmd": "set_pane_env", "pane": second, "env": "builder", **around})
    assert shows("builder")
    tmux.cmd("select-pane", "-t", first)
    assert shows("root")
    daemon.request({"cmd": "set_pane_env", "pane": first, "env": "builder", **around})
    assert shows("builder")
    daemon.request({"cmd": "clear_pane_env", "pane": first, **around})
    assert shows("root")
    daemon.request({"cmd": "set_env", "value": "builder"})
    assert shows("builder")
