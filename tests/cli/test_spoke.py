"""`axium spoke`: what each verb prints, and what the daemon knows afterwards."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.saying import said, told
from tests.real.spokes import Plugged, write_spoke
from tests.support import Daemon, Scratch, until
from tests.support.processes import alive
from tests.support.scratch import VENV_BIN

OFF = {"AXIUM_NO_AUTOSTART": "1"}

MAIN = """
def register(app, events):
    @app.command()
    def hi():
        "Say hi."
        print("hi")

    events.on("spoke_unloaded", gone)


def gone(spoke_name):
    from pathlib import Path

    here = Path(__file__)
    here.parent.parent.parent.joinpath("gone").write_text(f"{spoke_name} {here.exists()}")
"""


@pytest.fixture
def source(scratch: Scratch) -> Path:
    """A spoke outside of the home."""
    made = scratch.user / "hello"
    made.mkdir()
    (made / "spoke.yaml").write_text("name: hello\nversion: 1.0.0\ndescription: Says hi.\n")
    (made / "main.py").write_text(MAIN)
    return made


def completions(scratch: Scratch) -> list[str]:
    """Every command, by the file for programs, which says the same as the one for shells."""
    names: list[str] = json.loads((scratch.home / "completions.json").read_text())["commands"]
    assert said(scratch, "completions", "list")[1].splitlines() == names
    return names


def repository_of(source: Path) -> str:
    """Make a directory a repository with one commit: its address."""
    identity = ["-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "commit.gpgsign=false"]
    for words in (["init", "-q"], ["add", "."], ["commit", "-q", "-m", "one"]):
        subprocess.run(["git", *identity, "-C", source, *words], check=True)
    return f"file://{source}"


def test_a_new_spoke_works_at_once(daemon: Daemon) -> None:
    scratch = daemon.scratch
    made = scratch.home / "spokes/mine"
    assert said(scratch, "spoke", "new", "mine", "-d", "It is mine.") == (0, f"{made}\n", "")
    assert said(scratch, "mine", "hello") == (0, "hello world, from root\n", "")
    assert "mine hello" in completions(scratch)
    assert "mine:ok" in said(scratch, "hud")[1]
    row = told(scratch, "spoke", "list")["spokes"][0]
    assert (row["name"], row["version"], row["status"], row["error"]) == (
        "mine", "0.1.0", "active", None,
    )  # fmt: skip
    done = scratch.run(sys.executable, "-m", "unittest", cwd=made)
    assert done.returncode == 0, done.stderr


def test_installing_reinstalling_and_uninstalling_are_in_force_at_once(
    daemon: Daemon, source: Path
) -> None:
    scratch = daemon.scratch
    assert said(scratch, "spoke", "install", str(source)) == (0, "", "")
    assert (said(scratch, "hi")[1], "hi" in completions(scratch)) == ("hi\n", True)
    (source / "main.py").write_text(MAIN.replace('"hi"', '"ho"'))
    assert said(scratch, "spoke", "reinstall", "hello") == (0, "", "")
    assert said(scratch, "hi")[1] == "ho\n"
    assert said(scratch, "spoke", "uninstall", "hello") == (0, "", "")
    assert (said(scratch, "hi")[0], "hi" in completions(scratch)) == (1, False)
    # The event comes before the files go.
    assert (scratch.home / "gone").read_text() == "hello True"
    assert told(scratch, "spoke", "list") == {"spokes": []}


def test_what_was_installed_is_told_with_v(daemon: Daemon, source: Path) -> None:
    scratch = daemon.scratch
    told_ = said(scratch, "spoke", "install", str(source), "-n", "greeter", "-v")[2]
    assert told_ == f"✓ `greeter` 1.0.0 is installed from local:{source}\n"
    shown = said(scratch, "spoke", "list")[1]
    assert shown == f"greeter  1.0.0  active  local:{source}  Says hi.\n"


def test_an_editable_one_is_loaded_from_where_it_is(daemon: Daemon, source: Path) -> None:
    scratch = daemon.scratch
    assert said(scratch, "spoke", "install", "-e", str(source)) == (0, "", "")
    (source / "main.py").write_text(MAIN.replace("def hi", "def hello"))
    assert said(scratch, "spoke", "reload", "hello", "-v") == (0, "", "✓ `hello` is loaded\n")
    assert said(scratch, "hello") == (0, "hi\n", "")


def test_a_relative_directory_is_seen_from_where_one_is(daemon: Daemon, source: Path) -> None:
    scratch = daemon.scratch
    done = scratch.run("axium", "spoke", "install", "./hello", cwd=source.parent)
    assert (done.returncode, done.stderr) == (0, "")


def test_one_that_does_not_load_stays_and_is_told(daemon: Daemon, source: Path) -> None:
    (source / "main.py").write_text("import nonsense\n")
    code, _, talk = said(daemon.scratch, "spoke", "install", str(source))
    assert (code, talk.splitlines()[0]) == (2, "✗ `hello` is installed, but does not load")
    assert "main.py:1: ModuleNotFoundError: No module named 'nonsense'" in talk
    code, shown, talk = said(daemon.scratch, "spoke", "list")
    assert (code, shown.split()[:3]) == (0, ["hello", "1.0.0", "error"])
    assert talk.startswith("! hello: ")


WRONG: dict[tuple[str, ...], str] = {
    ("install", "../nowhere"): "✗ there is no directory `../nowhere`\n",
    ("install", "cred"): "✗ `cred` is neither a directory nor in registry.yaml\n"
    "  did you mean `creds`?\n",
    ("new", "../x"): "✗ `../x` can't name a plugin: a name is letters, digits and `._-`, "
    "at most 100 of them, the first one not `.`\n",
    ("new", "env"): "✗ `env` is a command of axium itself, and can't name a spoke\n",
    ("uninstall", "helo"): "✗ there is no spoke `helo`\n  `axium spoke list` shows what there is\n",
    ("uninstall", "../x"): "✗ there is no spoke `../x`\n  `axium spoke list` shows what there is\n",
    ("reinstall", "helo"): "✗ `helo` was not installed from anywhere\n",
}


@pytest.mark.parametrize("words", WRONG, ids=" ".join)
def test_what_can_not_be_is_told_with_what_to_do(scratch: Scratch, words: tuple[str, ...]) -> None:
    assert said(scratch, "spoke", *words, **OFF) == (1, "", WRONG[words])


def test_without_a_daemon_it_is_loaded_later(scratch: Scratch, source: Path) -> None:
    talk = "! no daemon runs\n  `hello` is loaded when one is started\n"
    assert said(scratch, "spoke", "install", str(source), **OFF) == (0, "", talk)
    shown = said(scratch, "spoke", "list", **OFF)[1]
    assert shown == f"hello  1.0.0  not-loaded  local:{source}  Says hi.\n"
    assert said(scratch, "spoke", "uninstall", "hello", **OFF) == (0, "", "")


def test_uninstalling_keeps_the_users_own_settings_unless_told(
    scratch: Scratch, source: Path
) -> None:
    settings = scratch.home / "overrides/hello.yaml"
    settings.parent.mkdir()
    settings.touch()
    (scratch.home / "permissions.yaml").write_text("hello: {notify: true}\n")
    spoke = scratch.home / "spokes/hello"
    for purge in ([], ["--purge"]):
        said(scratch, "spoke", "install", str(source), **OFF)
        named = "".join(
            f"would remove {path}\n" for path in ([spoke, settings] if purge else [spoke])
        )
        assert said(scratch, "spoke", "uninstall", "hello", "-n", *purge, **OFF) == (0, named, "")
        code, _, talk = said(scratch, "spoke", "uninstall", "hello", *purge, **OFF)
        assert (code, spoke.exists(), settings.exists()) == (0, False, not purge)
    assert talk.splitlines()[0] == "! permissions.yaml still has `hello`"


def test_a_spoke_whose_files_are_gone_is_forgotten_by_a_reload(scratch: Scratch) -> None:
    plugged = Plugged(scratch, one="def register(app): ...\n", two="def register(app): ...\n")
    os.rename(scratch.home / "spokes/two", scratch.home / "two")
    write_spoke(scratch, "three", "def register(app): ...\n")
    assert said(scratch, "spoke", "reload", "-v") == (0, "", "✓ loaded: one, three\n")
    plugged.close()


def test_a_repository_is_installed_by_its_address(daemon: Daemon, source: Path) -> None:
    address = repository_of(source)
    assert said(daemon.scratch, "spoke", "install", address) == (0, "", "")
    assert said(daemon.scratch, "hi") == (0, "hi\n", "")
    row = told(daemon.scratch, "spoke", "list")["spokes"][0]
    assert (row["source"], row["install_mode"]) == (f"git:{address}", "copy")


PREVIEW = """\
would install hello 1.0.0 from {source} as {home}/spokes/hello
description  Says hi.
commands     hi
permissions:
  exec      ls       base
  notify    false    default
  net       false    default
  ipc       nothing  default
  env       nothing  default
  unix      nothing  default
  fs_read   nothing  default
  fs_write  nothing  default
