"""What `permissions.yaml` and manifests may say of permissions, and what is told of the rest."""

from __future__ import annotations

from pathlib import Path

import pytest

from axium.config import permissions
from axium.config.findings import Findings
from axium.config.manifest_file import parse as parse_manifest
from axium.config.permissions import Override
from axium.model.manifests import Kind
from axium.model.permissions import Permissions

WHOLE = """\
creds:
  exec: [aws, /usr/bin/git, "!rm"]
  notify: false
  net: ["example.org:443", "listen:127.0.0.1:8080", "!a.b:1"]
  ipc: [tmux_split_run, "call:hub", "!set_env"]
  env: [AWS_PROFILE]
  unix: [ssh-agent]
  fs_read: ["~/.aws/**", "!~/.aws/credentials"]
  fs_write: []
empty:
"""


def told(text: str) -> list[str]:
    findings = Findings()
    permissions.parse(text, findings)
    return [f"{each.severity} {each}".replace("permissions.yaml:", "") for each in findings.faults]


def told_of_manifest(text: str, kind: Kind) -> list[str]:
    findings = Findings()
    parse_manifest(f"name: a\npermissions: {text}", "m", kind, findings)
    return [str(each).removeprefix("m:2:") for each in findings.faults]


def test_overrides_are_by_spoke_and_each_says_what_it_says() -> None:
    findings = Findings()
    assert (permissions.parse(WHOLE, findings), findings.faults) == (
        {
            "creds": Permissions(
                exec=("aws", "/usr/bin/git", "!rm"),
                notify=False,
                net=("example.org:443", "listen:127.0.0.1:8080", "!a.b:1"),
                ipc=("tmux_split_run", "call:hub", "!set_env"),
                env=("AWS_PROFILE",),
                unix=("ssh-agent",),
                fs_read=("~/.aws/**", "!~/.aws/credentials"),
                fs_write=(),
            ),
            "empty": Permissions(),
        },
        (),
    )


@pytest.mark.parametrize("text", ["", "# nothing\n", "{}", "~"])
def test_a_file_without_a_word_overrides_nothing(text: str) -> None:
    findings = Findings()
    assert (permissions.parse(text, findings), findings.faults) == ({}, ())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[]", ["error 1:1: the file must be a mapping, found a list"]),
        ("a: 3", ["error 1:4: `a` must be a mapping, found `3`"]),
        ("a: {}\na: {}", ["error 2:1: the key `a` is there twice, first at 1:1"]),
        ("a: {exce: true}", ["warning 1:5: unknown key `exce` in `a`"]),
        ("a: {notify: yes}", ["error 1:13: `a.notify` must be `true` or `false`, found `yes`"]),
        ("a: {ipc: [[x]]}", ["error 1:11: `a.ipc[0]` must be a text, found a list"]),
        (
            "../a: {}",
            [
                (
                    "error 1:1: `../a` can't name a plugin: a name is letters, digits and `._-`,"
                    " at most 100 of them, the first one not `.`"
                )
            ],
        ),
        (
            "user: {}",
            ["error 1:1: `user` can't name a plugin: it stands for you and for axium itself"],
        ),
        (
            "a: {exec: ['', ./x, bin/y, '! ']}",
            [
                "error 1:12: `exec`: `` names no program: write its name, or an absolute path",
                "error 1:16: `exec`: `./x` names no program: write its name, or an absolute path",
                "error 1:21: `exec`: `bin/y` names no program: write its name, or an absolute path",
                "error 1:28: `exec`: ` ` names no program: write its name, or an absolute path",
            ],
        ),
        (
            "a: {net: ['x', 'x:0', 'x:65536', 'listen:0.0.0.0:80', 'a b:1', '[::1]:22']}",
            [
                f"error 1:{column}: `net`: `{entry}` is neither `HOST:PORT`"
                " nor `listen:127.0.0.1:PORT`"
                for column, entry in (
                    (11, "x"),
                    (16, "x:0"),
                    (23, "x:65536"),
                    (34, "listen:0.0.0.0:80"),
                    (55, "a b:1"),
                )
            ],
        ),
        (
            "a: {ipc: [Read]}",
            [
                (
                    "error 1:11: `ipc`: `Read` names no action:"
                    " one looks like `read_file` or `call:LINK`"
                )
            ],
        ),
        (
            "a: {env: [1X]}",
            ["error 1:11: `env`: `1X` is no name of a variable: it takes letters, digits and `_`"],
        ),
        (
            "a: {unix: [gpg-agent]}",
            ["error 1:12: `unix`: `gpg-agent` is no socket that can be granted: `ssh-agent` is"],
        ),
        (
            "a: {fs_read: [x, ./y]}",
            [
                "error 1:15: `fs_read`: `x` begins with none of `/`, `~/`, `./`",
                "error 1:18: `fs_read`: `./y` is in no directory: begin with `/` or `~/`",
            ],
        ),
    ],
)
def test_faults_of_overrides(text: str, expected: list[str]) -> None:
    assert told(text) == expected


