"""`core.permissions` and `core.gears`: what a plugin may do by its manifest and the user's file."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from axium.core import gears
from axium.core.permissions import (
    SpokePermissions,
    check_ipc_permission,
    check_permission,
    get_effective_permissions,
    log_security,
)
from tests.core.conftest import Inside
from tests.support import Scratch

MANIFEST = """
name: creds
permissions:
  exec: [aws]
  notify: true
  ipc: [tmux_split_run]
  fs_read: [~/.aws/**]
"""

OVERRIDE = """
creds:
  exec: [git]
  notify: false
  ipc: [read_file]
"""


@pytest.fixture
def manifest(inside: Inside, scratch: Scratch) -> Path:
    path = scratch.home / "spokes" / "creds" / "spoke.yaml"
    path.parent.mkdir(parents=True)
    path.write_text(MANIFEST)
    return path


def test_the_manifest_and_the_users_file_come_together(manifest: Path, scratch: Scratch) -> None:
    (scratch.home / "permissions.yaml").write_text(OVERRIDE)
    perms = get_effective_permissions("creds", manifest)
    assert perms.to_dict() == {
        "exec": ["aws", "git"],
        "notify": False,
        "net": False,
        "ipc": ["tmux_split_run", "read_file"],
        "fs_read": ["~/.aws/**"],
        "fs_write": [],
    }
    assert [perms.get_source(name) for name in ("exec", "network", "fs_read", "nonsense")] == [
        "override",
        "default",
        "base",
        "default",
    ]
    assert get_effective_permissions("creds", manifest.parent).to_dict() == perms.to_dict()


def test_strictly_only_the_manifest_counts(
    manifest: Path, scratch: Scratch, inside: Inside
) -> None:
    (scratch.home / "permissions.yaml").write_text(OVERRIDE)
    inside(AXIUM_PERMS_STRICT="1")
    assert get_effective_permissions("creds", manifest).exec == ["aws"]


def test_a_manifest_that_is_not_there_or_faulty_is_told(manifest: Path) -> None:
    with pytest.raises(FileNotFoundError, match="there is no /no/such"):
        get_effective_permissions("creds", "/no/such")
    manifest.write_text("name: [")
    with pytest.raises(ValueError, match=r"spoke.yaml:\d+:\d+: "):
        get_effective_permissions("creds", manifest)


def test_each_decision_is_made_and_logged(
    manifest: Path, scratch: Scratch, caplog: pytest.LogCaptureFixture
) -> None:
    (scratch.home / "permissions.yaml").write_text(OVERRIDE)
    perms = get_effective_permissions("creds", str(manifest))
    caplog.set_level(logging.INFO)
    inside_aws = str(scratch.user / ".aws" / "config")
    decided = [
        check_permission("creds", "exec", perms, "aws"),
        check_permission("creds", "exec", perms, "git"),
        check_permission("creds", "notify", perms),
        check_permission("creds", "network", perms),
        check_permission("creds", "fs_read", perms, inside_aws),
        check_ipc_permission("creds", "tmux_split_run", perms),
        check_ipc_permission("creds", "read_file", perms),
        check_ipc_permission("creds", "set_env", perms, "prod"),
    ]
    assert decided == [True, True, False, False, True, True, True, False]
    assert [
        record.getMessage().removeprefix("[SECURITY] spoke=creds ") for record in caplog.records
    ] == [
        "action=exec allowed=true detail=aws via_override=false",
        "action=exec allowed=true detail=git via_override=true",
        "action=notify allowed=false detail=None via_override=true",
        "action=net allowed=false detail=None via_override=false",
        f"action=fs_read:{inside_aws} allowed=true detail=None via_override=false",
        "action=ipc:tmux_split_run allowed=true detail=None via_override=false",
        "action=ipc:read_file allowed=true detail=None via_override=true",
        "action=ipc:set_env allowed=false detail=prod via_override=false",
    ]


def test_permissions_are_made_by_hand_too() -> None:
    perms = SpokePermissions(exec=["ls"], net=True, fs_write=["/tmp/**"])
    assert perms.to_dict() == {
        "exec": ["ls"],
        "notify": False,
        "net": True,
        "ipc": [],
        "fs_read": [],
        "fs_write": ["/tmp/**"],
    }
    assert check_permission("x", "fs_write", perms, "/tmp/a/b") is True
    assert check_permission("x", "net", perms) is True


def test_a_line_of_the_log_can_not_be_forged(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    log_security("x", "exec", False, "a\n[SECURITY] spoke=y", False)
    [line] = [record.getMessage() for record in caplog.records]
    assert line == (
        "[SECURITY] spoke=x action=exec allowed=false "
        r"detail=a\n[SECURITY] spoke=y via_override=false"
    )


@pytest.fixture
def gear(inside: Inside, scratch: Scratch) -> Path:
    directory = scratch.home / "gears" / "ansible"
    directory.mkdir(parents=True)
    (directory / "gear.yaml").write_text("name: ansible\npermissions: {exec: true}\n")
    (directory / "main.py").write_text("raise SystemExit('run')\n")
    return directory


def test_gears_are_found_and_never_loaded_here(gear: Path) -> None:
    assert gears.discover_gears() == ["ansible"]
    with pytest.raises(PermissionError, match="a gear runs confined, in one of its own"):
        gears.load_gear("ansible", None, None, None)
    with pytest.raises(FileNotFoundError, match="there is no gear `nope`"):
        gears.load_gear("nope", None, None, None)


def test_a_gear_may_do_what_its_manifest_and_the_users_file_say(
    gear: Path, scratch: Scratch
) -> None:
    assert gears.get_effective_gear_permissions("ansible", gear).exec is True
    override = scratch.home / "overrides" / "permissions" / "ansible.yaml"
    override.parent.mkdir(parents=True)
    override.write_text("exec: false\nnotify: true\n")
    perms = gears.get_effective_gear_permissions("ansible", gear / "gear.yaml")
    assert (perms.exec, perms.notify, perms.get_source("exec")) == (False, True, "override")
    override.write_text("exec: [")
    with pytest.raises(ValueError, match=r"overrides/permissions/ansible\.yaml:1:"):
        gears.get_effective_gear_permissions("ansible", gear)
    with pytest.raises(ValueError, match="can't name a plugin"):
        gears.get_effective_gear_permissions("../x", gear)
