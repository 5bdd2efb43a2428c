"""Panes of a gear: what it runs in one is confined, and what it writes is shown as it is."""

from __future__ import annotations

import os
import shlex
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from axium.core import completions
from axium.daemon.caller import Plugin
from axium.plugins import own_programs
from axium.thin.paths import home_of
from tests.daemon.brokered import outcome
from tests.daemon.geared import GearChannel, load_gear
from tests.daemon.serving import Served
from tests.daemon.tmux_scene import TmuxServer, becomes
from tests.support import Scratch, Terminal, Tmux


class Scene:
    """A gear that may open panes, and a tmux server, which its requests name."""

    def __init__(self, served: Served, tmux: Tmux) -> None:
        self.served = served
        self.tmux = tmux
        self.channel = GearChannel(served)
        self.load()

    def load(self, *ipc: str, **may: Any) -> None:
        load_gear(self.served, ipc=("tmux_split_run", *ipc), **{"exec": True, **may})

    def ask(self, cmd: str, **fields: Any) -> dict[str, Any]:
        return self.channel.ask(cmd, **{"server": self.tmux.variable, **fields})

    def split(self, command: str | list[str], **fields: Any) -> dict[str, Any]:
        return self.ask("tmux_split_run", command=command, target="%0", **fields)

    def started(self, pane: str) -> str:
        """The command line that tmux was given for a pane."""
        return self.tmux.cmd("display-message", "-p", "-t", pane, "#{pane_start_command}")


@pytest.fixture
def scene(served: Served, scratch: Scratch) -> Iterator[Scene]:
    tmux = Tmux(scratch, size=(80, 40))
    tmux.cmd("set", "-g", "remain-on-exit", "on")
    scene = Scene(served, tmux)
    yield scene
    scene.channel.close()
    tmux.close()


RUNNER = shlex.join(own_programs.runner())
NOT_SPLIT = "denied: permission denied: tmux_split_run"
NOT_RUN = "denied: permission denied: exec"


def test_a_pane_is_the_runner_which_confines_what_it_is_to_run(scene: Scene) -> None:
    assert scene.split(["sleep", "1000"]) == {"ok": True, "pane": "%1", "pane_id": "%1"}
    scene.split("sleep 1000; true", env_vars={"A": "1"})
    assert [scene.started(pane) for pane in ("%1", "%2")] == [
        f"{RUNNER} creds program '' sleep 1000",
        f"{RUNNER} creds program '' /usr/bin/env A=1 /bin/sh -c \"sleep 1000; true\"",
    ]


def test_a_pane_needs_its_permission_and_that_to_start_the_program(scene: Scene) -> None:
    sleep = os.path.realpath("/bin/sleep")
    load_gear(scene.served, exec=True)
    without_entry = scene.split(["sleep", "9"])
    scene.load(exec=False)
    without_exec = scene.split(["sleep", "9"])
    scene.load(exec=("sleep",), programs={"sleep": sleep})
    another = scene.split(["env", "sleep", "9"])
    assert [outcome(each) for each in (without_entry, without_exec, another)] == [
        NOT_SPLIT,
        NOT_RUN,
        NOT_RUN,
    ]
    assert scene.split("sleep 1000")["ok"]
    assert scene.started("%1").removeprefix(f"{RUNNER} creds program '' ") in (
        f"{sleep} 1000",
        "/usr/bin/sleep 1000",
    )


def test_nothing_of_the_gears_is_for_what_confines_it(scene: Scene) -> None:
    """It is trusted: what finds axium, tmux or an agent is not for a gear to say."""
    scene.split(["sleep", "1000"], env_vars={"HOME": "/x", "XDG_CONFIG_HOME": "/x"})
    found = scene.tmux.cmd("display-message", "-p", "-t", "%1", "#{pane_pid}")
    environ = Path(f"/proc/{found}/environ").read_bytes().split(b"\0")
    assert b"HOME=/x" not in environ
    assert not [each for each in environ if each.startswith(b"XDG_CONFIG_HOME=")]
    assert "HOME=/x XDG_CONFIG_HOME=/x sleep 1000" in scene.started("%1")


def own_command(scene: Scene) -> None:
    """Have the catalogue say that the gear has a command `creds-look`, and another one does."""
    records = ["creds-look\tgear:creds\tLook.\t", "aws-look\tgear:aws\tLook.\t"]
    completions.write(home_of(scene.served.scratch.environ), records)


