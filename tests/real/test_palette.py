"""The palette in a real terminal: found, filled in, run; and the terminal as it was afterwards."""

from __future__ import annotations

import os
import pty
import re
import shlex
import signal
import subprocess
import sys
import termios
from pathlib import Path

import pytest

import axium
from axium.thin.catalogue import shipped
from axium.thin.words import frame
from tests.cli.saying import said
from tests.support import Daemon, Scratch, Terminal, Tmux, until
from tests.support.processes import alive
from tests.support.scratch import VENV_BIN

MAIN = Path(axium.__file__).with_name("__main__.py")
ENVS = """\
envs:
  dev: {color: "#5FAF5F", region: eu-central-1}
  prod: {color: "#D75F5F", region: eu-west-1}
"""
NO_TERMINAL = """\
✗ the palette needs a terminal that it can draw on
  `axium help` prints every command, `axium COMMAND` runs one
"""
SETTINGS = "stty -a | cksum >"


@pytest.fixture
def home(daemon: Daemon) -> Scratch:
    """A running daemon with two environments, the first of them active."""
    scratch = daemon.scratch
    (scratch.home / "envs.yaml").write_text(ENVS)
    assert said(scratch, "daemon", "reload")[0] == 0
    assert said(scratch, "env", "set", "dev", "--global")[0] == 0
    return scratch


def press(tmux: Tmux, *keys: str) -> None:
    tmux.cmd("send-keys", "-t", "main", *keys)


def see(tmux: Tmux, text: str) -> None:
    """Wait until the pane shows `text`."""
    tmux.wait_for(lambda: text in tmux.capture())


def opened(tmux: Tmux, command: str = "axium palette") -> int:
    """Type the command into the pane's shell; the pid of the palette, which is drawn."""
    tmux.send("main", f"clear; {command}; echo left with $?")
    see(tmux, "esc close")
    return palette_of(tmux.scratch)


def palette_of(scratch: Scratch) -> int:
    """The pid of the one palette that runs."""
    (pid,) = [p for p, line in scratch.processes().items() if f"{MAIN} palette" in line]
    return pid


def test_what_is_chosen_runs_at_the_shell_and_its_output_stays(home: Scratch, tmux: Tmux) -> None:
    opened(tmux)
    press(tmux, "env list")
    see(tmux, "↵ axium env list")
    press(tmux, "Enter")
    see(tmux, "left with 0")
    shown = tmux.capture().partition("▸ axium env list\n")[2]
    assert shown.startswith("* dev (eu-central-1)\n  prod (eu-west-1)\nleft with 0\n")


def test_the_exit_code_is_that_of_the_command(home: Scratch, tmux: Tmux) -> None:
    opened(tmux)
    press(tmux, "env set", "Enter")
    see(tmux, "environment ▸")
    press(tmux, "nowhere", "Enter")
    see(tmux, "left with 1")
    assert "▸ axium env set nowhere\n✗ " in tmux.capture()


def test_an_environment_is_switched_for_the_pane(home: Scratch, tmux: Tmux) -> None:
    opened(tmux)
    see(tmux, "pane %0  ● dev")
    press(tmux, "C-e")
    tmux.wait_for(lambda: re.search(r"▌ ● dev +eu-central-1 +active here", tmux.capture()))
    press(tmux, "pro")
    see(tmux, "switch to prod")
    press(tmux, "Enter")
    see(tmux, "pane %0  ● prod")
    around = {"TMUX": tmux.variable, "TMUX_PANE": "%0"}
    assert said(home, "env", "get", **around) == (0, "prod\n", "")
    assert said(home, "env", "get") == (0, "dev\n", "")
    press(tmux, "C-e", "Up", "Down", "Down", "Enter")
    see(tmux, "pane %0  ● dev")
    press(tmux, "Escape")
    see(tmux, "left with 0")


def test_ctrl_g_opens_it_for_the_pane_and_leaves_output_until_a_key(
    home: Scratch, tmux: Tmux, terminal: Terminal
) -> None:
    tmux.send("main", f'eval "$({VENV_BIN}/axium init bash)"')
    until(lambda: tmux.cmd("list-keys", "-T", "root").count("@axium_palette") == 1)
    terminal.outer.cmd("send-keys", "-t", "main", "C-g")
    terminal.wait_for("pane %0  ● dev")
    terminal.outer.cmd("send-keys", "-t", "main", "env set", "Enter")
    terminal.wait_for("environment ▸")
    terminal.outer.cmd("send-keys", "-t", "main", "prod", "Enter")
    terminal.wait_for("done, press any key")
    around = {"TMUX": tmux.variable, "TMUX_PANE": "%0"}
    assert said(home, "env", "get", **around) == (0, "prod\n", "")
    _close_popup(home, terminal)


