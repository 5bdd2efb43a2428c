"""The HUD's place in the status line of a real tmux server, and the way back."""

from __future__ import annotations

import os
import shlex
import shutil
from collections.abc import Iterator

import pytest

from axium.thin.paths import process_start
from tests.shell.scene import VERSION, Scene
from tests.shell.tmux_lines import AFTER, TEXT, everything, length, line, script, told
from tests.support import Scratch, Tmux, until
from tests.support.terminal import Terminal

HOSTILE_LINES = [
    "plain %H:%M",
    "",
    "ends in a semicolon;",
    "ends in a backslash\\",
    "ends in \\;",
    "two\nlines\n",
    "#(echo hi) #{?client_prefix,#[reverse],} 'quotes' \"double\" $HOME `x` é",
    " blanks ",
    "-x",
]


@pytest.fixture
def quoted_scene(scratch: Scratch) -> Scene:
    """A config home in a directory with blanks and quotes in its name."""
    scratch.home = scratch.root / "a 'b\" $HOME"
    scratch.home.mkdir(mode=0o700)
    return Scene(scratch)


@pytest.mark.parametrize("user_line", HOSTILE_LINES)
def test_what_was_put_into_a_server_is_taken_away_to_the_byte(
    scene: Scene, tmux: Tmux, user_line: str
) -> None:
    set_line = user_line[:-1] + "\\;" if user_line.endswith(";") else user_line
    tmux.cmd("set-option", "-g", "--", "status-right", set_line)
    before = everything(tmux)

    script(scene, tmux, "init.sh")
    installed = line(tmux)
    tmux.cmd("set-environment", "-gh", "AXIUM_HUD", "everywhere")
    tmux.cmd("set-environment", "-gh", "AXIUM_HUD_0", "here = there")
    script(scene, tmux, "uninstall.sh")

    assert installed.endswith(TEXT)
    assert everything(tmux) == before


@pytest.mark.parametrize(
    ("user_line", "shown"),
    [
        ("%%d", "%d [hud] one"),
        ("#[bold] ", " [hud] one"),
        ("", "[hud] one"),
        ("x  ", "x  [hud] one"),
    ],
)
def test_a_blank_stands_before_what_is_appended_unless_one_is_there(
    scene: Scene, tmux: Tmux, user_line: str, shown: str
) -> None:
    tmux.cmd("set-option", "-g", "status-right", user_line)
    before = everything(tmux)

    script(scene, tmux, "init.sh")
    script(scene, tmux, "enable.sh", "segment", "date")
    tmux.cmd("set-option", "-g", "@axium_segment_1", "one")
    tmux.cmd("set-environment", "-gh", "AXIUM_HUD", "[hud]")
    on_screen = tmux.cmd("display-message", "-p", "#{T:status-right}|")

    assert on_screen.replace("#[bold]", "") == f"{shown}|"
    script(scene, tmux, "uninstall.sh")
    assert everything(tmux) == before


def test_a_server_that_was_never_changed_is_not_changed_by_uninstalling(
    scene: Scene, tmux: Tmux
) -> None:
    before = everything(tmux)

    script(scene, tmux, "uninstall.sh")

    assert everything(tmux) == before


def test_what_the_user_changed_meanwhile_stays(scene: Scene, tmux: Tmux) -> None:
    script(scene, tmux, "init.sh")
    tmux.cmd("set-option", "-g", "status-right", f"mine {TEXT} later")
    tmux.cmd("set-option", "-g", "status-right-length", "77")

    script(scene, tmux, "uninstall.sh")

    assert (line(tmux), length(tmux)) == ("mine  later", "77")


def test_a_line_that_was_set_anew_is_left_as_it_is(scene: Scene, tmux: Tmux) -> None:
    script(scene, tmux, "init.sh")
    tmux.cmd("set-option", "-g", "status-right", "theme")

    script(scene, tmux, "uninstall.sh")

    assert (line(tmux), length(tmux)) == ("theme", "40")


def test_running_it_again_changes_nothing(scene: Scene, tmux: Tmux) -> None:
    script(scene, tmux, "init.sh")
    once = everything(tmux)

    script(scene, tmux, "init.sh")

    assert everything(tmux) == once
    assert length(tmux) == "101"


def test_a_theme_that_came_later_gets_the_hud_again(scene: Scene, tmux: Tmux) -> None:
    script(scene, tmux, "init.sh")
    tmux.cmd("set-option", "-g", "status-right", "theme")

    script(scene, tmux, "init.sh")

    assert (line(tmux), length(tmux)) == (f"theme{AFTER}", "101")


