"""What the daemon does for a gear, for real: programs, panes, files, and the count of it all."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from tests.real.gears import Geared
from tests.support import Daemon, Scratch, Tmux, until

ASKS = """
    import json
    from axium.core.ipc import send_request_sync

    def register(app, events):
        events.on("ask", ask)

    def ask(number, request):
        print(number, json.dumps(send_request_sync(request, 20)), flush=True)
"""
MAY = """
    permissions:
      exec: true
      notify: true
      ipc: [tmux_split_run, read_file, write_file, list_envs]
      fs_read: [~/open/**]
      fs_write: [~/open/**]
"""


class Asking:
    """A gear that sends a request when it is told to, and its daemon."""

    def __init__(self, scratch: Scratch, manifest: str = MAY) -> None:
        self.scratch = scratch
        self.open = scratch.user / "open"
        self.shut = scratch.user / "shut"
        for directory in (self.open, self.shut):
            directory.mkdir()
            (directory / "file").write_text(directory.name)
        self.daemon = Geared(scratch, asks=(manifest, ASKS))
        self._last = 0

    def ask(self, cmd: str, **fields: Any) -> dict[str, Any]:
        """The reply that the gear gets."""
        self._last += 1
        self.daemon.ask("emit_event", event="ask", args=[self._last, {"cmd": cmd, **fields}])
        said = until(self._said)
        assert said
        reply: dict[str, Any] = json.loads(said)
        return reply

    def _said(self) -> str | None:
        marker = f"[OUTPUT] {self._last} "
        lines = self.daemon.log("asks").splitlines()
        return next((line.partition(marker)[2] for line in lines if marker in line), None)


Start = Callable[..., Asking]


@pytest.fixture
def asking(scratch: Scratch) -> Iterator[Start]:
    running: list[Asking] = []

    def start(manifest: str = MAY) -> Asking:
        running.append(Asking(scratch, manifest))
        return running[-1]

    yield start
    for each in running:
        each.scratch.stop_daemon()


def test_a_program_sees_what_the_gear_may_see(asking: Start) -> None:
    gear = asking()
    seen = gear.ask("daemon_exec", command=["cat", f"{gear.open}/file", f"{gear.shut}/file"])
    assert (seen["stdout"], seen["returncode"], f"cat: {gear.shut}/file" in seen["stderr"]) == (
        "open",
        1,
        True,
    )


SECS = f"1000.{os.getpid()}"
"""A time that no other test sleeps."""


def test_nothing_of_a_program_is_left_when_the_gear_goes(asking: Start) -> None:
    """Not what it moved into a session of its own, either."""
    gear = asking()
    command = f"sleep {SECS} & setsid sleep {SECS} & wait"
    assert gear.ask("daemon_exec", command=command, cwd=str(gear.open))["ok"]
    sleeping = f"sleep\0{SECS}\0"
    assert until(lambda: len(running(sleeping)) == 2)
    assert gear.daemon.ask("unload_gear", gear="asks")["ok"]
    assert until(lambda: not running(sleeping))


def test_nothing_of_a_program_is_left_when_the_daemon_is_killed(asking: Start) -> None:
    gear = asking()
    command = f"sleep {SECS} & setsid sleep {SECS} & wait"
    assert gear.ask("daemon_exec", command=command, cwd=str(gear.open))["ok"]
    sleeping = f"sleep\0{SECS}\0"
    assert until(lambda: len(running(sleeping)) == 2)
    os.kill(gear.daemon.pid, signal.SIGKILL)
    assert until(lambda: not running(sleeping))


def running(command: str) -> list[int]:
    """The processes of this command line, in whatever namespace they are."""
    found = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        with suppress(OSError):
            if Path(f"/proc/{pid}/cmdline").read_text() == command:
                found.append(int(pid))
    return found


def test_a_pane_runs_what_the_gear_asked_for_inside(
    asking: Start, tmux: Tmux, scratch: Scratch
) -> None:
    gear = asking()
    text = f"echo $A >{gear.open}/made; echo x >{gear.shut}/made; cat {gear.shut}/file; sleep 1000"
    reply = gear.ask(
        "tmux_split_run",
        command=text,
        server=tmux.variable,
        target="%0",
        env_vars={"A": "1 2"},
        cwd=str(gear.open),
    )
    assert reply["ok"], reply
    assert until(lambda: f"cat: {gear.shut}/file" in tmux.capture(reply["pane"]))
    assert (gear.open / "made").read_text() == "1 2\n"
    assert not (gear.shut / "made").exists()


def test_what_it_used_is_kept_over_a_restart(asking: Start) -> None:
    gear = asking()
    for path in (f"{gear.open}/file", f"{gear.shut}/file"):
        gear.ask("read_file", path=path)
    gear.ask("stop")
    gear.daemon.close()
    rows = Daemon(gear.scratch).request({"cmd": "get_usage", "gear": "asks"})["usage"]
    assert [(row["grant"], row["count"], row["denied"], row["denied_detail"]) for row in rows] == [
        ("fs_read", 0, 1, f"{gear.shut}/file"),
        ("fs_read: ~/open/**", 1, 0, None),
        ("ipc: read_file", 2, 0, None),
        ("ipc: stop", 0, 1, None),
    ]


def test_decisions_of_one_gear_are_rationed_in_the_log(asking: Start) -> None:
    gear = asking()
    for _ in range(40):
        gear.ask("set_env", value="dev")
    lines = [line for line in gear.daemon.log("axiumd").splitlines() if "ipc:set_env" in line]
    assert 20 <= len(lines) <= 25
    (row,) = gear.daemon.ask("get_usage", gear="asks")["usage"]
    assert (row["grant"], row["denied"]) == ("ipc: set_env", 40)


def test_a_program_ends_with_all_that_it_left(asking: Start) -> None:
    gear = asking()
    left = f"setsid sleep {SECS} & sleep 0.3; kill -KILL $$"
    reply = gear.ask("daemon_exec", command=left, mode="wait")
    assert (reply["returncode"], running(f"sleep\0{SECS}\0")) == (-9, [])


def test_one_that_takes_too_long_is_ended_whatever_it_minds(asking: Start) -> None:
    gear = asking()
    stubborn = f"trap '' TERM; setsid sleep {SECS} & while :; do sleep 0.1; done"
    reply = gear.ask("daemon_exec", command=stubborn, mode="wait", timeout=0.5)
    assert (reply["code"], until(lambda: not running(f"sleep\0{SECS}\0"))) == ("timeout", True)
