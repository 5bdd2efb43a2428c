"""`axium perms`: what spokes may do, and editing it without a word lost."""

from __future__ import annotations

import json
import shlex
from pathlib import Path

import pytest

from tests.cli.saying import said, told
from tests.support import Daemon, Scratch, until

QUIET = {"AXIUM_NO_AUTOSTART": "1"}

CREDS = """\
name: creds
version: 1.2.0
permissions:
  exec: [aws]
  notify: true
  fs_read: [~/.aws/**]
"""
AWS = """\
name: aws
prefixes: [{command: aws, wrapper: axium run aws}]
"""
OVERRIDE = """\
# mine
creds:
  exec: [git]   # for the tags
  notify: false
  fs_read: ["!~/.aws/credentials"]
"""


@pytest.fixture
def spokes(scratch: Scratch) -> Scratch:
    """A home with two spokes, and no daemon."""
    scratch.run("axium", "bootstrap", check=True)
    for name, text in (("creds", CREDS), ("aws", AWS)):
        spoke(scratch, name, text)
    return scratch


@pytest.fixture
def overridden(spokes: Scratch) -> Path:
    """Their permissions.yaml."""
    file = spokes.home / "permissions.yaml"
    file.write_text(OVERRIDE)
    return file


def spoke(scratch: Scratch, name: str, text: str) -> None:
    directory = scratch.home / "spokes" / name
    directory.mkdir(parents=True, exist_ok=True)
    (directory / "spoke.yaml").write_text(text)


def edit(scratch: Scratch, script: str, name: str = "creds", *options: str) -> tuple[int, str, str]:
    """`axium perms edit NAME` with an editor that is this script; `$1` is the file."""
    scratch.tool("editor", f"#!/bin/sh\n{script}\n")
    editor = str(scratch.bin / "editor")
    return said(scratch, "perms", "edit", name, *options, EDITOR=editor, **QUIET)


def test_each_spoke_is_listed_with_what_amounts_to_anything(
    spokes: Scratch, overridden: Path
) -> None:
    assert said(spokes, "perms", "list") == (
        0,
        (
            "aws    nothing\n"
            "       ! prefixes: decides what a wrapped command becomes\n"
            "creds  exec: aws, git; fs_read: ~/.aws/**\n"
            "       ! exec: starts programs, which may do whatever you may\n"
        ),
        "",
    )


def test_a_spoke_is_shown_with_who_said_each(spokes: Scratch, overridden: Path) -> None:
    assert said(spokes, "perms", "show", "creds") == (
        0,
        (
            "creds 1.2.0\n"
            "  exec      aws                  base\n"
            "            git                  override\n"
            "  notify    false                override\n"
            "  net       false                default\n"
            "  ipc       nothing              default\n"
            "  env       nothing              default\n"
            "  unix      nothing              default\n"
            "  fs_read   ~/.aws/**            base\n"
            "            !~/.aws/credentials  override\n"
            "  fs_write  nothing              default\n"
            "! exec: starts programs, which may do whatever you may\n"
        ),
        "",
    )


def test_the_same_is_there_for_programs(spokes: Scratch, overridden: Path) -> None:
    shown = told(spokes, "perms", "show", "creds")
    listed = told(spokes, "perms", "list")
    assert shown.pop("strict") is False
    assert (listed["spokes"][1], listed["strict"], shown) == (
        shown,
        False,
        {
            "name": "creds",
            "faults": [],
            "version": "1.2.0",
            "permissions": {
                "exec": ["aws", "git"],
                "notify": False,
                "net": False,
                "ipc": [],
                "env": [],
                "unix": [],
                "fs_read": ["~/.aws/**"],
                "fs_write": [],
            },
            "sources": {
                "exec": "override",
                "notify": "override",
                "net": "default",
                "ipc": "default",
                "env": "default",
                "unix": "default",
                "fs_read": "override",
                "fs_write": "default",
            },
            "origins": {
                "exec": {"aws": "base", "git": "override"},
                "fs_read": {"~/.aws/**": "base"},
            },
            "refused": {"fs_read": ["~/.aws/credentials"]},
            "labels": [{"grant": "exec", "why": "starts programs, which may do whatever you may"}],
        },
    )


