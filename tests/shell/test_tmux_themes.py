"""Status lines that themes and users set after the hook, in a real tmux server.

The themes' files stand here in short; how they set their lines is theirs.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.shell.scene import Scene
from tests.shell.tmux_lines import AFTER, TEXT, everything, length, line, script, settle
from tests.support import Terminal, Tmux, until

# tmux-themepack: sourced by a plugin; each line is made of options, by `-F`.
THEMEPACK = """
set -goqF @theme-status-right "#[fg=colour233] %H:%M "
set -goq @theme-status-right-length 150
set -gF status-left "#S"
set -gF status-right "#{@theme-status-right}"
set -gF status-right-length "#{@theme-status-right-length}"
set -gwF pane-border-style "fg=colour238,bg=default"
"""
# catppuccin 2: the user writes the line after the plugin, of modules that are appended.
CATPPUCCIN = """
set -gq @catppuccin_status_application "#[fg=#cdd6f4] #{pane_current_command} "
set -gq @catppuccin_status_cpu " cpu "
set -g status-right-length 100
set -g status-right "#{E:@catppuccin_status_application}"
set -agF status-right "#{E:@catppuccin_status_cpu}"
"""
# powerline: a program that it runs sets the line, which starts a process at each refresh.
POWERLINE = """
set -g status-interval 2
set -g status-right '#(env true -R pane_id=#{pane_id})'
set -g status-right-length 150
"""


def source(tmux: Tmux, tmp_path: Path, text: str) -> None:
    """What a theme, or the user by `source-file ~/.tmux.conf`, does."""
    file = tmp_path / "tmux.conf"
    file.write_text(text)
    tmux.cmd("source-file", str(file))


def is_back(tmux: Tmux) -> bool:
    return until(lambda: line(tmux).endswith(TEXT))


@pytest.mark.parametrize("theme", [THEMEPACK, CATPPUCCIN, POWERLINE])
def test_a_theme_that_is_sourced_later_keeps_the_hud(
    scene: Scene, tmux: Tmux, tmp_path: Path, theme: str
) -> None:
    script(scene, tmux, "init.sh")
    wide = {THEMEPACK: "211", CATPPUCCIN: "161", POWERLINE: "211"}

    source(tmux, tmp_path, theme)

    assert is_back(tmux)
    assert until(lambda: length(tmux) == wide[theme])
    assert line(tmux).count("@axium_tpl") == 1


@pytest.mark.parametrize("theme", [THEMEPACK, CATPPUCCIN, POWERLINE])
def test_uninstalling_leaves_what_the_theme_set(
    scene: Scene, tmux: Tmux, tmp_path: Path, theme: str
) -> None:
    source(tmux, tmp_path, theme)
    before = everything(tmux)
    script(scene, tmux, "init.sh")
    source(tmux, tmp_path, theme)
    assert is_back(tmux)
    settle(tmux)

    script(scene, tmux, "uninstall.sh")

    assert everything(tmux) == before


def test_a_line_that_is_lost_a_third_time_is_told_and_left(
    scene: Scene, tmux: Tmux, terminal: Terminal
) -> None:
    script(scene, tmux, "init.sh")
    for number in range(2):
        tmux.cmd("set-option", "-g", "status-right", f"mine {number}")
        assert is_back(tmux)
        settle(tmux)

    tmux.cmd("set-option", "-g", "status-right", "mine again")

    terminal.wait_for("put #{E:@axium_hud} into that line")
    settle(tmux)
    assert line(tmux) == "mine again"


def test_what_is_new_was_not_lost(scene: Scene, tmux: Tmux) -> None:
    script(scene, tmux, "init.sh")
    for number in ("1", "2", "3"):
        tmux.cmd("set-option", "-g", "@axium_segments", number)
        script(scene, tmux, "put.sh", "again")

    assert line(tmux).count("@axium_segment_") == 3
    assert "AXIUM_TRIES" not in tmux.cmd("show-environment", "-gh")


def test_lines_that_are_set_in_one_go_count_as_one(
    scene: Scene, tmux: Tmux, tmp_path: Path
) -> None:
    script(scene, tmux, "init.sh")

    source(tmux, tmp_path, "".join(f"set -g status-right {n}\n" for n in range(9)))

    assert until(lambda: line(tmux) == f"8{AFTER}")
    settle(tmux)
    assert tmux.cmd("show-environment", "-gh", "AXIUM_TRIES").endswith(" 1")


@pytest.mark.parametrize(
    "change",
    ["set -g status-left left", "set -ga status-right x", "set -g status off", "set -g @mine 1"],
)
def test_what_takes_nothing_away_is_not_looked_at(
    scene: Scene, tmux: Tmux, tmp_path: Path, change: str
) -> None:
    script(scene, tmux, "init.sh")
    before = tmux.cmd("show-environment", "-gh")

    source(tmux, tmp_path, change)

    assert tmux.cmd("show-environment", "-gh") == before


def test_hooks_of_the_user_stay_and_are_not_touched(scene: Scene, tmux: Tmux) -> None:
    tmux.cmd("set-hook", "-g", "after-set-option", "set-environment -g FIRST 1")
    tmux.cmd("set-hook", "-ga", "after-set-option", "set-environment -g SECOND 2")
    before = tmux.cmd("show-hooks", "-g")

    script(scene, tmux, "init.sh")
    during = tmux.cmd("show-hooks", "-g")
    script(scene, tmux, "uninstall.sh")

    added = [hook.split()[0] for hook in during.split("\n") if hook not in before.split("\n")]
    assert added == ["after-set-option[8141]", "session-created[8141]"]
    assert tmux.cmd("show-hooks", "-g") == before
    assert tmux.cmd("show-environment", "-g", "SECOND") == "SECOND=2"


def test_a_session_with_a_line_of_its_own_shows_the_hud_and_has_it_back(
    scene: Scene, tmux: Tmux
) -> None:
    tmux.cmd("new-session", "-d", "-s", "other", "sleep 1000")
    tmux.cmd("set-option", "-t", "main", "status-right", "of main;\\;")
    tmux.cmd("set-option", "-t", "main", "status-right-length", "30")
    before = everything(tmux)

    script(scene, tmux, "init.sh")
    own = [tmux.cmd("show-options", "-t", name, "status-right") for name in ("main", "other")]
    wide = tmux.cmd("show-options", "-v", "-t", "main", "status-right-length")
    script(scene, tmux, "uninstall.sh")

    assert own == [f'status-right "of main;;{AFTER}"', ""]
    assert wide == "91"
    assert everything(tmux) == before


def test_a_session_whose_line_is_set_later_keeps_the_hud(scene: Scene, tmux: Tmux) -> None:
    script(scene, tmux, "init.sh")

    tmux.cmd("set-option", "-t", "main", "status-right", "own")

    assert until(
        lambda: tmux.cmd("show-options", "-v", "-t", "main", "status-right") == f"own{AFTER}"
    )
    assert line(tmux).count("@axium_tpl") == 1


def test_the_global_line_is_minded_also_where_a_session_hides_it(scene: Scene, tmux: Tmux) -> None:
    tmux.cmd("set-option", "-t", "main", "status-right", "own")
    script(scene, tmux, "init.sh")

    tmux.cmd("set-option", "-g", "status-right", "theme")

    assert until(lambda: line(tmux) == f"theme{AFTER}")
    assert tmux.cmd("show-options", "-v", "-t", "main", "status-right") == f"own{AFTER}"


@pytest.mark.parametrize("option", ["status-left", "status-right", "status-format[1]"])
def test_a_place_of_the_users_own_is_left_alone(
    scene: Scene, tmux: Tmux, terminal: Terminal, option: str
) -> None:
    tmux.cmd("set-option", "-g", "status", "2")
    tmux.cmd("set-option", "-g", option, "<#{E:@axium_hud}>")
    before = (line(tmux), length(tmux))

    tmux.cmd("set-environment", "-gh", "AXIUM_HUD", "the hud")
    script(scene, tmux, "init.sh")

    terminal.wait_for("<the hud>")
    assert (line(tmux), length(tmux)) == before


def test_a_status_line_that_is_off_shows_the_hud_once_it_is_on(
    scene: Scene, tmux: Tmux, terminal: Terminal
) -> None:
    tmux.cmd("set-option", "-g", "status", "off")
    script(scene, tmux, "init.sh")
    tmux.cmd("set-environment", "-gh", "AXIUM_HUD", "the hud")

    tmux.cmd("set-option", "-g", "status", "on")

    terminal.wait_for("the hud")


def test_ssh_in_a_pane_is_told_from_a_local_program(
    scene: Scene, tmux: Tmux, terminal: Terminal
) -> None:
    scene.scratch.tool("mosh-client", "#!/bin/sh\nexec sleep 1000\n")
    ssh = scene.scratch.bin / "ssh"
    ssh.symlink_to("/bin/sleep")
    tmux.cmd("set-option", "-g", "status-interval", "1")
    script(scene, tmux, "init.sh")
    tmux.cmd("set-environment", "-gh", "AXIUM_HUD", "env:prod")

    tmux.send("main", "sleep 1000")
    terminal.wait_for("env:prod")
    here = terminal.status()
    tmux.cmd("send-keys", "-t", "main", "C-c")
    tmux.send("main", f"{ssh} 1000")

    terminal.wait_for("env:prod (local)")
    assert "(local)" not in here


def test_the_name_of_the_session_stands_in_the_hud(scene: Scene, tmux: Tmux) -> None:
    script(scene, tmux, "init.sh")
    for name, value in {
        "AXIUM_HUD": "in ",
        "AXIUM_REST": "!",
        "AXIUM_HUD_0": "#{x}##{y} of ",
        "AXIUM_REST_0": "?",
        "AXIUM_MORE": "1",
    }.items():
        tmux.cmd("set-environment", "-gh", name, value)
    tmux.cmd("rename-session", "-t", "main", "a b,}c")
    tmux.cmd("new-window", "-t", "a b", "sleep 1000")

    shown = [
        tmux.cmd("display-message", "-p", "-t", pane, "#{T:status-right}") for pane in ("%0", "%1")
    ]

    assert shown[0].endswith("#{x}##{y} of a b,}c?")
    assert shown[1].endswith("in a b,}c!")
