"""FIFOs where our files should be: whoever opened one as a file is opened would wait for ever."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from axium.thin.paths import Home, state_dir
from tests.support import Scratch

NOTED = "tmux/servers/1"
COMMANDS = [
    "doctor", "env set builder", "daemon restart", "daemon logs", "bootstrap --force",
    "shim install", "completions list", "completions install --shell fish", "uninstall",
]  # fmt: skip


@pytest.fixture
def home(scratch: Scratch) -> Scratch:
    """A home that a daemon ran in, with shims."""
    for words in (("env", "set", "builder"), ("shim", "install"), ("daemon", "stop")):
        scratch.run("axium", *words, check=True)
    return scratch


def make_fifos(scratch: Scratch) -> list[Path]:
    """One in the place of everything that axium reads, but the log."""
    files = [path for path in scratch.home.rglob("*") if path.is_file() and not path.is_symlink()]
    start_files = [scratch.user / name for name in (".bashrc", ".config/fish/config.fish")]
    units = scratch.user / ".config/systemd/user"
    unit = state_dir(Home(str(scratch.home)), scratch.environ).rpartition("/")[2]
    others = [scratch.home / NOTED, units / f"{unit}.socket", *start_files]
    paths = [*(path for path in files if path.suffix not in (".yaml", ".log")), *others]
    for path in paths:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.unlink(missing_ok=True)
        os.mkfifo(path)
    return paths


@pytest.mark.parametrize("command", COMMANDS)
def test_no_command_waits_for_a_fifo(home: Scratch, command: str) -> None:
    paths = make_fifos(home)

    done = home.run("axium", *command.split(), timeout=15)

    assert ("Traceback" not in done.stderr, len(paths) > 20) == (True, True)


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("env set x", "✗ the daemon did not start: {log} is no file\n  move it away\n"),
        (
            "daemon logs",
            "✗ {log} is no file\n  move it away: the next start of the daemon begins a new one\n",
        ),
        ("uninstall", ""),
    ],
)
def test_a_fifo_in_the_place_of_the_log_is_told(home: Scratch, command: str, said: str) -> None:
    log = home.home / "logs/axiumd.log"
    log.unlink()
    os.mkfifo(log)

    done = home.run("axium", *command.split(), timeout=15)

    assert (done.returncode, done.stderr) == (2 if said else 0, said.format(log=log))


def test_a_daemon_in_the_foreground_does_not_wait_for_its_log(home: Scratch) -> None:
    log = home.home / "logs/axiumd.log"
    log.unlink()
    os.mkfifo(log)
    main = Path(__file__).parents[2] / "src/axium/daemon/__main__.py"

    done = home.run("python3", main, timeout=15)

    assert (done.returncode, done.stderr.rstrip().split("\n")[-1]) == (
        1,
        f"OSError: {log} is no file: move it away",
    )
