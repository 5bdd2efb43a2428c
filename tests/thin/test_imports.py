"""A fast verb imports built-in modules and `_socket`, and nothing that costs."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

import axium
from axium.thin.words import frame
from tests.support import Scratch
from tests.thin.publishing import Published
from tests.thin.speaker import Speaker

MAIN = Path(axium.__file__).with_name("__main__.py")
STANDARD = {"_socket", "array", "errno", "posix", "time"}


def imported(scratch: Scratch, *args: str) -> set[str]:
    """What `axium ARGS` imports beyond what the interpreter itself does."""
    flags = ("-I", "-S", "-E", "-X", "importtime")
    bare = scratch.run(sys.executable, *flags, "-c", "pass")
    seen = scratch.run(sys.executable, *flags, MAIN, *args)
    assert seen.returncode == 0, seen.stderr
    return _names(seen.stderr) - _names(bare.stderr)


def _names(report: str) -> set[str]:
    lines = [line for line in report.splitlines() if line.startswith("import time:")]
    return {line.rpartition("|")[2].strip() for line in lines[1:]}


def foreign(names: set[str]) -> set[str]:
    """Those that are neither ours nor built in nor named as allowed."""
    return {name for name in names if not name.startswith("axium")} - STANDARD - {"_signal"}


@pytest.mark.parametrize(
    "args",
    [
        ("hud",),
        ("hud", "--pane", "%1", "--json"),
        ("env", "get"),
        ("env", "get", "--json"),
        ("env", "exec", "prod", "--", "true"),
        ("wrapper", "list"),
        ("wrapper", "refresh"),
        ("run", "true"),
        ("run", "asks"),
        (),
        ("help",),
        ("--help",),
        ("help", "--json"),
        ("completions", "list"),
        ("completions", "list", "--json", "--shell", "zsh", "env"),
    ],
)
def test_a_fast_verb_imports_nothing_that_costs(scratch: Scratch, args: tuple[str, ...]) -> None:
    published = Published(scratch)
    published.everywhere("dev")
    published.write("e/prod", "prod", "s1", "", "c1")
    published.write("commands", "c1", "true")
    published.table("true", "go", "", "<true")
    scratch.tool("asks", "#!/bin/sh\n")
    plan = frame(["go", "", "<asks", "*dev"])
    with Speaker(scratch.socket, lambda line: plan if line.startswith(b"PLAN") else b"dev\n"):
        assert foreign(imported(scratch, *args)) == set()


def test_a_command_that_runs_from_its_table_opens_no_socket(scratch: Scratch) -> None:
    published = Published(scratch)
    published.everywhere("dev")
    published.table("true", "go", "", "<true")
    assert imported(scratch, "run", "true") == {
        "axium",
        "axium.thin",
        "axium.thin.entry",
        "axium.thin.launch",
        "axium.thin.paths",
        "axium.thin.published",
        "axium.thin.run",
        "axium.thin.say",
        "axium.thin.table",
        "axium.thin.words",
    }


PICTURE = """
import sys
sys.path.insert(0, sys.argv[1])
from axium.cli.palette.app import Session
from axium.cli.palette.style import style_of
from axium.cli.palette.terminal import Terminal
from axium.thin.paths import environ

class Nowhere(Terminal):
    def size(self):
        return (130, 40)
    def show(self, lines, cursor):
        print(len(lines))

session = Session(environ(), style_of(environ()))
session._draw(Nowhere())
print(*sys.modules)
"""

COLOURS = {"COLORTERM": "truecolor"}  # fewer are worked out by what costs 8 ms
COSTLY = {
    "asyncio", "dataclasses", "enum", "json", "msgspec", "re", "socket", "subprocess",
    "typer", "typing", "unicodedata", "yaml",
}  # fmt: skip


def test_the_palettes_first_picture_imports_nothing_that_costs(scratch: Scratch) -> None:
    published = Published(scratch)
    published.write("global", "dev", "s1", "38;2;0;183;199", "c1")
    root = MAIN.parent.parent
    done = scratch.run(sys.executable, "-I", "-S", "-E", "-c", PICTURE, root, env=COLOURS)
    drawn, modules = done.stdout.split("\n", 1)
    assert (drawn, COSTLY & {*modules.split()}) == ("40", set()), done.stderr
