"""What is asked for in tmux beyond the HUD: segments, borders, the palette's key, the plugin."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from tests.shell.scene import Scene
from tests.shell.tmux_lines import AFTER, GAP, TEXT, everything, length, line, script, told
from tests.support import Terminal, Tmux, until

PLUGIN = Path(__file__).parents[2] / "axium.tmux"
RED = "\x1b[31m"


def refused(scene: Scene, tmux: Tmux, *args: str) -> str:
    """What `enable.sh` says as it refuses."""
    around = {"TMUX": tmux.variable, "TMUX_PANE": "%0"}
    done = scene.scratch.run("sh", scene.home / "tmux/enable.sh", *args, env=around)
    assert (done.returncode, done.stdout) == (1, "")
    return done.stderr


def test_a_segment_shows_what_a_command_prints(
    scene: Scene, tmux: Tmux, terminal: Terminal
) -> None:
    before = everything(tmux)

    script(scene, tmux, "enable.sh", "segment", "echo in $((6 * 7))", "red")

    tmux.cmd("refresh-client", "-S", "-t", tmux.cmd("list-clients", "-F", "#{client_name}"))
    terminal.wait_for("in 42")
    assert (line(tmux).endswith(f"{GAP}#{{E:@axium_segment_1}}"), length(tmux)) == (True, "80")
    script(scene, tmux, "uninstall.sh")
    assert everything(tmux) == before


def test_a_segment_that_is_asked_for_again_is_there_once(scene: Scene, tmux: Tmux) -> None:
    for command in ("one", "two", "one"):
        script(scene, tmux, "enable.sh", "segment", command)

    assert line(tmux).endswith(f"{GAP}#{{E:@axium_segment_1}}{GAP}#{{E:@axium_segment_2}}")
    assert tmux.cmd("show-options", "-gv", "@axium_segments") == "1 2"
    assert length(tmux) == "120"


def test_a_segment_of_the_environment_starts_no_process(scene: Scene, tmux: Tmux) -> None:
    script(scene, tmux, "enable.sh", "segment", "axium env get", "#00B7C7")

    shown = tmux.cmd("show-options", "-gv", "@axium_segment_1")
    assert shown == "#[fg=#00B7C7]#{@axium_env}#[default]"
    assert tmux.cmd("show-options", "-gv", "@axium_options") == "on"
    assert told(scene)[-1].startswith(b'{"cmd": "tmux_attach"')


def test_the_segment_axium_hud_is_the_hud(scene: Scene, tmux: Tmux) -> None:
    script(scene, tmux, "enable.sh", "segment", "axium hud", AXIUM_TMUX_MINIMAL="1")

    assert line(tmux).endswith(TEXT)


def test_a_theme_that_comes_later_keeps_segments_too(scene: Scene, tmux: Tmux) -> None:
    script(scene, tmux, "init.sh")
    script(scene, tmux, "enable.sh", "segment", "date")

    tmux.cmd("set-option", "-g", "status-right", "theme")

    assert until(lambda: line(tmux) == f"theme{AFTER}{GAP}#{{E:@axium_segment_1}}")


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (("segment",), "✗ no command was given\n  axium_tmux_enable_segment COMMAND [COLOR]\n"),
        (
            ("segment", "x", "red,bold"),
            "✗ `red,bold` is no colour\n  write it as tmux does: `red`, `colour39`, `#00B7C7`\n",
        ),
    ],
)
def test_what_can_not_be_enabled_is_refused_and_nothing_changes(
    scene: Scene, tmux: Tmux, args: tuple[str, ...], said: str
) -> None:
    before = everything(tmux)

    assert refused(scene, tmux, *args) == said
    assert everything(tmux) == before


def test_outside_tmux_it_is_refused(scene: Scene) -> None:
    done = scene.scratch.run("sh", scene.home / "tmux/enable.sh", "palette")
    assert (done.returncode, done.stderr) == (1, "✗ this is not inside of tmux\n")


def test_the_palettes_key_opens_it_for_the_pane_that_is_looked_at(
    scene: Scene, tmux: Tmux, terminal: Terminal
) -> None:
    tmux.cmd("split-window", "-t", "main", "sleep 1000")
    before = everything(tmux)
    script(scene, tmux, "enable.sh", "palette")
    script(scene, tmux, "enable.sh", "palette")

    terminal.outer.cmd("send-keys", "-t", "main", "C-g")

    assert told(scene)[-1] == b"palette"
    pane, home = (scene.call().env[name] for name in (b"TMUX_PANE", b"AXIUM_HOME"))
    assert (pane, home) == (b"%1", str(scene.home).encode())
    script(scene, tmux, "uninstall.sh")
    assert everything(tmux) == before


def test_the_hook_binds_the_palettes_key_unless_it_shall_leave_tmux_alone(
    scene: Scene, tmux: Tmux
) -> None:
    for what in ("1", "hud"):
        script(scene, tmux, "init.sh", AXIUM_TMUX_MINIMAL=what)
    assert "C-g" not in tmux.cmd("list-keys", "-T", "root")
    script(scene, tmux, "init.sh")
    assert "@axium_palette" in tmux.cmd("list-keys", "-T", "root", "C-g")


def test_a_key_that_is_bound_already_is_left_to_its_owner(scene: Scene, tmux: Tmux) -> None:
    tmux.cmd("bind-key", "-n", "C-g", "display-message", "mine")

    said = refused(scene, tmux, "palette")

    assert said.startswith("✗ C-g is bound in tmux already: bind-key ")
    assert "mine" in tmux.cmd("list-keys", "-T", "root", "C-g")
    assert "display-popup" in tmux.cmd("show-options", "-gv", "@axium_palette")


def border_cells(terminal: Terminal) -> str:
    """The line between two panes that stand above one another, with its colours."""
    screen = terminal.outer.cmd("capture-pane", "-p", "-e", "-t", "main")
    return next(row for row in screen.split("\n") if "──" in row)


def test_borders_have_the_colour_of_the_environment_where_that_is_on(
    scene: Scene, tmux: Tmux, terminal: Terminal
) -> None:
    before = everything(tmux)
    tmux.cmd("split-window", "-t", "main", "sleep 1000")
    tmux.cmd("set-option", "-g", "@axium_border", "on")
    script(scene, tmux, "init.sh")
    tmux.cmd("set-option", "-g", "@axium_color", "red")

    until(lambda: RED in border_cells(terminal))
    for pane in ("%0", "%1"):
        tmux.cmd("set-option", "-p", "-t", pane, "@axium_color", "")
    until(lambda: RED not in border_cells(terminal))

    tmux.cmd("set-option", "-gu", "@axium_border")
    tmux.cmd("kill-pane", "-t", "%1")
    script(scene, tmux, "uninstall.sh")
    assert everything(tmux) == before


def test_borders_can_be_turned_on_and_off_while_tmux_runs(scene: Scene, tmux: Tmux) -> None:
    script(scene, tmux, "init.sh")
    before = tmux.cmd("show-options", "-gw")

    tmux.cmd("set-option", "-g", "@axium_border", "on")
    until(lambda: tmux.cmd("show-options", "-gw").count("@axium_color") == 4)
    # Noted once the borders are there, so a moment later.
    until(lambda: "@axium_options on" in tmux.cmd("show-options", "-g").splitlines())
    until(lambda: "AXIUM_AGAIN" not in tmux.cmd("show-environment", "-gh"))
    tmux.cmd("set-option", "-g", "@axium_border", "off")

    until(lambda: tmux.cmd("show-options", "-gw") == before)


@pytest.mark.parametrize("shell", ["sh", "bash", "zsh", "fish"])
def test_each_shell_has_the_functions_and_minimal_mode_changes_nothing(
    scene: Scene, tmux: Tmux, shell: str
) -> None:
    before = everything(tmux)
    name = "functions.fish" if shell == "fish" else "init.sh"
    text = f". {scene.home}/tmux/{name}; axium_tmux_enable_segment date red"
    if shell == "fish":
        text = text.replace(". ", "source ", 1)
    around = {"TMUX": tmux.variable, "TMUX_PANE": "%0", "AXIUM_TMUX_MINIMAL": "1"}
    sourced = scene.scratch.run(shell, "-c", text.partition(";")[0], env=around)
    after = everything(tmux)

    done = scene.scratch.run(shell, "-c", text, env=around)

    assert (sourced.returncode, sourced.stdout + sourced.stderr, after) == (0, "", before)
    assert (done.returncode, done.stdout + done.stderr) == (0, "")
    assert tmux.cmd("show-options", "-gv", "@axium_segment_1") == "#[fg=red]#(date)#[default]"


@pytest.mark.parametrize("shell", ["sh", "bash", "zsh", "fish"])
@pytest.mark.parametrize("env", ["prod", ""])
def test_the_environment_of_the_pane_can_be_had_back(scene: Scene, shell: str, env: str) -> None:
    scene.tool("python", f"printf '%s' '{env}'")
    name = "functions.fish" if shell == "fish" else "functions.sh"
    source = "source" if shell == "fish" else "."
    text = f"{source} {scene.home}/tmux/{name}; axium_restore_pane_env; env | grep ^AXIUM_ENV="

    done = scene.scratch.run(shell, "-c", text, env={"AXIUM_ENV": "wrong"})

    assert done.stdout == (f"AXIUM_ENV={env}\n" if env else "")


def test_the_plugin_shows_the_hud_from_the_start_on_also_under_a_later_theme(
    scene: Scene,
) -> None:
    conf = scene.scratch.user / ".tmux.conf"
    conf.write_text(f"run-shell '{PLUGIN}'\nset -g status-right theme\n")
    server = Tmux(scene.scratch, config=str(conf), shell="sleep 1000")  # noqa: S604 (of a pane)
    try:
        until(lambda: line(server) == f"theme{AFTER}")
        notes = os.listdir(scene.home / "tmux/servers")
    finally:
        server.close()
    assert notes == [str(server.pid)]


def test_the_plugin_says_so_where_nothing_is_installed(scene: Scene, tmux: Tmux) -> None:
    scene.scratch.tool("tmux", f'#!/bin/sh\necho "$*" >{scene.seen}/said\n')
    around = {"PATH": f"{scene.scratch.bin}:/usr/bin:/bin", "AXIUM_HOME": "/nowhere"}

    done = scene.scratch.run("sh", PLUGIN, env=around)
    (scene.scratch.bin / "tmux").unlink()

    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert re.match("display-message axium is not installed", (scene.seen / "said").read_text())