@pytest.mark.parametrize(
    ("text", "kind", "expected"),
    [
        (
            "{ipc: ['!x']}",
            "spokes",
            ["21: `ipc`: `!x` takes away, which only permissions.yaml does"],
        ),
        ("{fs_read: [./**]}", "gears", []),
        (
            f"{{ipc: [{', '.join(['a'] * 101)}]}}",
            "gears",
            ["321: `ipc` has 101 entries, at most 100"],
        ),
        (f"{{ipc: [{', '.join(['a'] * 101)}]}}", "spokes", []),
        (
            "{fs_read: [./**]}",
            "spokes",
            ["25: `fs_read`: `./**` is in no directory: begin with `/` or `~/`"],
        ),
    ],
)
def test_a_manifest_takes_nothing_away_and_a_gear_may_ask_for_where_it_is(
    text: str, kind: Kind, expected: list[str]
) -> None:
    assert told_of_manifest(text, kind) == expected


def override_of(home: Path, text: str) -> tuple[Override | None, list[str]]:
    file = home / "overrides/permissions/g.yaml"
    file.parent.mkdir(parents=True)
    file.write_text(text)
    found, faults = permissions.read_override(str(home), "g")
    return found, [str(fault) for fault in faults]


def test_an_override_of_a_gear_is_a_file_of_its_own_and_may_make_it_permissive(
    tmp_path: Path,
) -> None:
    text = 'exec: false\nfs_read: ["!./**", ~/a/**]\nsandbox: permissive\n'
    said = Permissions(exec=False, fs_read=("!./**", "~/a/**"))
    assert override_of(tmp_path, text) == (Override(said, is_permissive=True), [])


def test_no_override_is_none_and_an_empty_one_changes_nothing(tmp_path: Path) -> None:
    assert permissions.read_override(str(tmp_path), "g") == (None, ())
    assert override_of(tmp_path, "") == (Override(Permissions()), [])


def test_an_override_may_say_what_holds_without_it(tmp_path: Path) -> None:
    assert override_of(tmp_path, "sandbox: enforced") == (Override(Permissions()), [])


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            "sandbox: off",
            "1:10: `sandbox` must be one of `enforced`, `permissive`, found `off`",
        ),
        ("sandbox: true", "1:10: `sandbox` must be one of `enforced`, `permissive`, found `true`"),
        ("exec: 3", "1:7: `exec` must be `true` or `false` or a list, found `3`"),
        ("fs_read: [a/**]", "1:11: `fs_read`: `a/**` begins with none of `/`, `~/`, `./`"),
    ],
)
def test_a_faulty_override_says_nothing(tmp_path: Path, text: str, told: str) -> None:
    expected = (None, [f"overrides/permissions/g.yaml:{told}"])
    assert override_of(tmp_path, text) == expected


def test_the_gears_that_have_an_override_are_found_by_their_files(tmp_path: Path) -> None:
    assert permissions.overridden(str(tmp_path)) == []
    override_of(tmp_path, "")
    for name in ("b.yaml", ".c.yaml", "d.yml", "core.yaml"):
        (tmp_path / "overrides/permissions" / name).write_text("")
    assert permissions.overridden(str(tmp_path)) == ["b", "g"]
