"""Who may what: by the connection, by manifest and override, each decision in the log."""

from __future__ import annotations

import os
from collections.abc import Coroutine
from pathlib import Path
from typing import Any, NamedTuple, cast

import pytest

from axium.daemon.caller import USER, Caller, Plugin
from axium.daemon.commands.permissions import (
    Effective,
    GetPermissions,
    LoadSpokePermissions,
    get_permissions,
    load_spoke_permissions,
)
from axium.daemon.connection import Connection
from axium.daemon.context import Context
from axium.daemon.programs import located
from axium.model.manifests import Manifest
from axium.model.marks import Mark
from axium.model.permissions import Permissions
from axium.wire.errors import Refusal
from tests.daemon.serving import Served
from tests.support import Scratch

CREDS = Plugin("spoke", "creds")


class Asking(NamedTuple):
    """As much of a connection as a handler of these commands looks at."""

    caller: Caller


def context(served: Served, caller: Caller) -> Context:
    return Context(served.services, cast(Connection, Asking(caller)))


def load(served: Served, **may: Any) -> None:
    """Load the spoke `creds`, whose manifest asks for this."""
    manifest = Manifest(name="creds", where=Mark("m"), permissions=Permissions(**may))
    served.services.permissions.load(manifest)


def override(served: Served, text: str) -> None:
    served.write({"permissions.yaml": text})
    assert served.ask("reload")["ok"] is True


def decided(
    served: Served, caller: Caller, name: str | None, action: str, *details: str | None
) -> str:
    """What a decision comes to: `yes`, or the code and the sentence."""
    try:
        served.services.permissions.require(caller, name, action, *details)
    except Refusal as refusal:
        return f"{refusal.code}: {refusal.sentence}"
    return "yes"


def logged(caplog: pytest.LogCaptureFixture) -> list[str]:
    """The decisions in the log, without what they have in common."""
    lines = [record.getMessage() for record in caplog.records if record.name == "axium.security"]
    return [line.removeprefix("[SECURITY] ") for line in lines]


