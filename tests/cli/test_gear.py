"""`axium gear`: what is shown before a yes, what a no changes, and what holds afterwards."""

from __future__ import annotations

import os
import re

import pytest

from tests.cli.asking import Asked, answered
from tests.cli.saying import said, told
from tests.cli.stranger import MAIN, QUIET, gear, row
from tests.support import Daemon, Scratch

HOSTILE = r"""
name: evil
version: "1.0\e[31m"
description: "Harmless.\n\nit may\n  nothing, but read its own files\n\u202esandbox enforced"
author: "\u0301\u0301\u0301 \u3164\u2800\x9b2J"
requires: ">=99"
permissions:
  exec: [nosuch]
  net: ["example.org:443", "listen:127.0.0.1:8080"]
  notify: true
  ipc: [tmux_split_run, "call:hub", set_env, odd_thing]
  env: [GITHUB_TOKEN]
  unix: [ssh-agent]
  fs_read: ["~/.ssh/*", "./**", "~/a b\u202e/**"]
  fs_write: ["~/.bashrc", "~/notes/**"]
prefixes: [{command: aws, wrapper: "axium evil 'a b'"}]
"""

SCREEN = r"""gear evil
  version    1.0\x1b[31m
  it says    "Harmless.\n\nit may\n nothing, but read its own
             files\n\u202esandbox enforced"
  author     "\u0301\u0301\u0301 \u3164\u2800\x9b2J"
  from       local:SOURCE
  digest     sha256:DIGEST of 2 files
  needs      axium >=99, and this is VERSION

it may
  reads      ~/.ssh/*                      not before it has `ipc: [read_file]`
                                           too (axium)
             ./**                          all in the current directory (kernel)
             ~/a\x20b\u202e/**             all that is in it (kernel)
  writes     ~/.bashrc                     not before it has `ipc: [write_file]`
                                           too (axium)
             ~/notes/**                    all that is in it (kernel)
  starts     nosuch                        it is not there (axium)
  network    example.org:443               axium connects (axium)
             listen:127.0.0.1:8080         axium listens for it (axium)
  sockets    ssh-agent                     use of your ssh keys (kernel)
  variables  GITHUB_TOKEN                  its value (axium)
  notifies   sends notifications (axium)
  asks axium tmux_split_run                to run things in a pane, held to all
                                           of this (axium)
             call:hub                      for anything that the link hub offers
                                           (axium)
             set_env                       to change the environment of
                                           everything (axium)
             odd_thing                     for what this axium does not know
                                           (axium)
  wraps      aws ... -> axium evil 'a b' ...

(kernel): Linux keeps it to this. (axium): axium does this for it, on request.
  sandbox    LEVEL
! ipc: call:hub: does whatever hub lets you do
! ipc: set_env: decides in which environment every command runs
! fs_write: writes ~/.bashrc, which starts programs
! prefixes: decides what a wrapped command becomes
! fs_read: reads keys and passwords (~/.ssh/id_ed25519, ~/.ssh/id_rsa), and
    can send them away
! env: gets GITHUB_TOKEN: by the name a secret, and can send them away
! unix: ssh-agent: signs in as you wherever your ssh keys are let in
"""


def installed(scratch: Scratch) -> list[str]:
    place = scratch.home / "gears"
    names = os.listdir(place) if place.is_dir() else []
    return sorted(name for name in names if not name.startswith("."))


def test_a_hostile_manifest_is_shown_as_what_it_is(scratch: Scratch) -> None:
    source = gear(scratch, "evil", HOSTILE)
    code, screen, talk = said(scratch, "gear", "install", str(source), "--dry-run", **QUIET)
    level = re.search(r"sandbox    (.*)", screen)
    digest = re.search(r"sha256:([0-9a-f]{16}) ", screen)
    version = said(scratch, "--version")[1].split()[1]
    assert level
    assert digest
    if "so it is not started" in screen:
        pytest.fail("this machine holds no gear, which the suite is to be run on")
    expected = (
        SCREEN.replace("SOURCE", str(source))
        .replace("DIGEST", digest[1])
        .replace("VERSION", version)
        .replace("LEVEL", level[1])
    )
    assert screen.splitlines() == expected.splitlines()
    assert (code, talk) == (0, "")
    assert installed(scratch) == []


