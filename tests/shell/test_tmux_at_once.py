"""Many that change one tmux server at the same time, as each new shell and each hook may."""

from __future__ import annotations

import os
import subprocess

from tests.shell.scene import Scene
from tests.shell.tmux_lines import AFTER, GAP, everything, length, line, script, settle
from tests.support import Tmux

ROUNDS = 20
AT_ONCE = 20
SEGMENTS = 3


def at_once(scene: Scene, tmux: Tmux, *calls: list[str]) -> list[str]:
    """Start all of these scripts of the home, then wait for each; what they say."""
    around = {**os.environ, **scene.scratch.environ, "TMUX": tmux.variable, "TMUX_PANE": "%0"}
    scripts = scene.home / "tmux"
    started = [
        subprocess.Popen(["sh", scripts / name, *args], env=around, stderr=subprocess.PIPE)
        for name, *args in calls
    ]
    return [process.communicate(timeout=60)[1].decode() for process in started]


def test_each_thing_stands_once_in_the_line_however_many_put_it_there(
    scene: Scene, tmux: Tmux
) -> None:
    script(scene, tmux, "init.sh")
    settle(tmux)
    segments = [["enable.sh", "segment", f"echo {n}"] for n in range(SEGMENTS)]
    calls = [["put.sh"] if n % 2 else segments[n % SEGMENTS] for n in range(AT_ONCE)]
    for number in range(ROUNDS):
        tmux.cmd("set-environment", "-gh", "AXIUM_AGAIN", "due")  # the hook is one of them
        tmux.cmd("set-option", "-g", "status-right", f"mine {number}")

        said = at_once(scene, tmux, *calls, ["put.sh", "again"])

        parts = line(tmux).split(GAP)
        assert (said, parts[0]) == ([""] * (AT_ONCE + 1), f"mine {number}")
        wanted = [AFTER.removeprefix(GAP), *(f"#{{E:@axium_segment_{n}}}" for n in (1, 2, 3))]
        assert sorted(parts[1:]) == sorted(wanted)
        texts = {tmux.cmd("show-options", "-gv", f"@axium_segment_{n}") for n in (1, 2, 3)}
        assert texts == {f"#(echo {n})" for n in range(SEGMENTS)}
    assert length(tmux) == str(40 + 61 + SEGMENTS * 40)


def test_what_many_put_there_one_takes_away_to_the_byte(scene: Scene, tmux: Tmux) -> None:
    before = everything(tmux)
    at_once(scene, tmux, *[["init.sh"]] * 3, *[["enable.sh", "segment", "date;'\"\\"]] * 3)
    settle(tmux)
    shown = tmux.cmd("show-options", "-gv", "@axium_segment_1")

    script(scene, tmux, "uninstall.sh")

    assert shown == "#(date;'\"\\)"
    assert everything(tmux) == before