def test_a_command_of_its_own_needs_no_exec(scene: Scene) -> None:
    own_command(scene)
    scene.load(exec=False)
    assert scene.split("axium creds-look 'a b'")["ok"]
    assert scene.started("%1") == f"{RUNNER} creds command '' creds-look \"a b\""
    others = ["axium aws-look", "axium env set prod", "axium", "ax", "axium creds"]
    assert [outcome(scene.split(each)) for each in others] == [NOT_RUN] * len(others)


def test_its_own_command_is_handed_what_the_gear_has_and_no_place(scene: Scene) -> None:
    own_command(scene)
    names = ("REGION", "HOME", "SSH_AUTH_SOCK", "XDG_RUNTIME_DIR", "TMUX")
    scene.load(exec=False, env=names)
    assert scene.split("axium creds-look", env_vars={"REGION": "eu"})["ok"]
    said = [
        outcome(scene.split("axium creds-look", env_vars={name: "/x"}))
        for name in (*names[1:], "OTHER", "OPENSSL_CONF", "LD_PRELOAD", "AXIUM_SOCKET")
    ]
    assert {text.partition(":")[0] for text in said} == {"denied"}


def test_a_pane_begins_where_the_gear_may_be(scene: Scene) -> None:
    scene.load()
    for name in ("open", "shut"):
        (scene.served.scratch.user / name).mkdir()
    scene.load(fs_read=("~/open/**",))
    scene.split(["sleep", "1000"], cwd="~/open")
    scene.split(["sleep", "1000"])
    refused = [outcome(scene.split(["sleep", "9"], cwd=cwd)) for cwd in ("~/shut", "~", "/")]
    places = [
        scene.tmux.cmd("display-message", "-p", "-t", pane, "#{pane_start_path}")
        for pane in ("%1", "%2")
    ]
    scratch = scene.served.services.confinements.of("creds").policy.scratch[0]
    assert places == [f"{scene.served.scratch.user}/open", scratch]
    assert {text.partition(":")[0] for text in refused} == {"denied"}


def test_where_its_command_was_started_a_gear_may_be(scene: Scene, tmp_path: Path) -> None:
    """And in no other directory that it names, which `./**` would open to it."""
    scene.load(fs_read=("./**",))
    scene.channel.channel.caller = Plugin("gear", "creds", here=str(tmp_path))
    scene.split(["sleep", "1000"])
    there = scene.tmux.cmd("display-message", "-p", "-t", "%1", "#{pane_start_path}")
    assert (there, outcome(scene.split(["sleep", "9"], cwd="/etc")).partition(":")[0]) == (
        str(tmp_path),
        "denied",
    )
    # The gear may lead elsewhere what it names: the runner is told what it can't change.
    assert scene.started("%1") == f"{RUNNER} creds program {tmp_path} sleep 1000"


def test_one_with_the_way_out_runs_outside(scene: Scene) -> None:
    scene.load("tmux_split_unconfined", exec=False)
    scene.split("sleep 1000", env_vars={"A": "1"}, cwd="/")
    assert scene.started("%1") == '"sleep 1000"'


Attach = Callable[..., Terminal]


@pytest.mark.parametrize("cmd", ["hud_segment_value", "notify"])
def test_formats_escapes_and_newlines_in_texts_are_shown_and_never_run(
    served: Served, server: TmuxServer, attach: Attach, cmd: str
) -> None:
    """By the HUD of a real tmux, and by the list of notifications in a pane of it."""
    pwned = served.scratch.root / "pwned"
    hostile = f"#(touch {pwned})#{{pane_id}}#[fg=red]\x1b[2J\x1b]0;title\x07\nsecond\u202e"
    load_gear(served, ipc=("hud_update",), notify=True)
    channel = GearChannel(served)
    server.cmd("set", "-g", "status-right-length", "200")
    terminal = attach(server)
    if cmd == "notify":
        assert channel.ask(cmd, title=hostile, body=hostile)["ok"]
        server.cmd("split-window", "-t", "main", "axium notify list; exec sleep 1000")
    else:
        assert channel.ask(cmd, value=hostile)["ok"]
        served.ask("tmux_attach", server=server.variable)
    served.run(becomes(lambda: f"#(touch {pwned})#{{" in terminal.screen()))
    titles = server.cmd("list-panes", "-s", "-F", "#{pane_title}")
    channel.close()
    assert not pwned.exists()
    assert "title" not in titles
    assert "\u202e" not in terminal.screen()
