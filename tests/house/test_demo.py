"""`make run` shows what it promises, with a terminal and without, and leaves nothing behind."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support import Tmux

PROJECT = Path(__file__).parents[2]
README = (PROJECT / "README.md").read_text()
KEEP = README.partition("## Keep it\n")[2].partition("\n## ")[0]
COMMAND = (sys.executable, "-m", "scripts.demo")


def commands(text: str) -> list[str]:
    """What is to be typed: the lines that are indented."""
    return [line.strip() for line in text.splitlines() if line.startswith(" ")]


@pytest.mark.timeout(120)
def test_without_a_terminal_the_demo_prints_its_screens() -> None:
    done = subprocess.run(
        COMMAND, cwd=PROJECT, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "wrapx was asked: exec prod -- aws s3 ls" in done.stdout
    assert commands(done.stdout.rpartition("To keep it:\n")[2]) == commands(KEEP)


@pytest.mark.timeout(120)
def test_on_a_terminal_the_demo_leaves_the_person_in_its_session(tmux: Tmux) -> None:
    tmux.send("main", f"cd {PROJECT} && {' '.join(COMMAND)}")
    tmux.wait_for(lambda: "Ctrl-b Ctrl-b d leaves" in tmux.capture(), timeout=30)
    tmux.wait_for(lambda: "env:dev" in tmux.capture().rpartition("\n")[2])
    home = re.findall(r"behind in (/\S+)", tmux.capture())[0]
    assert Path(home).is_dir()

    tmux.cmd("send-keys", "-t", "main", "C-b", "d")
    tmux.wait_for(lambda: "To keep it:" in tmux.capture(), timeout=30)
    assert not Path(home).exists()
