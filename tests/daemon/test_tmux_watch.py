"""Panes and servers that go away, with real ones."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Callable

import pytest

from axium.daemon.services.tmux import HudTexts, Tmux
from axium.model.panes import Server
from tests.daemon.tmux_scene import Recorder, TmuxServer, becomes, play, quiet
from tests.support import Scratch

GONE = "the server"


async def watched(tmux: Tmux, server: Server) -> list[str]:
    """What is told to be gone from now on, panes by their ids."""
    told: list[str] = []
    tmux.watch(server, on_pane_gone=told.append, on_server_gone=lambda: told.append(GONE))
    await quiet(tmux)
    return told


def pane_pid(server: TmuxServer, pane: str) -> int:
    return int(server.cmd("display-message", "-p", "-t", pane, "#{pane_pid}"))


def kill_pane(server: TmuxServer, pane: str) -> None:
    server.cmd("kill-pane", "-t", pane)


def kill_its_window(server: TmuxServer, pane: str) -> None:
    server.cmd("kill-window", "-t", pane)


def kill_its_process(server: TmuxServer, pane: str) -> None:
    os.kill(pane_pid(server, pane), signal.SIGKILL)


@pytest.mark.parametrize("end", [kill_pane, kill_its_window, kill_its_process])
def test_a_pane_that_ends_is_told_once(
    scratch: Scratch, server: TmuxServer, end: Callable[[TmuxServer, str], None]
) -> None:
    pane = server.new_pane()

    async def scene(tmux: Tmux) -> list[str]:
        told = await watched(tmux, server.server)
        end(server, pane)
        await becomes(lambda: told)
        await quiet(tmux)
        return told

    assert play(scratch, scene) == [pane]


def respawn(server: TmuxServer, pane: str) -> None:
    server.cmd("respawn-pane", "-k", "-t", pane, "sleep 1000")


def move(server: TmuxServer, pane: str) -> None:
    server.cmd("new-session", "-d", "-s", "elsewhere", "sleep 1000")
    server.cmd("join-pane", "-d", "-s", pane, "-t", "elsewhere")


def die_and_stay(server: TmuxServer, pane: str) -> None:
    server.cmd("set", "-g", "remain-on-exit", "on")
    kill_its_process(server, pane)


@pytest.mark.parametrize("change", [respawn, move, die_and_stay])
def test_a_pane_that_keeps_its_place_is_not_gone(
    scratch: Scratch, server: TmuxServer, change: Callable[[TmuxServer, str], None]
) -> None:
    changed, ending = server.new_pane(), server.new_pane()

    async def scene(tmux: Tmux) -> list[str]:
        told = await watched(tmux, server.server)
        change(server, changed)
        await quiet(tmux)
        kill_pane(server, ending)
        await becomes(lambda: told)
        await quiet(tmux)
        return told

    assert play(scratch, scene) == [ending]


def test_a_respawned_pane_is_watched_again(scratch: Scratch, server: TmuxServer) -> None:
    pane = server.new_pane()

    async def scene(tmux: Tmux) -> list[str]:
        told = await watched(tmux, server.server)
        respawn(server, pane)
        pid = pane_pid(server, pane)
        processes = tmux._watches[server.server]._processes
        await becomes(lambda: any(process.pid == pid for process in [*processes.values()]))
        kill_its_process(server, pane)
        await becomes(lambda: told)
        return told

    assert play(scratch, scene) == [pane]


def test_panes_that_end_together_are_each_told(scratch: Scratch, server: TmuxServer) -> None:
    first = server.new_pane()
    others = [
        server.cmd("split-window", "-t", first, "-P", "-F", "#{pane_id}", "sleep 1000")
        for _ in range(4)
    ]
    record = Recorder()

    async def scene(tmux: Tmux) -> list[str]:
        told = await watched(tmux, server.server)
        record.runs.clear()
        kill_its_window(server, first)
        await becomes(lambda: len(told) == 5)
        await quiet(tmux)
        return told

    assert sorted(play(scratch, scene, record)) == sorted([first, *others])
    assert len(record.runs) < 5


def end_it(server: TmuxServer) -> None:
    server.cmd("kill-server")


def kill_it(server: TmuxServer) -> None:
    server.signal(signal.SIGKILL)


@pytest.mark.parametrize("end", [end_it, kill_it])
def test_a_server_that_ends_is_told_once(
    scratch: Scratch, server: TmuxServer, end: Callable[[TmuxServer], None]
) -> None:
    async def scene(tmux: Tmux) -> list[str]:
        told = await watched(tmux, server.server)
        end(server)
        await becomes(lambda: GONE in told)
        await quiet(tmux)
        return told

    assert play(scratch, scene).count(GONE) == 1


def test_a_server_that_ended_before_is_told_at_once(scratch: Scratch, server: TmuxServer) -> None:
    server.close()

    async def scene(tmux: Tmux) -> list[str]:
        return await watched(tmux, server.server)

    assert play(scratch, scene) == [GONE]


def test_a_former_server_with_the_same_pid_is_told_at_once(
    scratch: Scratch, server: TmuxServer
) -> None:
    async def scene(tmux: Tmux) -> list[str]:
        return await watched(tmux, Server(server.socket, server.pid, "1@other-boot"))

    assert play(scratch, scene) == [GONE]


def test_a_pane_with_a_text_that_the_server_does_not_have_is_told(
    scratch: Scratch, server: TmuxServer
) -> None:
    async def scene(tmux: Tmux) -> list[str]:
        told = await watched(tmux, server.server)
        late = server.new_pane()
        tmux.push(server.server, HudTexts("all", {"%0": "a", late: "b", "%999": "c"}))
        await becomes(lambda: told)
        await quiet(tmux)
        return told

    assert play(scratch, scene) == ["%999"]


def test_a_pane_that_is_younger_than_the_watch_is_watched_once_it_has_a_text(
    scratch: Scratch, server: TmuxServer
) -> None:
    async def scene(tmux: Tmux) -> list[str]:
        told = await watched(tmux, server.server)
        late = server.new_pane()
        tmux.push(server.server, HudTexts("all", {late: "b"}))
        await quiet(tmux)
        kill_pane(server, late)
        await becomes(lambda: told)
        return told

    assert play(scratch, scene) == ["%1"]


def test_panes_that_end_while_the_server_is_stopped_are_told_when_it_goes_on(
    scratch: Scratch, server: TmuxServer
) -> None:
    panes = [server.new_pane(), server.new_pane()]
    pids = [pane_pid(server, pane) for pane in panes]
    record = Recorder()

    async def scene(tmux: Tmux) -> list[str]:
        told = await watched(tmux, server.server)
        record.runs.clear()
        server.signal(signal.SIGSTOP)
        for pid in pids:
            os.kill(pid, signal.SIGKILL)
        await becomes(lambda: record.runs)
        assert told == []
        server.signal(signal.SIGCONT)
        await becomes(lambda: len(told) == 2)
        return told

    assert sorted(play(scratch, scene, record)) == panes


def test_a_pane_whose_server_could_not_be_asked_is_told_with_the_next(
    scratch: Scratch, server: TmuxServer
) -> None:
    ended, ending = server.new_pane(), server.new_pane()
    pids = [pane_pid(server, pane) for pane in (ended, ending)]
    record = Recorder(bound=0.2)

    async def scene(tmux: Tmux) -> list[str]:
        told = await watched(tmux, server.server)
        record.runs.clear()
        server.signal(signal.SIGSTOP)
        os.kill(pids[0], signal.SIGKILL)
        await becomes(lambda: record.runs)
        await quiet(tmux)
        assert told == []
        server.signal(signal.SIGCONT)
        os.kill(pids[1], signal.SIGKILL)
        await becomes(lambda: len(told) == 2)
        return told

    assert sorted(play(scratch, scene, record)) == [ended, ending]


def test_nothing_runs_and_no_timer_waits_while_nothing_happens(
    scratch: Scratch, server: TmuxServer
) -> None:
    async def scene(tmux: Tmux) -> None:
        await watched(tmux, server.server)
        tmux.push(server.server, HudTexts("all", {"%0": "a"}))
        await quiet(tmux)
        assert len(tmux._tasks) == 0
        loop = asyncio.get_running_loop()
        timers = [timer for timer in loop._scheduled if not timer.cancelled()]  # type: ignore[attr-defined]
        assert timers == []

    play(scratch, scene)


def test_closing_gives_every_descriptor_back(scratch: Scratch, server: TmuxServer) -> None:
    for _ in range(5):
        server.new_pane()

    async def scene(tmux: Tmux) -> tuple[set[str], set[str], set[str]]:
        before = set(os.listdir("/proc/self/fd"))
        await watched(tmux, server.server)
        during = set(os.listdir("/proc/self/fd"))
        await tmux.close()
        return before, during, set(os.listdir("/proc/self/fd"))

    before, during, after = play(scratch, scene)
    assert len(during - before) == 7
    assert after == before


def test_watching_again_replaces_the_first_watch(scratch: Scratch, server: TmuxServer) -> None:
    pane = server.new_pane()

    async def scene(tmux: Tmux) -> tuple[list[str], list[str]]:
        first = await watched(tmux, server.server)
        second = await watched(tmux, server.server)
        kill_pane(server, pane)
        await becomes(lambda: second)
        return first, second

    assert play(scratch, scene) == ([], [pane])
