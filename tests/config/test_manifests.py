"""Which plugins a home has, and what is wrong with a manifest, by file, line and column."""

from __future__ import annotations

import json
import os
from pathlib import Path

import msgspec
import pytest

from axium.config.findings import Findings
from axium.config.manifest_file import parse
from axium.config.manifests import Found, discover, read_manifest
from axium.model.manifests import Kind, Manifest
from axium.model.marks import Mark
from axium.model.permissions import Permissions
from axium.model.rules import Rule, Wrapper
from axium.model.templates import Template

WHOLE = """\
name: creds
version: 1.10
description: Is the credential valid?
entrypoint: creds.main:begin
author: A. N. Other
permissions:
  exec: [aws]
  notify: true
  net: false
  ipc: [tmux_split_run]
  fs_read: [~/.aws/**]
prefixes:
  - {command: aws, wrapper: axium run aws}
"""


def plugin(home: Path, name: str, text: str, file: str = "spoke.yaml") -> Path:
    """A directory with a manifest."""
    directory = home / "spokes" / name
    directory.mkdir(parents=True)
    (directory / file).write_text(text)
    return directory


def told(found: list[Found]) -> dict[str, list[str]]:
    """What is wrong with each, and `-` where it can't be used."""
    return {
        each.name: [*map(str, each.faults), *([] if each.manifest else ["-"])] for each in found
    }


def faults(text: str, kind: Kind = "spokes") -> list[str]:
    findings = Findings()
    parse(text, "spoke.yaml", kind, findings)
    return [f"{fault.severity} {fault}".replace("spoke.yaml:", "") for fault in findings.faults]


def test_a_manifest_says_all_of_a_plugin(tmp_path: Path) -> None:
    plugin(tmp_path, "creds", WHOLE)
    where = Mark("spokes/creds/spoke.yaml", 13, 15)
    words = Template.parse("axium run aws", Mark("spokes/creds/spoke.yaml", 13, 29))
    assert discover(str(tmp_path), "spokes") == [
        Found(
            "creds",
            f"{tmp_path}/spokes/creds",
            Manifest(
                name="creds",
                where=Mark("spokes/creds/spoke.yaml", 1, 7),
                version="1.10",
                description="Is the credential valid?",
                entrypoint="creds.main:begin",
                author="A. N. Other",
                permissions=Permissions(
                    exec=("aws",),
                    notify=True,
                    net=False,
                    ipc=("tmux_split_run",),
                    fs_read=("~/.aws/**",),
                ),
                prefixes=(Rule("aws", where, "creds", Wrapper(words)),),
            ),
            (),
        )
    ]


def test_a_name_is_enough(tmp_path: Path) -> None:
    plugin(tmp_path, "a", "name: a", "manifest.yaml")
    found = discover(str(tmp_path), "spokes")[0]
    assert found.manifest == Manifest(name="a", where=Mark("spokes/a/manifest.yaml", 1, 7))


def test_plugins_come_in_the_order_of_their_names_and_nothing_else_does(tmp_path: Path) -> None:
    for name in ("b", "a", "B-1", ".hidden", "__pycache__"):
        plugin(tmp_path, name, f"name: {name}")
    (tmp_path / "spokes" / "notes").mkdir()
    (tmp_path / "spokes" / "file").write_text("name: file")
    os.mkfifo(tmp_path / "spokes" / "fifo")
    assert [each.name for each in discover(str(tmp_path), "spokes")] == ["B-1", "a", "b"]


@pytest.mark.parametrize("kind", ["spokes", "gears"])
def test_a_home_without_plugins_has_none(tmp_path: Path, kind: Kind) -> None:
    assert discover(str(tmp_path), kind) == []


@pytest.mark.parametrize(("kind", "one"), [("spokes", "spoke"), ("gears", "gear")])
def test_a_link_that_leads_nowhere_is_removed_as_its_kind_is(
    tmp_path: Path, kind: Kind, one: str
) -> None:
    (tmp_path / kind).mkdir()
    (tmp_path / kind / "gone").symlink_to(tmp_path / "nowhere")
    found = discover(str(tmp_path), kind)
    assert [fault.hint for each in found for fault in each.faults] == [
        f"install it again, or remove the link: `axium {one} uninstall gone`"
    ]