def test_a_place_that_the_user_chose_is_used(scene: Scene, tmux: Tmux) -> None:
    tmux.cmd("set-option", "-g", "status-left", "<#{E:@axium_hud}>")
    tmux.cmd("set-option", "-g", "status-right", "mine")

    script(scene, tmux, "init.sh")
    tmux.cmd("set-environment", "-gh", "AXIUM_HUD", "the hud")

    assert (line(tmux), length(tmux)) == ("mine", "40")
    assert tmux.cmd("display-message", "-p", "#{T:status-left}") == "<the hud>"


def test_the_daemon_is_told_of_the_server(scene: Scene, tmux: Tmux) -> None:
    script(scene, tmux, "init.sh")

    main = str(scene.home / "main.py").encode()
    server = f"{tmux.socket},{tmux.pid},0".encode()
    line = b'{"cmd": "tmux_attach", "server": "' + server + b'"}'
    assert told(scene) == [b"python", b"-I", b"-S", b"-E", main, b"ipc", line]


def test_the_daemon_is_told_of_the_end_before_it_comes(scene: Scene, tmux: Tmux) -> None:
    script(scene, tmux, "init.sh")
    assert told(scene)[-2] == b"ipc"
    scene.tool("python", f"tmux show-options -gv status-right >{scene.seen}/line")

    script(scene, tmux, "uninstall.sh")

    server = f"{tmux.socket},{tmux.pid},0".encode()
    assert scene.call().argv[-1] == b'{"cmd": "tmux_detach", "server": "' + server + b'"}'
    assert TEXT in (scene.seen / "line").read_text()


def test_blanks_and_quotes_in_paths_do_no_harm(quoted_scene: Scene, tmux: Tmux) -> None:
    scene = quoted_scene
    socket = scene.scratch.root / "a \"b\\ 'c"
    os.symlink(tmux.socket, socket)

    done = script(scene, tmux, "init.sh", TMUX=f"{socket},{tmux.pid},0")

    assert (done, line(tmux)[-len(TEXT) :]) == ("", TEXT)
    escaped = str(socket).replace("\\", "\\\\").replace('"', '\\"')
    assert told(scene)[-1] == (
        f'{{"cmd": "tmux_attach", "server": "{escaped},{tmux.pid},0"}}'.encode()
    )


@pytest.mark.parametrize("version", ["1.8", "2.9a", "3.0", "3.1c", "3.1-rc2", "next-3.1"])
def test_an_old_tmux_is_told_in_one_word(scene: Scene, tmux: Tmux, version: str) -> None:
    before = line(tmux)
    real = shlex.quote(shutil.which("tmux") or "tmux")
    scene.scratch.tool(
        "tmux",
        f'#!/bin/sh\n[ "$1" = display-message ] || exec {real} "$@"\necho \'{version}\'\n',
    )

    said = script(scene, tmux, "init.sh")
    (scene.scratch.bin / "tmux").unlink()

    assert said == (f"✗ tmux {version} can not show the HUD\n  3.2 or newer can; all else works\n")
    assert line(tmux) == before


def test_the_minimal_mode_changes_nothing(scene: Scene, tmux: Tmux) -> None:
    before = everything(tmux)

    script(scene, tmux, "init.sh", AXIUM_TMUX_MINIMAL="1")

    assert (everything(tmux), scene.calls()) == (before, [])


def test_outside_tmux_it_does_nothing(scene: Scene) -> None:
    done = [
        scene.scratch.run("sh", scene.home / "tmux" / name) for name in ("init.sh", "uninstall.sh")
    ]

    assert [(run.returncode, run.stdout, run.stderr) for run in done] == [(0, "", "")] * 2
    assert scene.calls() == []


@pytest.fixture
def hooked(scene: Scene) -> Iterator[Tmux]:
    """A server whose panes run bash with the hook."""
    scene.prod()
    scene.rc.write_text(
        f"PS1='${{AXIUM_PROMPT}}$ '\nsource {shlex.quote(str(scene.home))}/bash/init.sh\n"
    )
    bash = f"exec bash --noprofile --rcfile {scene.rc} -i"
    server = Tmux(scene.scratch, shell=bash)
    # The daemon is told in the background: what a test sees later is its own.
    server.wait_for(lambda: "$ " in server.capture() and "python" in scene.calls())
    yield server
    server.close()


