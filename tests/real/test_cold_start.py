"""A hundred terminals at once, and none of what they may need: one daemon, every shell ready."""

from __future__ import annotations

import subprocess
import time
from pathlib import Path

import pytest

from tests.real.client import Client, answers_quickly
from tests.support import Daemon, Scratch, Tmux, until
from tests.support.processes import with_variable
from tests.support.scratch import VENV_BIN

TERMINALS = 100

SHELL = """\
shopt -s expand_aliases
eval "$(axium init bash)" || exit 91
axium env set root || exit 92
[[ $(axium env get) == root ]] || exit 93
[[ $(type -t aws) == function ]] || exit 94
[[ $(aws s3) == "ran s3" ]] || exit 95
"""


@pytest.mark.timeout(180)
def test_a_hundred_terminals_that_open_at_once_are_all_ready(scratch: Scratch) -> None:
    scratch.tool("aws", '#!/bin/sh\necho "ran $*"\n')
    script = scratch.root / "session"
    script.write_text(SHELL)
    argv = ["bash", "--noprofile", "--rcfile", str(script), "-i"]
    running = [
        subprocess.Popen(
            argv,
            env=scratch.environ,
            cwd=scratch.user,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
        for _ in range(TERMINALS)
    ]
    said = [process.communicate(timeout=150)[1] for process in running]
    failed = [
        (process.returncode, talk)
        for process, talk in zip(running, said, strict=True)
        if process.returncode != 0 or "✗".encode() in talk
    ]
    assert failed == []
    assert len(scratch.processes()) == 1
    log = (scratch.home / "logs/axiumd.log").read_text()
    assert log.count(" answers at ") == 1
    assert (log.count("Traceback"), log.count("ERROR")) == (0, 0)


def without_tmux(scratch: Scratch) -> str:
    """A PATH on which there is everything but tmux."""
    path = scratch.root / "no-tmux"
    path.mkdir()
    for directory in ("/usr/bin", "/bin"):
        for program in Path(directory).iterdir():
            link = path / program.name
            if program.name != "tmux" and not link.is_symlink():
                link.symlink_to(program)
    return f"{path}:{VENV_BIN}"


def test_without_tmux_all_but_tmux_works(scratch: Scratch) -> None:
    env = {"PATH": without_tmux(scratch)}
    for words in (["daemon", "start"], ["env", "set", "builder"], ["bootstrap"]):
        done = scratch.axium(*words, env=env)
        assert (done.returncode, done.stderr) == (0, "")
    assert scratch.axium("env", "get", env=env).stdout == "builder\n"
    assert scratch.axium("hud", env=env).stdout.startswith("[axium] env:builder")
    assert scratch.axium("run", "echo", "runs", env=env).stdout == "runs\n"


def test_a_pane_of_a_tmux_that_the_daemon_does_not_find_is_told(
    scratch: Scratch, tmux: Tmux
) -> None:
    inside = {"TMUX": f"{tmux.socket},{tmux.pid},0", "TMUX_PANE": "%0"}
    began = time.monotonic()
    done = scratch.axium("env", "set", "builder", env=inside | {"PATH": without_tmux(scratch)})
    assert time.monotonic() - began < 5
    got = scratch.axium("env", "get", env=inside)
    assert (done.returncode, done.stderr, got.stdout) == (0, "", "builder\n")
    log = (scratch.home / "logs/axiumd.log").read_text()
    assert log.count("tmux") >= 1


def hanging(scratch: Scratch) -> list[str]:
    """The stand-ins for tmux that still run."""
    running = with_variable("PATH", scratch.environ["PATH"]).values()
    return [line for line in running if line.startswith("sleep 60")]


def test_a_tmux_that_hangs_keeps_nobody_waiting(scratch: Scratch, tmux: Tmux) -> None:
    scratch.tool("tmux", "#!/bin/sh\nexec sleep 60\n")
    inside = {"TMUX": f"{tmux.socket},{tmux.pid},0", "TMUX_PANE": "%0"}
    began = time.monotonic()
    started = scratch.axium("daemon", "start", env=inside)
    took = time.monotonic() - began
    with Client(scratch.socket) as client:
        client.ask("ping", id=1)
        client.reply()
        began = time.monotonic()
        client.ask("set_env", value="builder", id=2)
        assert client.reply() == {"id": 2, "ok": True}
        assert time.monotonic() - began < 1
    assert (started.returncode, started.stderr, took < 4) == (0, "", True)
    done = scratch.axium("env", "set", "builder", env=inside)
    assert (done.returncode, done.stderr) == (0, "")
    (scratch.bin / "tmux").unlink()
    daemon = Daemon(scratch)
    assert answers_quickly(daemon)
    until(lambda: not hanging(scratch))
    daemon.close()