def test_a_plugin_that_is_linked_into_the_home_is_there_as_any_other(tmp_path: Path) -> None:
    work = plugin(tmp_path / "work", "x", "name: a")
    (tmp_path / "spokes").mkdir()
    (tmp_path / "spokes" / "a").symlink_to(work)
    (tmp_path / "spokes" / "gone").symlink_to(tmp_path / "nowhere")
    assert told(discover(str(tmp_path), "spokes")) == {
        "a": [],
        "gone": [f"spokes/gone: leads to {tmp_path}/nowhere, which is gone", "-"],
    }


def test_what_is_no_readable_manifest_is_told_and_never_waited_for(tmp_path: Path) -> None:
    for name in ("directory", "fifo", "huge", "latin", "linked", "none", "sealed"):
        (tmp_path / "spokes" / name).mkdir(parents=True)
    at = tmp_path / "spokes"
    (at / "directory" / "spoke.yaml").mkdir()
    os.mkfifo(at / "fifo" / "spoke.yaml")
    with (at / "huge" / "spoke.yaml").open("wb") as file:
        file.truncate(100 << 20)
    (at / "latin" / "spoke.yaml").write_bytes(b"name: latin\nauthor: \xe9")
    (at / "linked" / "spoke.yaml").symlink_to("/nowhere/at/all")
    (at / "none" / "main.py").write_text("")
    (at / "sealed" / "spoke.yaml").symlink_to("spoke.yaml")
    assert told(discover(str(tmp_path), "spokes")) == {
        name: [f"spokes/{name}/spoke.yaml:{fault}", "-"]
        for name, fault in {
            "directory": "1:1: expected a file, found a directory",
            "fifo": "1:1: expected a file, found a FIFO",
            "huge": "1:1: is larger than 1 MiB, which no configuration is",
            "latin": "2:9: byte 0xe9 is not UTF-8",
            "linked": "1:1: leads to /nowhere/at/all, which is gone",
            "none": "1:1: there is no manifest",
            "sealed": "1:1: can't be read: too many levels of symbolic links",
        }.items()
    }


@pytest.mark.parametrize("name", ["a b", "ä", "a" * 101, "core", "user", "axiumd"])
def test_a_directory_whose_name_can_name_no_plugin_is_told(tmp_path: Path, name: str) -> None:
    plugin(tmp_path, name, f"name: {name}")
    found = discover(str(tmp_path), "spokes")[0]
    assert str(found.faults[0]).startswith(f"spokes/{name}: `{name}` can't name a plugin: ")


def test_a_manifest_of_another_name_is_refused_unless_it_was_installed_so(tmp_path: Path) -> None:
    for name in ("one", "two"):
        plugin(tmp_path, name, "name: real\nprefixes: [{command: x, wrapper: axium run x}]")
    rows = {"one": {"manifest_name": "real"}, "two": {}}
    (tmp_path / "spokes" / ".spoke_metadata.json").write_text(json.dumps(rows))
    one, two = discover(str(tmp_path), "spokes")
    assert one.manifest is not None
    assert (one.manifest.name, one.manifest.prefixes[0].owner, told([two])) == (
        "one",
        "one",
        {
            "two": [
                "spokes/two/spoke.yaml:1:7: the manifest is that of `real`, the directory is `two`",
                "-",
            ]
        },
    )


@pytest.mark.parametrize("metadata", ["{", "[]", '{"a": 3}', "\0", '{"a": {"manifest_name": 1}}'])
def test_metadata_that_is_damaged_renames_nothing(tmp_path: Path, metadata: str) -> None:
    plugin(tmp_path, "a", "name: a")
    (tmp_path / "spokes" / ".spoke_metadata.json").write_text(metadata)
    assert told(discover(str(tmp_path), "spokes")) == {"a": []}