def test_strict_mode_shows_what_manifests_alone_say(spokes: Scratch, overridden: Path) -> None:
    code, data, talk = said(spokes, "perms", "show", "creds", AXIUM_PERMS_STRICT="1")
    assert (code, "override" in data, "notify    true" in data, talk) == (
        0,
        False,
        True,
        "! permissions.yaml is ignored\n  AXIUM_PERMS_STRICT=1 says so\n",
    )


def test_what_takes_nothing_away_is_told(spokes: Scratch, overridden: Path) -> None:
    overridden.write_text('creds: {exec: ["!awss"]}')
    code, _, talk = said(spokes, "perms", "show", "creds")
    assert (code, talk) == (
        0,
        (
            "! `!awss` of `exec` takes nothing away\n"
            "  the manifest of `creds` does not ask for it by this name\n"
        ),
    )


@pytest.mark.parametrize("verb", ["show", "edit"])
def test_a_spoke_that_there_is_not_is_refused(spokes: Scratch, verb: str) -> None:
    assert [said(spokes, "perms", verb, name, **QUIET) for name in ("cred", "x")] == [
        (1, "", "✗ no spoke `cred`\n  did you mean `creds`?\n"),
        (1, "", "✗ no spoke `x`\n  `axium perms list` shows those that there are\n"),
    ]


def test_what_a_gear_may_do_is_shown_elsewhere(spokes: Scratch) -> None:
    (spokes.home / "gears" / "deploy").mkdir(parents=True)
    (spokes.home / "gears" / "deploy" / "gear.yaml").write_text("name: deploy\n")
    assert said(spokes, "perms", "show", "deploy", **QUIET) == (
        1,
        "",
        "✗ no spoke `deploy`\n  it is a gear: `axium gear perms-show deploy`\n",
    )


def test_a_manifest_at_fault_is_told_and_the_others_are_shown(spokes: Scratch) -> None:
    spoke(spokes, "bad", "name: bad\npermissions: {exec: git}\n")
    code, data, talk = said(spokes, "perms", "list")
    fault = (
        "✗ spokes/bad/spoke.yaml:2:21: `permissions.exec` must be `true` or `false` or a list,"
        " found `git`\n  a list is written `[git]`\n"
    )
    assert (code, [row.split()[0] for row in data.splitlines() if row[0] != " "], talk) == (
        1,
        ["aws", "bad", "creds"],
        fault,
    )
    assert said(spokes, "perms", "show", "bad") == (1, "", fault)


def test_overrides_at_fault_show_nothing_that_might_not_hold(
    spokes: Scratch, overridden: Path
) -> None:
    overridden.write_text("creds: {exec: git}\n")
    expected = (
        1,
        "",
        (
            "✗ permissions.yaml:1:15: `creds.exec` must be `true` or `false` or a list,"
            " found `git`\n"
            "  a list is written `[git]`\n"
            "  what it said before stays in force until it is mended\n"
        ),
    )
    assert [said(spokes, "perms", "list"), said(spokes, "perms", "show", "aws")] == [expected] * 2


def test_an_edit_starts_with_a_place_for_the_spoke(spokes: Scratch) -> None:
    code, data, talk = edit(spokes, "cat $1; echo '  notify: false' >> $1", "creds", "-v")
    entry = (
        "creds:\n"
        "  # its manifest asks for:\n"
        '  #   exec: ["aws"]\n'
        "  #   notify: true\n"
        '  #   fs_read: ["~/.aws/**"]\n'
    )
    file = spokes.home / "permissions.yaml"
    assert (code, data.endswith(entry), talk) == (
        0,
        True,
        "✓ what `creds` may do is in force\n",
    )
    assert (file.read_text(), file.stat().st_mode & 0o777) == (data + "  notify: false\n", 0o600)
    assert told(spokes, "perms", "show", "creds")["permissions"]["notify"] is False


def test_an_edit_that_changes_nothing_leaves_nothing(spokes: Scratch) -> None:
    assert edit(spokes, ":") == (0, "", "")
    assert not (spokes.home / "permissions.yaml").exists()


def test_a_place_that_was_not_used_goes_again(spokes: Scratch, overridden: Path) -> None:
    overridden.chmod(0o640)
    assert edit(spokes, "grep -c '^aws:$' $1", "aws") == (0, "1\n", "")
    assert (overridden.read_text(), overridden.stat().st_mode & 0o777) == (OVERRIDE, 0o640)