@pytest.mark.parametrize("columns", [10, 40, 79, 200])
def test_no_line_of_the_screen_is_begun_or_overrun_by_a_stranger(
    scratch: Scratch, columns: int
) -> None:
    source = gear(scratch, "evil", HOSTILE + "#" + "\n")
    text = "x" * 500 + " it may " + "\\u3042" * 200
    manifest = HOSTILE.replace("Harmless.", text)
    (source / "gear.yaml").write_text(manifest)
    code, screen = answered(scratch, "n\n", "gear", "install", str(source), columns=columns)
    assert code == 1
    lines = re.sub(r"\033\[[0-9;]*m", "", screen).splitlines()
    assert max(map(len, lines)) <= max(columns, 100)
    assert lines.count("it may") == 1
    begins = {line[:2] for line in lines[: lines.index("it may")]}
    assert begins <= {"ge", "  ", ""}
    assert set(re.findall(r"\033[^m]*m", screen)) <= {
        "\033[0m", "\033[1m", "\033[2m", "\033[1;31m", "\033[31m", "\033[32m", "\033[33m",
    }  # fmt: skip


def test_a_yes_installs_approves_and_loads(home: Scratch) -> None:
    source = gear(home)
    code, screen = answered(home, "y\n", "gear", "install", str(source))
    assert (code, "install and approve greet? [y/N] " in screen) == (0, True)
    found = row(home, "greet")
    assert (found["status"], found["approval"], found["source"]) == (
        "active",
        "approved",
        f"local:{source}",
    )
    assert said(home, "greet") == (0, "hello\n", "")


@pytest.mark.parametrize("answer", ["n\n", "\n", "yesterday\n", "\x04", "Y e s\n"])
def test_anything_but_a_yes_installs_nothing(scratch: Scratch, answer: str) -> None:
    code, screen = answered(scratch, answer, "gear", "install", str(gear(scratch)))
    assert (code, installed(scratch)) == (1, [])
    assert "✗ `greet` is not approved" in re.sub(r"\033\[[0-9;]*m", "", screen)
    assert not (scratch.home / "gears").exists()


def test_what_was_typed_before_the_question_is_no_answer(scratch: Scratch) -> None:
    asked = Asked(scratch, "gear", "install", str(gear(scratch)))
    asked.type("y\ny\ny\n")
    asked.wait_for("[y/N] ")
    asked.type("\n")
    assert asked.end()[0] == 1
    assert installed(scratch) == []


def test_without_a_terminal_there_is_nobody_to_say_yes(scratch: Scratch) -> None:
    code, data, talk = said(scratch, "gear", "install", str(gear(scratch)), **QUIET)
    assert (code, data, installed(scratch)) == (1, "", [])
    assert talk == (
        "✗ `greet` needs a yes, and there is no terminal to ask at\n"
        "  look with `--dry-run` or `axium gear perms-show`; `-y` says yes\n"
    )


def test_y_says_yes_and_is_silent_while_v_shows_what_to(home: Scratch) -> None:
    assert said(home, "gear", "install", "-y", str(gear(home))) == (0, "", "")
    code, data, talk = said(home, "-v", "gear", "install", "-y", str(gear(home, "other")))
    assert (code, data) == (0, "")
    assert talk.startswith("gear other\n")
    assert row(home, "other")[
        "error"
    ] == "its command `greet` is left out: gear `greet` has it" or (
        row(home, "other")["error"] is not None
    )


def test_what_changes_is_refused_until_it_is_approved_with_the_difference_shown(
    home: Scratch,
) -> None:
    said(home, "gear", "install", "-y", str(gear(home)))
    place = home.home / "gears/greet"
    (place / "main.py").write_text(MAIN.replace("hello", "evil"))
    manifest = "name: greet\nversion: 1.0.0\npermissions: {notify: true}\n"
    (place / "gear.yaml").write_text(manifest)
    code, data, talk = said(home, "gear", "reload", "greet")
    assert (code, data) == (2, "")
    assert "`axium gear approve greet`" in talk
    assert row(home, "greet")["approval"] == "changed"
    assert row(home, "greet")["changes"] == [
        "`gear.yaml` was changed",
        "`main.py` was changed",
        "permissions: + notify",
    ]
    assert said(home, "greet")[:2] != (0, "evil\n")
    code, screen = answered(home, "n\n", "gear", "approve", "greet")
    shown = re.sub(r"\033\[[0-9;]*m", "", screen)
    assert code == 1
    assert re.search(
        r"since you approved it \(.*\)\n  \+ notify\n  `gear.yaml` was changed\n", shown
    )
    assert said(home, "gear", "approve", "greet", "-y") == (0, "", "")
    assert said(home, "greet") == (0, "evil\n", "")


