"""`axium config`: paths, what is in force, and editing an override."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.saying import said, told
from tests.support import Daemon, Scratch

QUIET = {"AXIUM_NO_AUTOSTART": "1"}
ENVS = "envs:\n  dev: {region: eu}\n  prod: {}\n"
BASE = """\
default:
  token: s3cret
  region: ${env.region}
  db: {host: a, port: 1}
dev:
  db: {port: 2}
"""
BEGINNING = """\
# What you set for `aws` stands here and is laid over spokes/aws/aws.yaml: mappings are merged,
# anything else replaces what is there. `axium config show aws` shows the outcome.
#
# default:
#   token: s3cret
#   region: ${env.region}
#   db: {host: a, port: 1}
# dev:
#   db: {port: 2}
"""
OPENS = "what was good stays in force; `axium config edit aws` opens it"


@pytest.fixture
def spoke(scratch: Scratch) -> Scratch:
    """A home with the spoke `aws` and its configuration, and no daemon."""
    (scratch.home / "envs.yaml").write_text(ENVS)
    scratch.run("axium", "bootstrap", check=True)
    directory = scratch.home / "spokes/aws"
    directory.mkdir(parents=True)
    (directory / "spoke.yaml").write_text("name: aws\n")
    (directory / "main.py").write_text("def register(app, events):\n    pass\n")
    (directory / "aws.yaml").write_text(BASE)
    (scratch.home / "state.json").write_text('{"active_env": "dev"}')
    return scratch


@pytest.fixture
def override(spoke: Scratch) -> Path:
    """Where the user's override of it is."""
    (spoke.home / "overrides").mkdir()
    return spoke.home / "overrides/aws.yaml"


def edit(scratch: Scratch, script: str, name: str = "aws") -> tuple[int, str, str]:
    """`axium config edit NAME` with an editor that is this script; `$1` is the file."""
    scratch.tool("editor", f"#!/bin/sh\n{script}\n")
    return said(scratch, "config", "edit", name, EDITOR=str(scratch.bin / "editor"), **QUIET)


def test_the_files_of_the_core_are_told(spoke: Scratch) -> None:
    home = spoke.home
    assert said(spoke, "config", "path") == (
        0,
        (
            f"home              {home}\n"
            f"envs.yaml         {home}/envs.yaml\n"
            f"prefixes.yaml     {home}/prefixes.yaml\n"
            f"hud.yaml          {home}/hud.yaml\n"
            f"permissions.yaml  {home}/permissions.yaml  (missing)\n"
            f"links.yaml        {home}/links.yaml  (missing)\n"
            f"overrides         {home}/overrides  (missing)\n"
        ),
        "",
    )


def test_the_files_of_a_spoke_are_told(spoke: Scratch) -> None:
    assert told(spoke, "config", "path", "aws") == {
        "base": {"path": f"{spoke.home}/spokes/aws/aws.yaml", "exists": True},
        "override": {"path": f"{spoke.home}/overrides/aws.yaml", "exists": False},
    }


@pytest.mark.parametrize("verb", ["path", "show", "edit"])
def test_a_spoke_that_is_not_there_is_named_with_the_nearest(spoke: Scratch, verb: str) -> None:
    assert said(spoke, "config", verb, "asw", EDITOR="false", **QUIET) == (
        1,
        "",
        "✗ no spoke `asw`\n  did you mean `aws`?\n",
    )


def test_without_a_daemon_the_files_tell_what_holds_in_this_environment(spoke: Scratch) -> None:
    assert said(spoke, "config", "show", "aws", **QUIET) == (
        0,
        "token: s3cret\nregion: eu\ndb:\n  host: a\n  port: 2\n",
        "",
    )


def test_with_a_daemon_it_tells_the_same(spoke: Scratch, daemon: Daemon) -> None:
    expected = {"token": "s3cret", "region": "eu", "db": {"host": "a", "port": 2}}
    assert told(spoke, "config", "show", "aws") == expected


def test_the_environment_is_that_of_the_shell(spoke: Scratch, daemon: Daemon) -> None:
    inside = ("env", "exec", "prod", "--", "axium", "config", "show", "aws", "--key", "db.port")
    assert [said(spoke, *inside)[1], said(spoke, "config", "show", "aws", "--key", "db.port")] == [
        "1\n",
        (0, "2\n", ""),
    ]


@pytest.mark.parametrize(
    ("key", "shown"),
    [("token", "s3cret\n"), ("db", "host: a\nport: 2\n"), ("db.port", "2\n")],
)
def test_one_value_is_shown_by_its_path(spoke: Scratch, key: str, shown: str) -> None:
    assert said(spoke, "config", "show", "aws", "--key", key, **QUIET) == (0, shown, "")


def test_a_path_that_leads_nowhere_is_named(spoke: Scratch) -> None:
    assert said(spoke, "config", "show", "aws", "--key", "db.prot", **QUIET) == (
        1,
        "",
        "✗ key 'db.prot' not found in config\n  did you mean `port`?\n",
    )


def test_secrets_are_not_shown_where_that_is_asked(spoke: Scratch) -> None:
    whole = told(spoke, "config", "show", "aws", "--redact", **QUIET)
    alone = said(spoke, "config", "show", "aws", "--key", "token", "--redact", **QUIET)
    assert (whole["token"], whole["region"], alone) == (
        "***REDACTED***",
        "eu",
        (0, "***REDACTED***\n", ""),
    )


