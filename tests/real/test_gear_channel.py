"""`gear_channel`: what a process of a gear is told from outside, and the channel it is handed."""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from axium.daemon.services import gear_channels
from tests.real.gears import Geared, approve
from tests.support import Scratch, until

MAIN = """
    def register(app, events):
        pass
"""
MANIFEST = "permissions:\n  env: [TOKEN]\n  ipc: [list_envs]\n  fs_read: [./**]\n"


class Opened:
    """The reply to one `gear_channel`, and the channel."""

    def __init__(self, scratch: Scratch, **fields: Any) -> None:
        with socket.socket(socket.AF_UNIX) as asking:
            asking.connect(str(scratch.socket))
            said = {"cmd": "gear_channel", "gear": "deploy", **fields}
            asking.sendall(json.dumps(said).encode() + b"\n")
            data, descriptors, _, _ = socket.recv_fds(asking, 1 << 16, 4)
            while chunk := asking.recv(1 << 16):
                data += chunk
        self.raw = data
        self.reply: dict[str, Any] = json.loads(data)
        self.channels = [socket.socket(fileno=descriptor) for descriptor in descriptors]

    def ask(self, cmd: str, **fields: Any) -> dict[str, Any]:
        """What is answered on the channel."""
        (channel,) = self.channels
        channel.settimeout(10)
        channel.sendall(json.dumps({"cmd": cmd, "id": 1, **fields}).encode() + b"\n")
        reply: dict[str, Any] = json.loads(channel.makefile().readline())
        return reply

    def is_over(self) -> bool:
        """Whether the daemon has closed it."""
        (channel,) = self.channels
        channel.settimeout(10)
        return channel.recv(1) == b""

    def close(self) -> None:
        for channel in self.channels:
            channel.close()


@pytest.fixture
def geared(scratch: Scratch) -> Iterator[Geared]:
    daemon = Geared(scratch, deploy=(MANIFEST, MAIN))
    yield daemon
    daemon.close()


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as found:
        yield found


def test_it_says_how_the_process_is_confined_and_hands_over_a_channel(
    geared: Geared, scratch: Scratch, stack: ExitStack
) -> None:
    opened = Opened(scratch, cwd=str(scratch.user))
    stack.callback(opened.close)
    private = [f"{scratch.state}/{place}" for place in os.listdir(scratch.state)]
    scratches = [f"{private[0]}/gears/deploy/{name}" for name in ("tmp", "cache", "data")]
    directory = f"{scratch.home}/gears/deploy"
    home, user = str(scratch.user), str(scratch.user)
    # Its first words are what a client without JSON looks for.
    assert opened.raw.startswith(b'{"ok":true,"descriptors":1,"names":"TOKEN","run":{')
    assert opened.reply["run"] == {
        "name": "deploy",
        "kind": "command",
        "directory": directory,
        "entrypoint": "main:register",
        "policy": [home, directory, scratches, [user], [], False, False, False],
        "has_channel": True,
    }
    assert len(opened.channels) == 1


def test_on_the_channel_the_gear_asks_whatever_is_said(
    geared: Geared, scratch: Scratch, stack: ExitStack
) -> None:
    opened = Opened(scratch)
    stack.callback(opened.close)
    asked = [
        opened.ask("list_envs"),
        opened.ask("set_env", name="prod"),
        opened.ask("set_env", name="prod", spoke="other"),
        opened.ask("gear_channel", gear="deploy"),
        opened.ask("stop"),
    ]
    assert [(reply["ok"], reply.get("code")) for reply in asked] == [
        (True, None),
        (False, "denied"),
        (False, "denied"),
        (False, "denied"),
        (False, "denied"),
    ]


def test_a_gear_that_is_not_there_or_was_changed_has_none(geared: Geared, scratch: Scratch) -> None:
    Path(scratch.home, "gears/deploy/more.py").write_text("")
    refused = [Opened(scratch), Opened(scratch, gear="nosuch"), Opened(scratch, gear="../x")]
    said = [(each.reply.get("code"), each.channels) for each in refused]
    assert said == [("not_loaded", []), ("not_loaded", []), ("not_loaded", [])]
    assert "more.py" in refused[0].reply["hint"]


def test_a_gear_that_was_just_approved_is_loaded_for_it(
    geared: Geared, scratch: Scratch, stack: ExitStack
) -> None:
    geared.ask("unload_gear", gear="deploy")
    approve(scratch, "deploy")
    opened = Opened(scratch)
    stack.callback(opened.close)
    assert (opened.ask("list_envs")["ok"], geared.gear("deploy")["status"]) == (True, "active")


def test_they_end_with_the_gear(geared: Geared, scratch: Scratch, stack: ExitStack) -> None:
    first, second = Opened(scratch), Opened(scratch)
    for each in (first, second):
        stack.callback(each.close)
    geared.ask("reload_gear", gear="deploy")
    third = Opened(scratch)
    stack.callback(third.close)
    assert [first.is_over(), second.is_over()] == [True, True]
    assert third.ask("ping")["ok"]
    geared.ask("unload_gear", gear="deploy")
    assert third.is_over()


def test_so_many_are_open_at_once_and_those_that_end_make_room(
    geared: Geared, scratch: Scratch, stack: ExitStack
) -> None:
    opened = [Opened(scratch) for _ in range(gear_channels.MOST)]
    for each in opened:
        stack.callback(each.close)
    beyond = Opened(scratch)
    assert (beyond.reply["code"], beyond.channels) == ("busy", [])
    opened[0].close()

    def again() -> bool:
        more = Opened(scratch)
        stack.callback(more.close)
        return bool(more.reply["ok"])

    until(again)


def test_an_answer_that_nobody_asked_for_ends_the_channel(
    geared: Geared, scratch: Scratch, stack: ExitStack
) -> None:
    opened = Opened(scratch)
    stack.callback(opened.close)
    opened.channels[0].sendall(b'{"answer": 1}\n')
    assert opened.is_over()
    assert geared.quick("ping")["ok"]
