"""Commands of spokes, in the user's terminal: found by the catalogue, that spoke alone loaded."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.saying import said
from tests.real.gears import write_gear
from tests.real.spokes import Plugged, write_spoke
from tests.support import Scratch, approving, until
from tests.support.scratch import VENV_BIN, make_scratch

TOOL = """
import os
import signal
import sys
import time

import typer

from axium.core.cli import is_verbose


def register(app, events):
    group = typer.Typer(help="A tool of mine.")
    app.add_typer(group, name="tool")

    @group.command()
    def show(what: str = "this"):
        "Show it."
        print(what, is_verbose())

    @group.command()
    def modules():
        print(sorted(name for name in sys.modules if name.startswith("spoke_")))

    @group.command()
    def leave(code: int):
        raise typer.Exit(code)

    @group.command("exit")
    def exit_(code: str):
        sys.exit(int(code) if code.isdigit() else code)

    @group.command()
    def give():
        return 5

    @group.command()
    def refuse():
        raise typer.BadParameter("not today")

    @group.command()
    def abort():
        raise typer.Abort

    @group.command()
    def fail():
        return {}["key"]

    @group.command()
    def read():
        open("/nonexistent")

    @group.command()
    async def wait():
        pass

    @group.command()
    def endless():
        while True:
            print("line")

    @group.command()
    def hang(file: str):
        open(file, "w").close()
        try:
            time.sleep(60)
        finally:
            print("tidied up")
"""

GREET = """
import typer


def register(app):
    @app.command()
    def greet(name: str):
        "Greet somebody."
        print("hello", name)

    more = typer.Typer()
    app.add_typer(more, name="tool")

    @more.command()
    def extra():
        "Of another spoke."
        print("extra")