def test_a_text_without_a_last_newline_and_a_link_stay_what_they_are(
    spokes: Scratch, tmp_path: Path
) -> None:
    real = tmp_path / "mine.yaml"
    real.write_text("creds: {net: true}")
    link = spokes.home / "permissions.yaml"
    link.symlink_to(real)
    assert edit(spokes, "echo '  net: false' >> $1", "aws") == (0, "", "")
    assert link.is_symlink()
    assert real.read_text() == (
        "creds: {net: true}\naws:\n  # its manifest asks for nothing\n  net: false\n"
    )


def test_an_editor_that_can_is_sent_to_the_line(spokes: Scratch, overridden: Path) -> None:
    spokes.tool("vim", '#!/bin/sh\nprintf "%s\\n" "$@"\n')
    editor = f"{shlex.quote(str(spokes.bin / 'vim'))} -u 'my rc'"
    assert said(spokes, "perms", "edit", "creds", EDITOR=editor, **QUIET) == (
        0,
        f"-u\nmy rc\n+2\n{overridden}\n",
        "",
    )


def test_a_fault_is_told_and_the_text_stays_as_it_was_written(
    spokes: Scratch, overridden: Path
) -> None:
    assert edit(spokes, "echo 'aws: {net: [x]}' >> $1") == (
        1,
        "",
        (
            "✗ permissions.yaml:6:13: `net`: `x` is neither `HOST:PORT`"
            " nor `listen:127.0.0.1:PORT`\n"
            "  what it said before stays in force; `axium perms edit` opens it again\n"
        ),
    )
    assert overridden.read_text() == OVERRIDE + "aws: {net: [x]}\n"
    assert edit(spokes, "sed -i '$d' $1", "aws") == (0, "", "")
    assert overridden.read_text() == OVERRIDE


def test_a_file_that_is_no_yaml_is_opened_as_it_is(spokes: Scratch, overridden: Path) -> None:
    overridden.write_text("creds: [\n")
    code, data, talk = edit(spokes, "cat $1")
    assert (code, data, talk.splitlines()[0].startswith("✗ permissions.yaml:")) == (
        1,
        "creds: [\n",
        True,
    )
    assert overridden.read_text() == "creds: [\n"


def test_what_is_no_file_is_refused_before_an_editor_starts(spokes: Scratch) -> None:
    (spokes.home / "permissions.yaml").mkdir()
    code, data, talk = edit(spokes, "echo started")
    assert (code, data, talk.splitlines()[0]) == (
        1,
        "",
        "✗ permissions.yaml:1:1: expected a file, found a directory",
    )


@pytest.mark.parametrize(
    ("editor", "code", "talk"),
    [
        (
            "/nowhere/at/all -x",
            127,
            (
                "✗ the editor `/nowhere/at/all` can't be started: No such file or directory\n"
                "  set EDITOR to the editor that you use\n"
            ),
        ),
        ("'x", 1, "✗ EDITOR can't be cut into words: No closing quotation\n"),
        ("false", 1, "✗ the editor `false` ended with 1\n  the file is as it left it: {file}\n"),
    ],
)
def test_an_editor_that_fails_is_told_and_leaves_the_file(
    spokes: Scratch, overridden: Path, editor: str, code: int, talk: str
) -> None:
    done = said(spokes, "perms", "edit", "aws", EDITOR=editor, **QUIET)
    assert done == (code, "", talk.format(file=overridden))
    assert overridden.read_text() == OVERRIDE


def test_overrides_of_a_spoke_that_is_gone_can_be_edited(spokes: Scratch, overridden: Path) -> None:
    overridden.write_text("gone: {net: true}\n")
    assert edit(spokes, "cat $1; : > $1", "gone") == (0, "gone: {net: true}\n", "")
    assert overridden.read_text() == ""


def test_what_a_running_daemon_goes_by_follows_the_edit_and_the_file(daemon: Daemon) -> None:
    home = daemon.scratch
    spoke(home, "creds", CREDS)

    def source() -> str:
        asked = json.dumps({"cmd": "load_spoke_permissions", "spoke": "creds"})
        assert said(home, "ipc", asked)[0] == 0
        reply = said(home, "ipc", json.dumps({"cmd": "get_permissions", "spoke": "creds"}))[1]
        return str(json.loads(reply)["sources"]["notify"])

    before = source()
    assert edit(home, "echo '  notify: false' >> $1") == (0, "", "")
    after = source()
    (home.home / "permissions.yaml").write_text("creds: {exec: true}\n")
    until(lambda: source() == "base")
    assert (before, after) == ("base", "override")