def test_a_directory_that_is_yet_to_be_installed_is_read_by_itself(tmp_path: Path) -> None:
    directory = plugin(tmp_path, "clone-1234", "name: a\nversoin: 2\n")
    manifest, found = read_manifest(str(directory), "spokes")
    assert (manifest and manifest.name, [str(fault) for fault in found]) == (
        "a",
        [f"{directory}/spoke.yaml:2:1: unknown key `versoin`"],
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("version: 1", ["error 1:1: the file has no `name`"]),
        ("name: a\nname: b", ["error 2:1: the key `name` is there twice, first at 1:1"]),
        (
            "name: ../x",
            [
                (
                    "error 1:7: `../x` can't name a plugin: a name is letters, digits and `._-`,"
                    " at most 100 of them, the first one not `.`"
                )
            ],
        ),
        ("name: a\nentrypoint: main.py", ["error 2:13: `main.py` names no function of a module"]),
        ("name: a\nentrypoint: my-spoke.main:f", []),
        ("name: a\nrequires: x", ["warning 2:1: unknown key `requires`"]),
        (
            "name: a\npermissions: {ntify: true}",
            ["warning 2:15: unknown key `ntify` in `permissions`"],
        ),
        (
            "name: a\npermissions: {exec: git}",
            ["error 2:21: `permissions.exec` must be `true` or `false` or a list, found `git`"],
        ),
        (
            "name: a\npermissions: {notify: [a]}",
            ["error 2:23: `permissions.notify` must be `true` or `false`, found a list"],
        ),
        (
            "name: a\npermissions: {ipc: read_file}",
            ["error 2:20: `permissions.ipc` must be a list, found `read_file`"],
        ),
        (
            "name: a\npermissions: {exec: {}}",
            ["error 2:21: `permissions.exec` must be `true` or `false` or a list, found a mapping"],
        ),
        ("name: a\npermissions: {exec: , ipc: , notify: }\nprefixes:", []),
        ("name: a\npermissions:", []),
        (
            "name: a\nprefixes: [{command: cd, wrapper: 'x'}]",
            ["error 2:22: `cd` can't be wrapped: it is part of the shell"],
        ),
        ("name: a\nprefixes: [{command: b}]", ["error 2:12: `prefixes[0]` has no `wrapper`"]),
        (
            "name: a\nprefixes: [{command: b, wrapper: ' '}]",
            ["error 2:34: the wrapper of `b` is empty"],
        ),
    ],
)
def test_faults_of_a_manifest(text: str, expected: list[str]) -> None:
    assert faults(text) == expected


def test_a_gear_says_which_versions_it_is_for() -> None:
    findings = Findings()
    manifest = parse("name: a\nrequires: '>=0.1'", "gear.yaml", "gears", findings)
    assert (manifest and manifest.requires, findings.faults) == (">=0.1", ())


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("{command: aws, wrapper: axium a-run}", []),
        (
            "{command: bash, wrapper: axium a-run}",
            ["error 2:22: `bash` can't be wrapped by a gear"],
        ),
        (
            "{command: aws, wrapper: a-run}",
            ["error 2:36: the wrapper of `aws` has to begin with `axium`, found `a-run`"],
        ),
        (
            "{command: aws, wrapper: axium env clear}",
            ["error 2:36: the wrapper of `aws` can't be `axium env`, which is axium's own"],
        ),
        (
            "{command: aws, wrapper: 'axium a ${env.x}'}",
            [
                (
                    "error 2:36: the wrapper of `aws` has something that is filled in,"
                    " which a gear's has not"
                )
            ],
        ),
        (
            '{command: aws, wrapper: "axium a \'b"}',
            ["error 2:36: `axium a 'b` can't be cut into words: a quote `'` is never closed"],
        ),
        (
            "{command: a, wrapper: axium b}, {command: a, wrapper: axium c}",
            ["error 2:54: `a` is wrapped already, at 2:22"],
        ),
    ],
)
def test_a_gear_wraps_by_its_own_commands(rule: str, expected: list[str]) -> None:
    assert faults(f"name: a\nprefixes: [{rule}]", "gears") == expected


def test_names_that_are_no_text_are_told_as_text(tmp_path: Path) -> None:
    spokes = tmp_path / "spokes"
    odd = os.fsdecode(b"odd\xff")
    (spokes / odd).mkdir(parents=True)
    (spokes / odd / "main.py").touch()
    (spokes / "gone").symlink_to(odd + "er")
    found = discover(str(tmp_path), "spokes")
    assert [each.name for each in found] == ["gone", "odd\\udcff"]
    assert "odd\\udcffer, which is gone" in str(found[0].faults[0])
    assert msgspec.json.encode([(*each[:2], str(each.faults[0])) for each in found])


def test_what_stands_in_tables_is_no_book() -> None:
    findings = Findings()
    parse(f"name: a\nversion: {'9' * 101}\n", "spoke.yaml", "spokes", findings)
    assert [str(fault) for fault in findings.faults] == [
        "spoke.yaml:2:10: `version` has 101 letters, at most 100"
    ]


def test_what_people_approve_is_no_book_either() -> None:
    rules = "".join(f"  - {{command: c{number}, wrapper: axium a-b}}\n" for number in range(101))
    assert faults(f"name: a\nrequires: {'<1,>=0,' * 20}\nprefixes:\n{rules}", "gears") == [
        "error 2:11: `requires` has 140 letters, at most 100",
        "error 104:15: `prefixes` has 101 entries, at most 100",
    ]
    assert faults(f"name: a\nprefixes:\n{rules}") == []