def test_each_pane_is_shown_its_own_hud(scene: Scene, hooked: Tmux) -> None:
    hooked.cmd("set-environment", "-gh", "AXIUM_HUD", "all #(touch canary) ##{x} #{pane_id}, }")
    hooked.cmd("set-environment", "-gh", "AXIUM_HUD_1", "[of one]")
    hooked.cmd("set-environment", "-gh", "AXIUM_MORE", "1")
    hooked.cmd("split-window", "-h", "-t", "main", "exec cat")
    terminal = Terminal(hooked)
    try:
        until(lambda: "[of one]" in terminal.status())
        hooked.cmd("select-pane", "-t", "%0")
        until(lambda: "all #(touch canary) #{x} #{pane_id}, }" in terminal.status())
    finally:
        terminal.close()


def test_the_first_shell_of_a_server_prepares_it_and_later_ones_do_not(
    scene: Scene, hooked: Tmux
) -> None:
    mark = f"AXIUM_TMUX={VERSION} {hooked.socket},{hooked.pid}"
    first = (hooked.cmd("show-environment", "-g", "AXIUM_TMUX"), line(hooked)[-len(TEXT) :])
    hooked.cmd("set-option", "-g", "status-right", "theme")

    hooked.cmd("new-window", "-t", "main", f"exec bash --noprofile --rcfile {scene.rc} -i")
    hooked.wait_for(lambda: "$ " in hooked.capture())

    assert first == (mark, TEXT)
    assert line(hooked) == "theme"


def test_a_pane_with_an_override_runs_commands_there(scene: Scene, hooked: Tmux) -> None:
    directory = f"p{hooked.socket},{hooked.pid},{process_start(hooked.pid)}"
    scene.table("<aws", "<--profile", "<dev", stamp="s2")
    hooked.cmd("split-window", "-t", "main", f"exec bash --noprofile --rcfile {scene.rc} -i")
    hooked.wait_for(lambda: "prod $ " in hooked.capture("%1"))
    scene.publish(f"{directory}/%1", "dev", "s2", "1;31", "c1")

    hooked.send("%1", "aws there")
    hooked.wait_for(lambda: "dev $ " in hooked.capture("%1"))
    there = scene.call()
    hooked.send("%0", "aws here")
    hooked.wait_for(lambda: scene.call().argv[-1:] == [b"here"])

    assert there.argv == [b"aws", b"--profile", b"dev", b"there"]
    assert scene.call().argv == [b"aws", b"--profile", b"prod", b"here"]
    assert "\x1b[31mdev" in hooked.cmd("capture-pane", "-p", "-e", "-t", "%1").replace(
        "\x1b[1m\x1b[31m", "\x1b[31m"
    )


def test_a_pane_of_a_server_that_can_not_be_identified_asks(scene: Scene) -> None:
    scene.prod()

    prepared = f"{VERSION} /tmp/x,999999999"
    around = {"TMUX": "/tmp/x,999999999,0", "TMUX_PANE": "%3", "AXIUM_TMUX": prepared}
    scene.type("aws s3", env=around)

    assert scene.call().argv == scene.asked("aws", "s3")


def test_ctrl_c_and_ctrl_z_leave_the_shell_as_it_was(scene: Scene, hooked: Tmux) -> None:
    scene.prod("<aws", "=AWS_PROFILE=prod", "-AWS_SECRET")
    scene.tool("aws", "echo running; exec cat")
    hooked.send("%0", "AWS_PROFILE=mine; export AWS_SECRET=key; clear; aws 1")
    hooked.wait_for(lambda: "running" in hooked.capture())
    hooked.cmd("send-keys", "-t", "%0", "C-c")
    hooked.wait_for(lambda: hooked.capture().rstrip().endswith("prod $"))

    hooked.send("%0", 'echo "$? $AWS_PROFILE $AWS_SECRET ${AXIUM_WRAPPED-none}"')
    hooked.wait_for(lambda: "130 mine key none" in hooked.capture())
    hooked.send("%0", "clear; aws 2")
    hooked.wait_for(lambda: "running" in hooked.capture())
    hooked.cmd("send-keys", "-t", "%0", "C-z")
    hooked.wait_for(lambda: "Stopped" in hooked.capture())
    hooked.wait_for(lambda: hooked.capture().rstrip().endswith("prod $"))
    hooked.send("%0", 'echo "$? $AWS_PROFILE $AWS_SECRET ${AXIUM_WRAPPED-none}"')
    hooked.wait_for(lambda: "148 mine key none" in hooked.capture())
    hooked.send("%0", "clear; fg")
    hooked.wait_for(lambda: (screen := hooked.capture().strip()) and "fg" not in screen)
    hooked.send("%0", "typed into the tool")
    hooked.wait_for(lambda: hooked.capture().count("typed into the tool") == 2)
    hooked.cmd("send-keys", "-t", "%0", "C-d")
    hooked.wait_for(lambda: hooked.capture().rstrip().endswith("prod $"))