def test_what_is_below_a_secret_is_one(spoke: Scratch) -> None:
    (spoke.home / "spokes/aws/aws.yaml").write_text("AUTH: {user: me, more: [{a: b}]}\n")
    shown = said(spoke, "config", "show", "aws", "--key", "AUTH.user", "--redact", **QUIET)
    assert shown == (0, "***REDACTED***\n", "")


def test_the_configuration_of_the_core_is_shown_alike_with_and_without_a_daemon(
    spoke: Scratch,
) -> None:
    without = told(spoke, "config", "show", **QUIET)
    spoke.run("axium", "daemon", "start", check=True)
    with_it = told(spoke, "config", "show")
    spoke.stop_daemon()
    assert (sorted(with_it), with_it["envs"]["dev"]) == (
        ["envs", "hud", "prefixes"],
        {"region": "eu"},
    )
    assert without == with_it


def test_one_value_of_the_core_is_shown_by_its_path(spoke: Scratch) -> None:
    shown = said(spoke, "config", "show", "--key", "envs.dev.region", **QUIET)
    assert shown == (0, "eu\n", "")


def test_a_spoke_without_a_configuration_says_so(spoke: Scratch) -> None:
    base = spoke.home / "spokes/aws/aws.yaml"
    base.unlink()
    assert said(spoke, "config", "show", "aws", **QUIET) == (
        1,
        "",
        f"✗ `aws` has no configuration\n  there is no {base}\n",
    )


def test_a_broken_override_is_told_after_what_holds(spoke: Scratch, override: Path) -> None:
    override.write_text("db: 1\ndb: 2\n")
    code, shown, talk = said(spoke, "config", "show", "aws", "--key", "db.port", **QUIET)
    fault = "overrides/aws.yaml:2:1: the key `db` is there twice, first at overrides/aws.yaml:1:1"
    assert (code, shown, talk) == (1, "2\n", f"✗ {fault}\n  {OPENS}\n")


def test_an_override_begins_with_the_base_as_comments(spoke: Scratch) -> None:
    assert edit(spoke, "cat $1") == (0, BEGINNING, "")
    assert list((spoke.home / "overrides").iterdir()) == []


def test_what_was_edited_is_in_force(spoke: Scratch, daemon: Daemon) -> None:
    told(spoke, "config", "show", "aws")
    assert edit(spoke, "echo 'dev: {db: {port: 3}}' >> $1") == (0, "", "")
    shown = said(spoke, "config", "show", "aws", "--key", "db.port")
    override = spoke.home / "overrides/aws.yaml"
    assert (shown, override.read_text(), override.stat().st_mode & 0o777) == (
        (0, "3\n", ""),
        BEGINNING + "dev: {db: {port: 3}}\n",
        0o600,
    )


def test_an_override_that_is_there_is_opened_as_it_is(spoke: Scratch, override: Path) -> None:
    override.write_text("# mine\n")
    assert edit(spoke, "cat $1") == (0, "# mine\n", "")
    assert override.read_text() == "# mine\n"


def test_a_fault_that_was_edited_in_is_told_and_the_text_is_kept(
    spoke: Scratch, override: Path
) -> None:
    assert edit(spoke, "echo '- a' > $1") == (
        1,
        "",
        (
            "✗ overrides/aws.yaml:1:1: must be a mapping, found a list\n"
            f"  write `name: value` lines\n  {OPENS}\n"
        ),
    )
    assert override.read_text() == "- a\n"


def test_what_has_no_effect_is_told(spoke: Scratch) -> None:
    assert edit(spoke, "echo 'region: us' > $1") == (
        0,
        "",
        "! overrides/aws.yaml:1:1: `region` has no effect beside the section `default`\n",
    )


def test_the_override_of_a_spoke_that_is_gone_can_be_edited(spoke: Scratch, override: Path) -> None:
    gone = override.with_name("gone.yaml")
    gone.write_text("a: 1\n")
    assert edit(spoke, "echo 'a: 2' > $1", "gone") == (0, "", "")
    assert gone.read_text() == "a: 2\n"


def test_an_editor_that_fails_leaves_nothing_behind(spoke: Scratch) -> None:
    code, shown, _talk = edit(spoke, "exit 3")
    assert (code, shown, list((spoke.home / "overrides").iterdir())) == (1, "", [])


def test_doctor_finds_the_fault_and_an_override_of_nobody(spoke: Scratch, override: Path) -> None:
    override.write_text("[")
    override.with_name("awss.yaml").write_text("a: 1\n")
    override.with_name("later.yaml").write_text("a: 1\n")
    findings = json.loads(said(spoke, "doctor", "--json", **QUIET)[1])["findings"]
    assert [
        (each["state"], each["text"].partition(": ")[0], each["fix"])
        for each in findings
        if each["area"] == "config"
    ] == [
        ("fault", "overrides/aws.yaml:1:2", "mend it there"),
        ("warning", "overrides/awss.yaml is of no plugin", "did you mean `aws`?"),
    ]


def test_doctor_counts_what_has_no_fault(spoke: Scratch, override: Path) -> None:
    override.write_text("dev: {}\n")
    findings = json.loads(said(spoke, "doctor", "--json", **QUIET)[1])["findings"]
    assert [each["text"] for each in findings if each["area"] == "config"] == [
        "2 files of plugins without a fault"
    ]


def test_doctor_tells_of_overrides_that_can_not_be_opened(spoke: Scratch) -> None:
    (spoke.home / "overrides").write_text("")
    findings = json.loads(said(spoke, "doctor", "--json", **QUIET)[1])["findings"]
    assert [each["text"] for each in findings if each["area"] == "config"] == [
        "overrides/aws.yaml:1:1: can't be read: not a directory"
    ]
