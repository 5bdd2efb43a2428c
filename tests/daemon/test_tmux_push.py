"""HUD texts pushed to real tmux servers, seen on real terminals."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from axium.daemon.services.tmux import HudTexts, Tmux
from axium.daemon.services.tmux.client import size
from axium.daemon.services.tmux.variables import REFRESH
from tests.daemon.tmux_scene import Recorder, TmuxServer, becomes, play, quiet, show
from tests.support import Scratch, Terminal

Attach = Callable[..., Terminal]

REFRESHED = list(REFRESH)


def setting(name: str, value: str) -> list[str]:
    return ["set-environment", "-gh", "--", name, value, ";", *REFRESHED]


def test_a_change_is_on_the_screen_of_every_terminal(
    scratch: Scratch, server: TmuxServer, attach: Attach
) -> None:
    server.cmd("new-session", "-d", "-s", "two words", "sleep 1000")
    terminals = [attach(server), attach(server), attach(server, "two words")]

    async def scene(tmux: Tmux) -> None:
        for text in ("[axium] env:dev", "[axium] env:prod"):
            await show(tmux, server.server, HudTexts(text))
            for terminal in terminals:
                terminal.wait_for(text)

    play(scratch, scene)


def test_a_pane_shows_its_own_text_when_it_is_switched_to(
    scratch: Scratch, server: TmuxServer, attach: Attach
) -> None:
    pane = server.new_pane()
    terminal = attach(server)

    async def scene(tmux: Tmux) -> None:
        await show(tmux, server.server, HudTexts("env:dev", {pane: "env:prod"}))

    play(scratch, scene)
    terminal.wait_for("env:dev")
    server.cmd("select-window", "-t", pane)
    terminal.wait_for("env:prod")
    server.cmd("last-window")
    terminal.wait_for("env:dev")


def test_only_what_differs_is_sent(scratch: Scratch, server: TmuxServer) -> None:
    record = Recorder()

    async def scene(tmux: Tmux) -> None:
        await show(tmux, server.server, HudTexts("dev", {"%0": "prod"}))
        record.runs.clear()
        await show(tmux, server.server, HudTexts("dev", {"%0": "test"}))
        await show(tmux, server.server, HudTexts("dev", {"%0": "test"}))

    play(scratch, scene, record)
    assert record.runs == [setting("AXIUM_HUD_0", "test")]


def test_a_burst_costs_one_run(scratch: Scratch, server: TmuxServer) -> None:
    record = Recorder()

    async def scene(tmux: Tmux) -> None:
        await show(tmux, server.server, HudTexts("first"))
        record.runs.clear()
        for number in range(100):
            tmux.push(server.server, HudTexts(f"burst {number}"))
        await quiet(tmux)

    play(scratch, scene, record)
    assert record.runs == [setting("AXIUM_HUD", "burst 99")]


def test_what_is_pushed_meanwhile_follows_at_once(scratch: Scratch, server: TmuxServer) -> None:
    async def scene(tmux: Tmux) -> None:
        tmux.push(server.server, HudTexts("first"))
        await becomes(server.variables)
        for number in range(5):
            tmux.push(server.server, HudTexts(f"later {number}"))
        await becomes(lambda: server.variables() == {"AXIUM_HUD": "later 4"})

    play(scratch, scene)


def test_what_a_former_daemon_left_is_taken_away(scratch: Scratch, server: TmuxServer) -> None:
    server.cmd("set-environment", "-gh", "AXIUM_HUD_7", "left")
    server.cmd("set-environment", "-gh", "OTHERS", "stays")

    async def scene(tmux: Tmux) -> None:
        await show(tmux, server.server, HudTexts("dev", {"%8": "prod"}))

    play(scratch, scene)
    assert server.variables() == {
        "AXIUM_HUD": "dev",
        "AXIUM_HUD_8": "prod",
        "AXIUM_MORE": "1",
        "OTHERS": "stays",
    }


def test_a_pane_that_lost_its_text_loses_its_variable(scratch: Scratch, server: TmuxServer) -> None:
    async def scene(tmux: Tmux) -> None:
        await show(tmux, server.server, HudTexts("dev", {"%0": "prod", "%1": "test"}))
        await show(tmux, server.server, HudTexts("dev", {"%1": "test"}))

    play(scratch, scene)
    assert server.variables() == {"AXIUM_HUD": "dev", "AXIUM_HUD_1": "test", "AXIUM_MORE": "1"}


HOSTILE = [
    ";",
    "\\;",
    "a;",
    "a\\\\;",
    "-gu",
    "--",
    " ",
    "$(touch x) `touch x`",
    "#(touch x) #{pane_id}",
    "'\"\\",
    "{ kill-server }",
    "%if 1",
    "~",
    "é\N{FULLWIDTH LATIN SMALL LETTER A}\N{ROCKET}",
]


def test_hostile_texts_arrive_as_they_are(scratch: Scratch, server: TmuxServer) -> None:
    panes = {f"%{number}": text for number, text in enumerate(HOSTILE)}

    async def scene(tmux: Tmux) -> None:
        await show(tmux, server.server, HudTexts("all", panes))

    play(scratch, scene)
    expected = {f"AXIUM_HUD_{number}": text for number, text in enumerate(HOSTILE)}
    assert server.variables() == {"AXIUM_HUD": "all", "AXIUM_MORE": "1", **expected}


def test_a_tmux_that_was_made_ready_is_given_the_same_texts(
    scratch: Scratch, server: TmuxServer
) -> None:
    panes = {f"%{number}": text for number, text in enumerate([*HOSTILE, "'", '"\'"', "#{x}'"])}
    record = Recorder()

    async def scene(tmux: Tmux) -> None:
        await show(tmux, server.server, HudTexts("before"))
        record.runs.clear()
        tmux.prepare(server.server)
        await show(tmux, server.server, HudTexts("all", panes))

    play(scratch, scene, record)
    expected = {f"AXIUM_HUD_{pane[1:]}": text for pane, text in panes.items()}
    assert server.variables() == {"AXIUM_HUD": "all", "AXIUM_MORE": "1", **expected}
    assert record.runs == [["source-file", "-"]]


def test_a_tmux_that_was_made_ready_for_nothing_ends_by_itself(
    scratch: Scratch, server: TmuxServer
) -> None:
    async def scene(tmux: Tmux) -> None:
        await show(tmux, server.server, HudTexts("same"))
        tmux.prepare(server.server)
        await show(tmux, server.server, HudTexts("same"))

    play(scratch, scene)
    assert server.variables() == {"AXIUM_HUD": "same"}


def test_a_tmux_that_waited_in_vain_keeps_nobody_from_a_later_text(
    scratch: Scratch, server: TmuxServer
) -> None:
    async def scene(tmux: Tmux) -> None:
        await show(tmux, server.server, HudTexts("before"))
        tmux.prepare(server.server)  # for a change that is never committed
        await quiet(tmux)
        await show(tmux, server.server, HudTexts("after"))

    play(scratch, scene)
    assert server.variables() == {"AXIUM_HUD": "after"}


def test_a_command_in_a_text_is_shown_and_not_run(
    scratch: Scratch, server: TmuxServer, attach: Attach
) -> None:
    terminal = attach(server)
    text = f"<##(touch {scratch.root}/touched) ##{{pane_id}}>"

    async def scene(tmux: Tmux) -> None:
        await show(tmux, server.server, HudTexts(text))

    play(scratch, scene)
    terminal.wait_for(text.replace("##", "#"))
    assert not (scratch.root / "touched").exists()


def test_a_thousand_panes_go_in_chunks_with_the_visible_ones_first(
    scratch: Scratch, server: TmuxServer, attach: Attach
) -> None:
    attach(server)
    server.cmd("split-window", "-d", "-t", "main", "sleep 1000")
    panes = {f"%{number}": f"[axium] env:e{number} " + "x" * 60 for number in range(999, -1, -1)}
    record = Recorder()

    async def scene(tmux: Tmux) -> None:
        await show(tmux, server.server, HudTexts("all", panes))

    play(scratch, scene, record)
    pushes = [run for run in record.runs if run[0] == "set-environment"]
    names = [run[index + 1] for run in pushes for index, word in enumerate(run) if word == "--"]
    assert names[:4] == ["AXIUM_HUD", "AXIUM_MORE", "AXIUM_HUD_1", "AXIUM_HUD_0"]
    assert max(map(size, pushes)) < 12_100
    expected = {f"AXIUM_HUD_{pane[1:]}": text for pane, text in panes.items()}
    assert server.variables() == {"AXIUM_HUD": "all", "AXIUM_MORE": "1", **expected}


def test_two_servers_are_served_at_once(
    scratch: Scratch, server: TmuxServer, other: TmuxServer, attach: Attach
) -> None:
    terminals = [attach(server), attach(other)]

    async def scene(tmux: Tmux) -> None:
        tmux.push(server.server, HudTexts("env:here"))
        tmux.push(other.server, HudTexts("env:there", {"%0": "env:pane"}))
        await quiet(tmux)

    play(scratch, scene)
    terminals[0].wait_for("env:here")
    terminals[1].wait_for("env:pane")


@pytest.mark.parametrize("hook", ["client-attached", "session-created", "after-set-option"])
def test_no_hook_of_the_user_runs(scratch: Scratch, server: TmuxServer, hook: str) -> None:
    server.cmd("set-hook", "-g", hook, "set-environment -g HOOKED yes")

    async def scene(tmux: Tmux) -> None:
        await show(tmux, server.server, HudTexts("dev", {"%0": "prod"}))

    play(scratch, scene)
    assert "HOOKED" not in server.cmd("show-environment", "-g")
