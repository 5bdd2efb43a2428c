"""A spoke that has things done by the daemon, through its own channel and the public API."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.real.spokes import write_spoke
from tests.support import Daemon, Scratch, Tmux, until

MANIFEST = """\
permissions:
  exec: [printf]
  ipc: [tmux_split_run, tmux_send_keys, tmux_capture_pane]
  fs_read: [~/open/**]
  fs_write: [~/open/**]
"""
MAIN = """
    from axium.core import api

    def register(app, events):
        @events.on("go")
        def go(shut):
            read = api.read_file("doer", "~/open/in")
            told = {
                "read": str(read),
                "shut": api.read_file("doer", shut)["error"],
                "exec": api.daemon_exec("doer", "printf x", mode="wait"),
                "other program": api.daemon_exec("doer", "id", mode="wait"),
                "as another": api.write_log("somebody", "x"),
                "log": api.write_log("doer", "all done"),
                "pane": api.tmux_split_run("doer", "exec cat", height=30).get("pane_id"),
            }
            import json
            api.write_file("doer", "~/open/out", json.dumps(told))
"""


@pytest.fixture
def spoken(scratch: Scratch, tmux: Tmux) -> Iterator[Daemon]:
    """A daemon that has loaded the spoke, in a home with a default tmux server."""
    write_spoke(scratch, "doer", MAIN, MANIFEST)
    daemon = Daemon(scratch)
    until(lambda: rows(daemon) == [("doer", "active")], timeout=20)
    yield daemon
    daemon.close()


def rows(daemon: Daemon) -> list[tuple[str, str]]:
    found: list[dict[str, Any]] = daemon.request({"cmd": "list_spokes"})["spokes"]
    return [(row["name"], row["status"]) for row in found]


def test_a_spoke_has_done_what_it_may_and_nothing_else(spoken: Daemon, tmux: Tmux) -> None:
    user = spoken.scratch.user
    (user / "open").mkdir()
    (user / "open/in").write_text("content")
    (user / "shut").write_text("secret")
    asked = {"cmd": "emit_event", "event": "go", "args": [str(user / "shut")]}
    assert spoken.request(asked)["ok"] is True
    out = user / "open/out"
    until(out.exists, timeout=20)
    assert json.loads(out.read_text()) == {
        "read": "content",
        "shut": "permission denied: fs_read",
        "exec": True,
        "other program": False,
        "as another": False,
        "log": True,
        "pane": "%1",
    }
    assert tmux.cmd("list-panes", "-F", "#{pane_id}") == "%0\n%1"
    # What it printed comes by a pipe, before this line or after it.
    said = (spoken.scratch.home / "logs/doer.log").read_text().splitlines()
    assert sum([line.endswith("] [INFO] all done") for line in said]) == 1
    job = spoken.request({"cmd": "show_job", "job": 1})
    assert (job["job"]["spoke"], job["output"]) == ("doer", "x")