def test_a_popup_finds_the_programs_of_the_shell(
    home: Scratch, tmux: Tmux, terminal: Terminal
) -> None:
    place = home.user / "it's #{pane_id} $(x)"
    place.mkdir()
    (place / "mytool").write_text("#!/bin/sh\necho mytool was found\n")
    (place / "mytool").chmod(0o755)
    tmux.send("main", f"cd {shlex.quote(str(place))}; PATH=$PWD:$PATH; cd")
    tmux.send("main", f'eval "$({VENV_BIN}/axium init bash)"')
    until(lambda: tmux.cmd("list-keys", "-T", "root").count("@axium_palette") == 1)
    terminal.outer.cmd("send-keys", "-t", "main", "C-g")
    terminal.wait_for("pane %0  ● dev")
    terminal.outer.cmd("send-keys", "-t", "main", "run", "Enter")
    terminal.wait_for("program and arguments")
    terminal.outer.cmd("send-keys", "-t", "main", "mytool", "Enter", "Enter")
    terminal.wait_for("done, press any key")
    assert "mytool was found" in terminal.screen()
    _close_popup(home, terminal)


def test_a_command_that_fails_in_a_popup_tells_so_there_and_nowhere_else(
    home: Scratch, tmux: Tmux, terminal: Terminal
) -> None:
    tmux.send("main", f'eval "$({VENV_BIN}/axium init bash)"')
    until(lambda: tmux.cmd("list-keys", "-T", "root").count("@axium_palette") == 1)
    terminal.outer.cmd("send-keys", "-t", "main", "C-g")
    terminal.wait_for("pane %0  ● dev")
    terminal.outer.cmd("send-keys", "-t", "main", "env set", "Enter")
    terminal.wait_for("environment ▸")
    terminal.outer.cmd("send-keys", "-t", "main", "nowhere", "Enter")
    terminal.wait_for("exit code 1, press any key")
    assert "▸ axium env set nowhere" in terminal.screen()
    _close_popup(home, terminal)
    assert tmux.cmd("display-message", "-p", "#{pane_in_mode}") == "0"


def _close_popup(home: Scratch, terminal: Terminal) -> None:
    terminal.outer.cmd("send-keys", "-t", "main", "x")
    until(lambda: "press any key" not in terminal.screen())
    until(lambda: not [line for line in home.processes().values() if "palette" in line])


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT, signal.SIGQUIT])
def test_a_signal_ends_it_and_leaves_the_terminal_as_it_was(
    home: Scratch, tmux: Tmux, number: signal.Signals
) -> None:
    tmux.send("main", f"{SETTINGS} before; echo SHOWN")
    see(tmux, "SHOWN\n")
    tmux.send("main", "ulimit -c 0; axium palette")
    see(tmux, "esc close")
    os.kill(palette_of(home), number)
    tmux.wait_for(lambda: "esc close" not in tmux.capture())
    tmux.send("main", f"echo left with $?; {SETTINGS} after")
    see(tmux, f"left with {128 + number}")
    until(lambda: (home.user / "after").exists() and (home.user / "after").read_text())
    assert (home.user / "before").read_text() == (home.user / "after").read_text()
    assert "SHOWN" in tmux.capture()


def test_a_daemon_that_hangs_up_does_not_end_it(home: Scratch, tmux: Tmux) -> None:
    opened(tmux)
    os.kill(palette_of(home), signal.SIGPIPE)
    press(tmux, "env", "C-u", "wrapp")
    see(tmux, "wrapp")
    press(tmux, "C-g")
    tmux.wait_for(lambda: "esc close" not in tmux.capture())


def test_it_stops_as_every_program_and_goes_on_where_it_was(home: Scratch, tmux: Tmux) -> None:
    tmux.send("main", f"{SETTINGS} before")
    opened(tmux)
    press(tmux, "wrapp", "C-z")
    see(tmux, "Stopped")
    tmux.send("main", f"{SETTINGS} after; fg")
    see(tmux, "▸ wrapp")
    assert (home.user / "before").read_text() == (home.user / "after").read_text()
    os.kill(palette_of(home), signal.SIGSTOP)
    tmux.send("main", "fg")
    see(tmux, "▸ wrapp")
    press(tmux, "Escape")
    tmux.wait_for(lambda: "▸ wrapp" not in tmux.capture())
    tmux.send("main", "echo came back with $?")
    see(tmux, "came back with 0")


def test_it_follows_the_size_of_its_window(home: Scratch, tmux: Tmux) -> None:
    opened(tmux)
    for width, height in ((62, 17), (20, 5), (3, 1), (120, 40)):
        tmux.cmd("resize-window", "-t", "main", "-x", str(width), "-y", str(height))
        tmux.wait_for(lambda w=width, h=height: _fits(tmux, w, h))  # type: ignore[misc]
    press(tmux, "Escape")
    see(tmux, "left with 0")


