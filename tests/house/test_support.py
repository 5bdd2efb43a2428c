"""The shared fixtures do what other tests take for granted."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.support import Scratch, Terminal, Tmux, until
from tests.support.processes import alive
from tests.support.scratch import make_scratch


def test_scratch_environment_names_only_its_own_directories(scratch: Scratch) -> None:
    done = scratch.run("/usr/bin/env", "-0")
    seen = dict(line.split("=", 1) for line in done.stdout.split("\0") if line)
    assert seen == scratch.environ


def test_scratch_socket_path_is_short_enough_for_the_kernel(scratch: Scratch) -> None:
    assert len(str(scratch.runtime / f"axium-{'0' * 16}" / "daemon.sock")) < 100


def test_scratch_tells_what_a_test_left_running_and_ends_it() -> None:
    scratch = make_scratch()
    with subprocess.Popen(["sleep", "60"], env=scratch.environ) as left:
        until(scratch.processes)
        with pytest.raises(AssertionError, match=f"left running: {{{left.pid}: 'sleep 60 '}}"):
            scratch.close()
    assert not scratch.root.exists()


def test_tmux_server_is_private_and_types_into_a_real_shell(scratch: Scratch, tmux: Tmux) -> None:
    tmux.send("main", "echo $((6 * 7))")
    tmux.wait_for(lambda: "\n42\n" in tmux.capture())
    assert Path(tmux.socket).is_relative_to(scratch.tmux)
    assert alive(tmux.pid)


def test_terminal_shows_the_screen_and_the_status_line(tmux: Tmux, terminal: Terminal) -> None:
    tmux.cmd("set-option", "-g", "status-right", "what a person sees")
    tmux.wait_for(lambda: terminal.status().endswith("what a person sees"))
    assert terminal.screen().startswith("$")


def test_until_says_what_it_last_saw() -> None:
    with pytest.raises(AssertionError, match=r"still \[\] after 0\.01 s"):
        until(list, timeout=0.01)