! exec: starts programs, which may do whatever you may
"""


@pytest.mark.parametrize("is_repository", [False, True])
def test_what_would_be_installed_is_told_and_nothing_of_it_run(
    scratch: Scratch, source: Path, *, is_repository: bool
) -> None:
    with (source / "spoke.yaml").open("a") as manifest:
        manifest.write("permissions: {exec: [ls]}\n")
    with (source / "main.py").open("a") as main:
        main.write("raise SystemExit('it ran')\n")
    address = str(source)
    if is_repository:
        address = repository_of(source)
    shown = said(scratch, "spoke", "install", address, "--dry-run", **OFF)
    recorded = f"git:{address}" if is_repository else f"local:{address}"
    assert shown == (0, PREVIEW.format(source=recorded, home=scratch.home), "")
    assert not (scratch.home / "spokes").exists()


def test_what_could_not_be_installed_is_told_by_a_dry_run_too(
    scratch: Scratch, source: Path
) -> None:
    words = ("install", str(source), "-n", "env", "--dry-run")
    error = "✗ `env` is a command of axium itself, and can't name a spoke\n"
    assert said(scratch, "spoke", *words, **OFF) == (1, "", error)


def test_what_of_a_spoke_could_not_be_taken_is_told_at_once(daemon: Daemon, source: Path) -> None:
    scratch = daemon.scratch
    said(scratch, "spoke", "install", str(source))
    taken = said(scratch, "spoke", "install", str(source), "-n", "other")
    assert taken == (0, "", "! other: the command `hi` is left out: `hello` has it already\n")
    assert said(scratch, "spoke", "reload", "other") == taken


@pytest.mark.parametrize("said", ["", "kill -INT $PPID\n"], ids=["later", "as git begins"])
def test_ctrl_c_ends_git_and_leaves_nothing(scratch: Scratch, said: str) -> None:
    pid = scratch.user / "pid"
    write = f"echo $$ >{pid}.new\nmv {pid}.new {pid}\n"
    scratch.tool("git", f"#!/bin/sh\n{said}{write}exec sleep 60\n")
    process = subprocess.Popen(
        [VENV_BIN / "axium", "spoke", "install", "https://example.org/x.git"],
        env=scratch.environ | OFF,
        stderr=subprocess.PIPE,
    )
    if not said:
        until(pid.exists, 20)
        process.send_signal(signal.SIGINT)
    _, talk = process.communicate(timeout=20)
    assert (process.returncode, talk) == (130, b"")
    assert not pid.exists() or not alive(int(pid.read_text()))
    assert os.listdir(scratch.home / "spokes") == [".lock"]