def test_reinstalling_shows_what_is_new_at_its_source(home: Scratch) -> None:
    source = gear(home)
    said(home, "gear", "install", "-y", str(source))
    (source / "gear.yaml").write_text("name: greet\nversion: 2.0.0\npermissions: {exec: [ls]}\n")
    code, screen, _talk = said(home, "gear", "reinstall", "greet", "--dry-run")
    assert (code, "\n  + exec: ls\n  `gear.yaml` was changed\n" in screen) == (0, True)
    assert row(home, "greet")["version"] == "1.0.0"
    assert answered(home, "n\n", "gear", "reinstall", "greet")[0] == 1
    assert row(home, "greet")["version"] == "1.0.0"
    assert answered(home, "yes\n", "gear", "reinstall", "greet")[0] == 0
    assert (row(home, "greet")["version"], row(home, "greet")["status"]) == ("2.0.0", "active")


def test_an_editable_gear_is_marked_so(home: Scratch) -> None:
    source = gear(home)
    code, screen = answered(home, "y\n", "gear", "install", "-e", str(source))
    assert (code, "editable: its code may change" in screen) == (0, True)
    assert "approved, editable" in said(home, "gear", "list")[1]
    screen = answered(home, "n\n", "gear", "uninstall", "greet")[1]
    assert "remove the link to greet, and what it keeps? [y/N]" in screen
    (source / "main.py").write_text(MAIN.replace("hello", "changed"))
    assert said(home, "greet") == (0, "changed\n", "")


def test_a_new_gear_works_at_once_and_may_do_nothing(home: Scratch) -> None:
    code, data, talk = said(home, "gear", "new", "mine", "-d", "Mine.", "--no-interactive")
    assert (code, data, talk) == (0, f"{home.home}/gears/mine\n", "")
    code, data, _talk = said(home, "mine", "hello", "--name", "you")
    assert (code, data.startswith("hello you, from ")) == (0, True)
    shown = told(home, "gear", "perms-show", "mine")
    assert (any(shown["permissions"].values()), shown["approval"]) == (False, "approved")


def test_uninstalling_asks_and_takes_what_was_kept(home: Scratch) -> None:
    said(home, "gear", "install", "-y", str(gear(home)))
    (kept,) = home.state.glob("*/gears/greet")
    assert said(home, "gear", "uninstall", "greet")[0] == 1
    told_before = f"would remove {home.home}/gears/greet\nwould remove {kept}\n"
    assert said(home, "gear", "uninstall", "-n", "greet") == (0, told_before, "")
    assert answered(home, "\n", "gear", "uninstall", "greet")[0] == 1
    assert (installed(home), kept.exists()) == (["greet"], True)
    (home.home / "overrides/permissions").mkdir(parents=True)
    (home.home / "overrides/permissions/greet.yaml").write_text("sandbox: permissive\n")
    code, _data, talk = said(home, "gear", "uninstall", "-f", "greet")
    assert (code, installed(home), kept.exists()) == (0, [], False)
    assert "overrides/permissions/greet.yaml stays, and holds for the next gear" in talk
    assert told(home, "gear", "list") == {"gears": []}


def test_who_is_not_there_is_told_with_the_nearest(scratch: Scratch) -> None:
    gear_of = scratch.home / "gears/greet"
    gear_of.mkdir(parents=True)
    (gear_of / "gear.yaml").write_text("name: greet\n")
    for command in ("approve", "uninstall", "reload", "perms-show", "perms-edit"):
        code, _data, talk = said(scratch, "gear", command, "gret", **QUIET)
        assert (code, "did you mean `greet`" in talk) == (1, True)


@pytest.mark.parametrize("name", ["../x", ".approved", "a/../greet"])
def test_a_name_leads_nowhere_else(scratch: Scratch, name: str) -> None:
    for command in (["approve", "-y"], ["uninstall", "-f"], ["perms-show"], ["reload"]):
        code, _data, talk = said(scratch, "gear", command[0], name, *command[1:], **QUIET)
        assert (code, "✗ there is no gear" in talk) == (1, True)


def test_a_gear_of_the_index_is_installed_by_its_name(daemon: Daemon) -> None:
    scratch = daemon.scratch
    assert said(scratch, "gear", "install", "-y", "ansible") == (0, "", "")
    found = row(scratch, "ansible")
    assert (found["source"], found["approval"]) == ("registry:ansible", "approved")


def test_a_gear_can_not_be_installed_as_a_spoke_nor_a_spoke_as_a_gear(scratch: Scratch) -> None:
    code, _data, talk = said(scratch, "spoke", "install", str(gear(scratch)), **QUIET)
    assert (code, "there is no manifest" in talk) == (1, True)
    code, _data, talk = said(scratch, "gear", "install", "creds", **QUIET)
    assert (code, "`creds` is neither a directory nor in registry.yaml" in talk) == (1, True)