"""


@pytest.fixture(scope="module")
def home() -> Iterator[Scratch]:
    """A home in which the two spokes were loaded; no daemon runs any more."""
    scratch = make_scratch()
    plugged = Plugged(scratch, tool=TOOL, greet=GREET)
    until(lambda: {"tool show", "greet"} <= {*said(scratch, "completions", "list")[1].split("\n")})
    plugged.close()
    yield scratch
    scratch.close()


OFF = {"AXIUM_NO_AUTOSTART": "1"}


def did(home: Scratch, *words: str, **env: str) -> tuple[int, str, str]:
    return said(home, *words, **(OFF | env))


ENDS = {
    ("tool", "show"): (0, "this False\n", ""),
    ("tool", "show", "--what", "that", "-v"): (0, "that True\n", ""),
    ("-v", "tool", "show"): (0, "this True\n", ""),
    ("tool", "leave", "3"): (3, "", ""),
    ("tool", "exit", "7"): (7, "", ""),
    ("tool", "exit", "gone wrong"): (1, "", "✗ gone wrong\n"),
    ("tool", "give"): (0, "", ""),
    ("tool", "abort"): (1, "", "✗ given up\n"),
    ("greet", "you"): (0, "hello you\n", ""),
    ("tool", "extra"): (0, "extra\n", ""),
    ("run", "tool", "show"): (0, "this False\n", ""),
    ("run", "-v", "tool", "show"): (0, "this False\n", ""),
    ("env", "exec", "root", "--", "tool", "show"): (0, "this False\n", ""),
}


@pytest.mark.parametrize("words", ENDS, ids=" ".join)
def test_a_command_ends_as_its_code_says(home: Scratch, words: tuple[str, ...]) -> None:
    assert did(home, *words) == ENDS[words]


FAULTS = {
    "fail": "KeyError: 'key'",
    "read": "FileNotFoundError: [Errno 2] No such file or directory: '/nonexistent'",
    "wait": "TypeError: `wait` is async: write `def`, not `async def`",
}


@pytest.mark.parametrize("command", FAULTS)
def test_code_that_fails_is_told_with_its_place_and_its_trace_on_request(
    home: Scratch, command: str
) -> None:
    code, _, talk = did(home, "tool", command)
    first, *more = talk.splitlines()
    assert (code, more, first.startswith("✗ spoke `tool` failed: ")) == (2, [], True)
    assert first.endswith(FAULTS[command])
    assert (f"{home.home}/spokes/tool/main.py:" in first) == (command != "wait")
    assert len(did(home, "tool", command, AXIUM_DEBUG="1")[2].splitlines()) > 1


def test_a_misused_command_shows_its_own_help(home: Scratch) -> None:
    code, _, talk = did(home, "tool", "refuse")
    assert (code, talk.splitlines()[0]) == (1, "✗ invalid value: not today")
    assert "Usage: axium tool refuse" in talk


def test_a_spoke_that_can_not_be_imported_any_more_is_told(scratch: Scratch) -> None:
    plugged = Plugged(scratch, broken="def register(app):\n    app.command('it')(print)\n")
    until(lambda: said(scratch, "completions", "list", "it")[1] == "it\n")
    plugged.close()
    write_spoke(scratch, "broken", "import nonsense\n")
    code, _, talk = did(scratch, "it")
    path = f"{scratch.home}/spokes/broken/main.py"
    assert (code, talk) == (
        2,
        f"✗ spoke `broken` failed: {path}:1: ModuleNotFoundError: No module named 'nonsense'\n",
    )
    (scratch.home / "spokes/broken/spoke.yaml").write_text("name: broken\nentrypoint: 1\n")
    code, _, talk = did(scratch, "it")
    assert (code, talk.splitlines()[0]) == (
        2,
        "✗ spoke `broken` failed: spokes/broken/spoke.yaml:2:13: `1` names no function of a module",
    )


def test_a_command_loads_no_other_spoke(home: Scratch) -> None:
    assert did(home, "tool", "modules")[1] == "['spoke_tool', 'spoke_tool.main']\n"


def opened(home: Scratch, *words: str) -> set[str]:
    """The spokes in which a command opens files."""
    trace = home.root / "trace"
    done = home.run(
        "strace", "-f", "-qq", "-e", "trace=open,openat,execve", "-o", trace,
        VENV_BIN / "axium", *words, env=OFF,
    )  # fmt: skip
    assert done.returncode in (0, 1), done.stderr
    inside = [
        line.partition(f"{home.home}/spokes/")[2].partition('"')[0]
        for line in trace.read_text().splitlines()
        if f"{home.home}/spokes/" in line
    ]
    return {path.partition("/")[0] for path in inside if "/" in path}


NOTHING_OPENED = [
    ("help",),
    ("help", "--json"),
    ("tol",),
    ("env", "get"),
    ("completions", "list"),
]


@pytest.mark.parametrize("words", NOTHING_OPENED, ids=" ".join)
def test_what_only_names_commands_opens_no_spoke(home: Scratch, words: tuple[str, ...]) -> None:
    assert opened(home, *words) == set()


def test_a_command_opens_files_of_its_own_spoke_alone(home: Scratch) -> None:
    assert opened(home, "greet", "you") == {"greet"}


def test_the_help_and_its_document_have_commands_of_spokes(home: Scratch) -> None:
    shown = did(home, "help")[1]
    assert "spoke:greet\n  greet " in shown
    sections = json.loads(did(home, "help", "--json")[1])["commands"]
    assert sections["spoke:greet"] == {
        "greet": "Greet somebody.",
        "tool extra": "Of another spoke.",
    }


def test_help_of_one_command_is_its_own(home: Scratch) -> None:
    shown = did(home, "help", "greet")[1]
    assert shown.startswith("Usage: axium greet [OPTIONS] name\n\n  Greet somebody.\n")
    assert did(home, "greet", "--help")[1] == shown


MEANT: dict[tuple[str, ...], str] = {
    ("gret", "x"): "did you mean `axium greet`?",
    ("tol", "shw"): "did you mean `axium tool show`?",
    ("tool", "shw"): "did you mean `axium tool show`?",
}


@pytest.mark.parametrize("words", MEANT, ids=" ".join)
def test_a_mistyped_command_names_that_of_a_spoke(home: Scratch, words: tuple[str, ...]) -> None:
    code, _, talk = did(home, *words)
    assert (code, talk.splitlines()[1].strip()) == (1, MEANT[words])


def test_ctrl_c_is_the_plugins_to_tidy_up_after(home: Scratch, tmp_path: Path) -> None:
    file = tmp_path / "there"
    process = subprocess.Popen(
        [VENV_BIN / "axium", "tool", "hang", file],
        env=home.environ | OFF,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    until(file.exists, 20)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=20)
    assert (process.returncode, out, err) == (130, "tidied up\n", "")


def test_a_reader_that_goes_away_ends_it_without_a_word(home: Scratch) -> None:
    script = f"{VENV_BIN}/axium tool endless | head -n 1"
    done = home.run("bash", "-c", script, env=OFF)
    assert (done.returncode, done.stdout, done.stderr) == (0, "line\n", "")


def test_a_word_of_the_core_stays_the_cores(scratch: Scratch) -> None:
    main = "def register(app):\n    app.command('info')(lambda: print('mine'))\n"
    plugged = Plugged(scratch, thief=main)
    assert said(scratch, "info")[1].startswith("Axium core")
    assert "`info` is a command of axium itself" in plugged.row("thief")["error"]
    plugged.close()


def test_a_spoke_that_came_after_the_last_look_is_loaded_when_it_is_called(
    scratch: Scratch,
) -> None:
    plugged = Plugged(scratch)
    write_spoke(
        scratch, "fresh", "def register(app):\n    app.command('new')(lambda: print('it'))\n"
    )
    later = os.stat(scratch.home / "catalogue").st_mtime + 5
    os.utime(scratch.home / "spokes/fresh", (later, later))
    assert said(scratch, "new") == (0, "it\n", "")
    plugged.close()


def test_a_gear_that_was_approved_after_the_last_look_is_loaded_when_it_is_called(
    scratch: Scratch,
) -> None:
    plugged = Plugged(scratch)
    write_gear(
        scratch, "fresh", "def register(app):\n    app.command('new')(lambda: print('it'))\n"
    )
    before = os.stat(scratch.home / "catalogue").st_mtime
    os.utime(scratch.home / "gears/fresh", (before + 5, before + 5))
    assert said(scratch, "new")[0] == 1
    approving.approve(scratch.home, "fresh")
    later = os.stat(scratch.home / "catalogue").st_mtime + 5
    os.utime(scratch.home / "gears/.approved/fresh.json", (later, later))
    assert said(scratch, "new") == (0, "it\n", "")
    plugged.close()


def test_the_commands_of_a_spoke_that_takes_long_come_when_it_is_loaded(scratch: Scratch) -> None:
    slow = "import time\ntime.sleep(2.5)\ndef register(app):\n    app.command('slow')(print)\n"
    plugged = Plugged(scratch, slow=slow)
    until(lambda: said(scratch, "completions", "list", "slow")[1] == "slow\n", 20)
    plugged.close()


def test_no_daemon_is_started_for_a_word_that_nobody_has(home: Scratch) -> None:
    assert said(home, "nonsense")[0] == 1
    assert not home.socket.exists()


def test_what_was_run_is_noted_by_its_whole_name(home: Scratch) -> None:
    did(home, "tool", "show", "--what", "leave")
    (usage,) = home.state.glob("*/usage")
    assert usage.read_text().splitlines()[-1] == "tool show"
