"""A real spoke, in its own process, is held to its manifest and to the user's word."""

from __future__ import annotations

import json

import pytest

from tests.cli.saying import said, told
from tests.support import Scratch, until

MAIN = """\
from axium.core.ipc import send_request_sync


def register(app, events):
    events.on("env_change", ask)


def ask(new_env):
    requests = [
        {"cmd": "notify", "title": f"mine {new_env}"},
        {"cmd": "notify", "title": f"other {new_env}", "spoke": "other"},
        {"cmd": "get_permissions", "spoke": "other"},
        {"cmd": "load_spoke_permissions"},
    ]
    for request in requests:
        reply = send_request_sync(request)
        print(reply["ok"] or reply["error"], flush=True)
"""
SPOKES = {"asking": "permissions: {notify: true}", "other": "permissions: {notify: true}"}


@pytest.fixture
def home(scratch: Scratch) -> Scratch:
    """A daemon with two spokes that are loaded, one of which asks at each change."""
    for name, manifest in SPOKES.items():
        directory = scratch.home / "spokes" / name
        directory.mkdir(parents=True)
        (directory / "spoke.yaml").write_text(f"name: {name}\n{manifest}\n")
        (directory / "main.py").write_text(MAIN if name == "asking" else "def register(app): ...\n")
    assert said(scratch, "daemon", "start")[0] == 0
    until(lambda: statuses(scratch) == ["active"] * len(SPOKES))
    return scratch


FORGED = [
    (action, "false", "false")
    for action in ("notify", "ipc:get_permissions", "ipc:load_spoke_permissions")
]
"""What is logged of a spoke that asks in another one's name."""


def statuses(scratch: Scratch) -> list[str]:
    rows = json.loads(said(scratch, "ipc", '{"cmd": "list_spokes"}')[1])["spokes"]
    return [row["status"] for row in rows]


def answers(scratch: Scratch) -> list[str]:
    """What the spoke has printed."""
    log = scratch.home / "logs" / "asking.log"
    lines = log.read_text().splitlines() if log.exists() else []
    return [line.partition("[OUTPUT] ")[2] for line in lines if "[OUTPUT] " in line]


def decisions(scratch: Scratch) -> list[str]:
    """The decisions in the daemon's log."""
    lines = (scratch.home / "logs" / "axiumd.log").read_text().splitlines()
    return [line.partition("[SECURITY] ")[2] for line in lines if "[SECURITY] " in line]


def test_a_spoke_is_itself_and_may_what_the_user_leaves_it(home: Scratch) -> None:
    refused = [f"permission denied: {name}" for name in ("notify", "get_permissions")]
    refused.append("permission denied: load_spoke_permissions")
    assert said(home, "env", "set", "builder", "--global") == (0, "", "")
    until(lambda: len(answers(home)) == 4)
    (home.home / "permissions.yaml").write_text("asking: {notify: false}\n")
    assert said(home, "daemon", "reload") == (0, "", "")
    assert said(home, "env", "set", "root", "--global") == (0, "", "")
    until(lambda: len(answers(home)) == 8)

    notes = told(home, "notify", "list")["notifications"]

    assert answers(home) == ["True", *refused, "permission denied: notify", *refused]
    assert [(note["spoke"], note["title"]) for note in notes] == [("asking", "mine builder")]
    assert decisions(home) == [
        f"spoke=asking action={action} allowed={allowed} detail=None via_override={override}"
        for action, allowed, override in (
            ("notify", "true", "false"),
            *FORGED,
            ("notify", "false", "true"),
            *FORGED,
        )
    ]
    assert said(home, "daemon", "stop")[0] == 0