@pytest.fixture(autouse=True)
def _all_levels(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO", "axium.security")


def test_effective_permissions_are_told_with_who_said_each(served: Served) -> None:
    load(served, exec=("git",), notify=True, ipc=("set_env",))
    override(served, "creds: {exec: [aws], notify: false, fs_read: [/a/**, '!/a/b']}")
    assert served.ask("get_permissions", spoke="creds") == {
        "ok": True,
        "permissions": {
            "exec": ["git", "aws"],
            "notify": False,
            "net": False,
            "ipc": ["set_env"],
            "env": [],
            "unix": [],
            "fs_read": ["/a/**"],
            "fs_write": [],
        },
        "sources": {
            "exec": "override",
            "notify": "override",
            "net": "default",
            "ipc": "base",
            "env": "default",
            "unix": "default",
            "fs_read": "override",
            "fs_write": "default",
        },
        "origins": {
            "exec": {"git": "base", "aws": "override"},
            "ipc": {"set_env": "base"},
            "fs_read": {"/a/**": "override"},
        },
        "refused": {"fs_read": ["/a/b"]},
        "labels": [
            {"grant": "exec", "why": "starts programs, which may do whatever you may"},
            {
                "grant": "ipc: set_env",
                "why": "decides in which environment every command runs",
            },
        ],
    }


@pytest.mark.parametrize(
    ("request_", "expected"),
    [
        ({}, ("invalid", "spoke name required")),
        ({"spoke": "other"}, ("not_loaded", "spoke not loaded")),
        ({"gear": "other"}, ("not_loaded", "spoke not loaded")),
        ({"spoke": "../x"}, ("invalid", None)),
    ],
)
def test_permissions_of_nobody_are_refused(
    served: Served, request_: dict[str, str], expected: tuple[str, str | None]
) -> None:
    reply = served.ask("get_permissions", **request_)
    assert reply["code"] == expected[0]
    assert expected[1] in (None, reply["error"])


def test_a_plugin_asks_for_its_own_permissions_and_no_others(served: Served) -> None:
    load(served)
    mine = get_permissions(context(served, CREDS), GetPermissions())
    assert isinstance(mine, Effective)
    with pytest.raises(Refusal, match=r"^permission denied: get_permissions$"):
        get_permissions(context(served, CREDS), GetPermissions(spoke="other"))


def test_the_user_may_do_anything_and_is_logged_as_user(
    served: Served, caplog: pytest.LogCaptureFixture
) -> None:
    asked = [decided(served, USER, name, "exec", "ls") for name in (None, "", "user", "core")]
    assert asked == ["yes"] * 4
    assert (
        logged(caplog) == ["spoke=user action=exec allowed=true detail=ls via_override=false"] * 4
    )


def test_the_user_is_held_to_a_spokes_permissions_in_its_name(
    served: Served, caplog: pytest.LogCaptureFixture
) -> None:
    load(served, ipc=("tmux_split_run",))
    asked = [
        decided(served, USER, "creds", "tmux_split_run", "top"),
        decided(served, USER, "creds", "notify"),
        decided(served, USER, "other", "notify"),
    ]
    assert asked == [
        "yes",
        "denied: permission denied: notify",
        "not_loaded: spoke not loaded",
    ]
    assert logged(caplog) == [
        "spoke=creds action=ipc:tmux_split_run allowed=true detail=top via_override=false",
        "spoke=creds action=notify allowed=false detail=None via_override=false",
        "spoke=other action=notify allowed=false detail=None via_override=false",
    ]


def test_a_plugin_is_itself_whatever_it_says(
    served: Served, caplog: pytest.LogCaptureFixture
) -> None:
    load(served, notify=True)
    asked = [decided(served, CREDS, name, "notify") for name in (None, "creds", "other", "user")]
    assert asked == ["yes", "yes", *["denied: permission denied: notify"] * 2]
    assert logged(caplog) == [
        f"spoke=creds action=notify allowed={allowed} detail=None via_override=false"
        for allowed in ("true", "true", "false", "false")
    ]


def test_a_decision_says_whether_an_override_made_it(
    served: Served, caplog: pytest.LogCaptureFixture
) -> None:
    load(served, notify=True, fs_read=("/b/*",))
    override(served, "creds: {notify: false, fs_read: [/a/*], fs_write: ['/x']}")
    asked = [
        decided(served, CREDS, None, "notify"),
        decided(served, CREDS, None, "fs_read", "/a/x y"),
        decided(served, CREDS, None, "fs_read", "/b/x"),
        decided(served, CREDS, None, "fs_write", "/b/x"),
    ]
    assert asked == [
        "denied: permission denied: notify",
        "yes",
        "yes",
        "denied: permission denied: fs_write",
    ]
    assert [line.removeprefix("spoke=creds action=") for line in logged(caplog)] == [
        "notify allowed=false detail=None via_override=true",
        r"fs_read:/a/x\x20y allowed=true detail=None via_override=true",
        "fs_read:/b/x allowed=true detail=None via_override=false",
        "fs_write:/b/x allowed=false detail=None via_override=false",
    ]


def test_the_home_directory_is_where_a_link_leads_to(scratch: Scratch, tmp_path: Path) -> None:
    (tmp_path / "home").symlink_to(scratch.user)
    scratch.environ["HOME"] = str(tmp_path / "home")
    served = Served(scratch)
    load(served, fs_read=("~/*",))
    asked = decided(served, CREDS, None, "fs_read", f"{scratch.user.resolve()}/x")
    served.close()
    assert asked == "yes"


def test_strict_mode_ignores_overrides(scratch: Scratch) -> None:
    scratch.environ["AXIUM_PERMS_STRICT"] = "1"
    served = Served(scratch)
    load(served)
    override(served, "creds: {notify: true}")
    sources = served.ask("get_permissions", spoke="creds")["sources"]
    refusal = served.ask("notify", spoke="creds", title="t")
    served.close()
    assert (sources["notify"], refusal["error"], refusal["hint"]) == (
        "default",
        "permission denied: notify",
        "the daemon runs with AXIUM_PERMS_STRICT=1: only the manifest can grant it",
    )


def test_a_program_is_granted_by_the_file_that_its_name_means(
    served: Served, tmp_path: Path
) -> None:
    for name in ("git", "evil/git"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("#!/bin/sh\n")
        (tmp_path / name).chmod(0o755)
    (tmp_path / "gitlink").symlink_to("git")
    (tmp_path / "here").symlink_to(".")
    environ = {"PATH": str(tmp_path)}
    permissions = served.services.permissions
    permissions._located = lambda program: located(program, environ)
    load(served, exec=("git", "/bin/true"))

    def may(program: str | None) -> str:
        try:
            permissions.require(CREDS, None, "exec", program, program=program)
        except Refusal as refusal:
            return refusal.code
        return "yes"

    programs = ["git", f"{tmp_path}/git", f"{tmp_path}/here/git", "/bin/true"]
    refused = ["gitlink", f"{tmp_path}/evil/git", "true", "./git", "absent", "", None]
    assert [may(each) for each in (*programs, *refused)] == ["yes"] * 4 + ["denied"] * 7


def test_plugins_that_are_gone_are_not_loaded(served: Served) -> None:
    load(served, notify=True)
    served.services.permissions.unload("creds")
    assert decided(served, USER, "creds", "notify") == "not_loaded: spoke not loaded"


def test_a_spokes_manifest_is_read_again_on_request(served: Served, tmp_path: Path) -> None:
    spoke = served.scratch.home / "spokes" / "creds"
    spoke.mkdir(parents=True)
    (spoke / "spoke.yaml").write_text("name: creds\npermissions: {notify: true}")
    other = tmp_path / "other.yaml"
    other.write_text("name: creds\npermissions: {net: true}")

    def now(**fields: str) -> tuple[bool, bool]:
        assert served.ask("load_spoke_permissions", spoke="creds", **fields) == {"ok": True}
        told = served.ask("get_permissions", spoke="creds")["permissions"]
        return told["notify"], told["net"]

    assert (now(), now(spoke_yaml_path=str(other)), now()) == (
        (True, False),
        (False, True),
        (True, False),
    )


def test_a_manifest_that_can_not_be_read_changes_nothing(served: Served, tmp_path: Path) -> None:
    load(served, notify=True)
    os.mkfifo(tmp_path / "fifo")
    (tmp_path / "bad").write_text("name: creds\npermissions: {notify: git}")
    asked = [
        served.ask("load_spoke_permissions", spoke="creds", spoke_yaml_path=path)
        for path in (f"{tmp_path}/none", f"{tmp_path}/fifo", f"{tmp_path}/bad")
    ] + [served.ask("load_spoke_permissions", **fields) for fields in ({"spoke": "x"}, {})]
    assert [(reply["code"], reply["error"]) for reply in asked] == [
        ("not_found", "file not found"),
        ("invalid", f"{tmp_path}/fifo:1:1: expected a file, found a FIFO"),
        (
            "invalid",
            f"{tmp_path}/bad:2:23: `permissions.notify` must be `true` or `false`, found `git`",
        ),
        ("not_found", "file not found"),
        ("invalid", "spoke name required"),
    ]
    assert served.ask("get_permissions", spoke="creds")["permissions"]["notify"] is True


def test_no_plugin_loads_permissions(served: Served) -> None:
    load(served)
    asked = load_spoke_permissions(context(served, CREDS), LoadSpokePermissions())
    assert isinstance(asked, Coroutine)
    with pytest.raises(Refusal, match=r"^permission denied: load_spoke_permissions$"):
        served.run(asked)


def test_overrides_at_fault_are_told_and_those_before_hold(served: Served) -> None:
    load(served, notify=True)
    override(served, "creds: {notify: false}")
    served.write({"permissions.yaml": "creds: {notify: nope}"})
    problems = served.ask("reload")["problems"]
    before = decided(served, CREDS, None, "notify")
    (served.scratch.home / "permissions.yaml").unlink()
    served.ask("reload")
    assert (problems, before, decided(served, CREDS, None, "notify")) == (
        ["permissions.yaml:1:17: `creds.notify` must be `true` or `false`, found `nope`"],
        "denied: permission denied: notify",
        "yes",
    )


def test_a_spoke_notifies_only_if_it_may(served: Served) -> None:
    load(served)
    replies = [served.ask("notify", title="t", spoke=name) for name in ("creds", "other", "core")]
    load(served, notify=True)
    replies.append(served.ask("notify", title="u", spoke="creds"))
    assert [reply.get("error", reply["ok"]) for reply in replies] == [
        "permission denied: notify",
        "spoke not loaded",
        True,
        True,
    ]
    rows = served.ask("notify_list")["notifications"]
    assert [(row["spoke"], row["title"]) for row in rows] == [("core", "t"), ("creds", "u")]