def _fits(tmux: Tmux, width: int, height: int) -> bool:
    lines = tmux.cmd("capture-pane", "-p", "-t", "main").splitlines()
    if height < 3:
        return "▸" in "".join(lines)
    return "axium" in lines[0] and "↵ axium" in lines[-1] and len(lines) == height


def test_it_ends_with_its_terminal(home: Scratch, tmux: Tmux) -> None:
    pid = opened(tmux)
    tmux.new_pane()
    tmux.cmd("kill-pane", "-t", "%0")
    until(lambda: not alive(pid))


def test_what_is_pasted_is_looked_for_and_runs_nothing(home: Scratch, tmux: Tmux) -> None:
    opened(tmux)
    tmux.cmd("set-buffer", "daemon\nstop\n")
    tmux.cmd("paste-buffer", "-p", "-t", "main")
    see(tmux, "▸ daemon stop")
    press(tmux, "C-u", "Escape")
    see(tmux, "left with 0")
    assert said(home, "daemon", "status")[0] == 0


def test_what_is_used_comes_first(home: Scratch, tmux: Tmux) -> None:
    for _ in range(2):
        opened(tmux)
        press(tmux, "info", "Enter")
        see(tmux, "left with 0")
    opened(tmux)
    assert "▌ info " in tmux.capture()
    usage = next(home.state.glob("*/usage")).read_text().splitlines()
    assert usage.count("info") == 2


def test_five_thousand_commands_are_found_as_one_types(home: Scratch, tmux: Tmux) -> None:
    more = [f"tool{n} do{n}\tspoke:s{n}\tDo what number {n} does.\t-h --help" for n in range(5000)]
    (home.home / "catalogue").write_bytes(frame([*shipped(), *more]))
    opened(tmux)
    see(tmux, f"of {5000 + len(shipped())}")
    press(tmux, "tool4321")
    see(tmux, "↵ axium tool4321 do4321")
    assert "spoke s4321" in tmux.capture()


def test_a_reload_asks_the_daemon_and_tells_where_there_is_none(home: Scratch, tmux: Tmux) -> None:
    opened(tmux, "axium palette --reload")
    press(tmux, "Escape")
    see(tmux, "left with 0")
    home.stop_daemon()
    tmux.send("main", "clear; axium palette --reload")
    see(tmux, "nothing was read again: the daemon does not answer")
    press(tmux, "x")
    see(tmux, "esc close")


SPOKE = """\
def register(app, events):
    @app.command()
    def greet(name: str, loud: bool = False):
        "Greet somebody."
        print(f"hello {name.upper() if loud else name}")
"""


def test_a_command_of_a_plugin_is_found_after_a_reload_and_runs(home: Scratch, tmux: Tmux) -> None:
    place = home.home / "spokes/hello"
    place.mkdir(parents=True)
    (place / "spoke.yaml").write_text("name: hello\n")
    (place / "main.py").write_text(SPOKE)
    opened(tmux, "axium palette --reload")
    press(tmux, "greet")
    see(tmux, "spoke hello")
    see(tmux, "↵ axium greet TEXT")
    press(tmux, "Enter")
    see(tmux, "↵ axium greet NAME")
    press(tmux, "a b", "Enter")
    see(tmux, "▸ axium greet 'a b'\nhello a b\nleft with 0")
    assert next(home.state.glob("*/usage")).read_text().splitlines().count("greet") == 1


@pytest.mark.parametrize("words", [(), ("--reload",)])
def test_without_a_terminal_it_says_what_to_do(scratch: Scratch, words: tuple[str, ...]) -> None:
    code, data, talk = said(scratch, "palette", *words)
    assert (code, data) == (1, "")
    assert talk == NO_TERMINAL
    assert said(scratch, "palette", "--relaod")[0] == 1
    assert said(scratch, "palette", "--help")[1].startswith("Usage: axium palette ")


BREAKS = """
import sys
sys.path.insert(0, sys.argv[1])
from axium.cli.palette.terminal import Terminal
with Terminal() as terminal:
    terminal.show(["drawn"], (0, 0))
    raise ZeroDivisionError
"""


def test_a_fault_of_its_own_leaves_the_terminal_as_it_was(scratch: Scratch) -> None:
    master, slave = pty.openpty()
    before = termios.tcgetattr(slave)
    done = subprocess.run(
        [sys.executable, "-c", BREAKS, MAIN.parent.parent],
        stdin=slave,
        stdout=slave,
        stderr=subprocess.PIPE,
        env=scratch.environ,
        check=False,
    )
    drawn = os.read(master, 4096)
    after = termios.tcgetattr(slave)
    os.close(master)
    os.close(slave)
    assert (done.returncode, before == after) == (1, True)
    assert b"ZeroDivisionError" in done.stderr
    assert drawn.startswith(b"\x1b[?1049h")
    assert drawn.endswith(b"\x1b[?1049l")
