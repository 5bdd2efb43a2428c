"""Which tmux server is which, with real ones."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from axium.daemon.services.tmux import HudTexts, Tmux, default_socket, server_at
from axium.daemon.services.tmux.identity import is_running, process_start
from axium.model.panes import Server
from tests.daemon.tmux_scene import TmuxServer, becomes, play, show
from tests.support import Scratch
from tests.support.scratch import make_scratch
from tests.support.tmux import Tmux as PlainTmux


def test_a_server_says_who_it_is(scratch: Scratch, other: TmuxServer) -> None:
    found = play(scratch, lambda tmux: tmux.identify(other.socket))
    boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    ticks = Path(f"/proc/{other.pid}/stat").read_text().rpartition(")")[2].split()[19]
    assert found == Server(other.socket, other.pid, f"{ticks}@{boot}") == other.server


@pytest.mark.parametrize("path", ["/nowhere/socket", "relative", "", "/\0", "/\ud800", "/tmp"])
def test_nobody_is_found_where_no_server_is(scratch: Scratch, path: str) -> None:
    assert play(scratch, lambda tmux: tmux.identify(path)) is None


def test_a_listener_that_never_answers_is_given_up(scratch: Scratch) -> None:
    path = str(scratch.tmux / "silent")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(path)
        listener.listen()
        assert play(scratch, lambda tmux: tmux.identify(path)) is None


def test_asking_starts_no_server(scratch: Scratch) -> None:
    path = scratch.tmux / "unused"
    play(scratch, lambda tmux: tmux.identify(str(path)))
    assert not path.exists()


def test_a_process_that_ended_has_no_start() -> None:
    pid = os.posix_spawn("/bin/true", ["true"], {})
    os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)  # a zombie from here on
    assert process_start(pid) is None
    os.waitpid(pid, 0)
    assert process_start(pid) is None
    assert server_at("/s", pid) is None


def test_a_later_process_with_the_same_pid_is_another_server(server: TmuxServer) -> None:
    former = Server(server.socket, server.pid, "1@other-boot")
    assert (is_running(server.server), is_running(former)) == (True, False)


def test_a_restarted_server_gets_nothing_of_the_former_one(
    scratch: Scratch, server: TmuxServer
) -> None:
    server.close()
    later = TmuxServer(scratch)

    async def scene(tmux: Tmux) -> dict[str, int] | None:
        await show(tmux, server.server, HudTexts("dev", {"%0": "prod"}))
        return await tmux.panes(server.server)

    assert play(scratch, scene) is None
    assert later.variables() == {}
    later.close()


def test_a_server_that_took_over_the_socket_gets_nothing_of_the_one_that_lives_on(
    scratch: Scratch, server: TmuxServer, caplog: pytest.LogCaptureFixture
) -> None:
    async def scene(tmux: Tmux) -> tuple[str, dict[str, str], dict[str, int] | None, str | None]:
        await show(tmux, server.server, HudTexts("before"))
        os.unlink(server.socket)
        later = TmuxServer(scratch)
        tmux.push(server.server, HudTexts("dev", {"%0": "prod"}))
        (record,) = await becomes(lambda: list(caplog.records))
        panes = await tmux.panes(server.server)
        session = await tmux.session_of(server.server, "%0")
        variables = later.variables()
        later.close()
        return record.getMessage(), variables, panes, session

    message, variables, panes, session = play(scratch, scene)
    assert message.startswith(f"tmux server `{server.socket}` shows an old HUD: its socket is now")
    assert (variables, panes, session) == ({}, None, None)


def test_the_panes_of_a_server_are_told_with_their_processes(
    scratch: Scratch, server: TmuxServer
) -> None:
    server.cmd("set", "-g", "remain-on-exit", "on")
    dead, alive = server.new_pane("true"), server.new_pane()
    form = "#{pane_id} #{pane_pid} #{pane_dead}"

    def listed() -> list[list[str]]:
        return [line.split() for line in server.cmd("list-panes", "-a", "-F", form).split("\n")]

    async def scene(tmux: Tmux) -> dict[str, int] | None:
        await becomes(lambda: any(pane == dead and gone == "1" for pane, _, gone in listed()))
        return await tmux.panes(server.server)

    pids = {pane: int(pid) for pane, pid, _ in listed()}
    assert play(scratch, scene) == {"%0": pids["%0"], dead: 0, alive: pids[alive]}


def test_a_server_without_sessions_has_no_panes(scratch: Scratch, server: TmuxServer) -> None:
    server.cmd("set", "-g", "exit-empty", "off")
    server.cmd("kill-session", "-t", "main")

    async def scene(tmux: Tmux) -> tuple[Server | None, dict[str, int] | None]:
        return await tmux.identify(server.socket), await tmux.panes(server.server)

    assert play(scratch, scene) == (server.server, {})


def test_the_session_that_shows_a_pane_is_told(scratch: Scratch, server: TmuxServer) -> None:
    async def scene(tmux: Tmux) -> list[str | None]:
        return [await tmux.session_of(server.server, pane) for pane in ("%0", "%77")]

    assert play(scratch, scene) == ["main", None]


def test_the_default_socket_is_the_one_of_a_plain_tmux(scratch: Scratch) -> None:
    tmux = PlainTmux(scratch)
    found = default_socket(scratch.environ)
    tmux.close()
    assert found == tmux.socket


def test_the_default_socket_is_in_tmp_where_tmux_has_no_directory_of_its_own() -> None:
    expected = f"/tmp/tmux-{os.getuid()}/default"
    assert [default_socket({}), default_socket({"TMUX_TMPDIR": "/no/such"})] == [expected] * 2


def test_a_symlink_to_a_temporary_directory_is_followed() -> None:
    scratch = make_scratch()
    link = scratch.root / "link"
    link.symlink_to(scratch.tmux)
    found = default_socket({"TMUX_TMPDIR": str(link)})
    scratch.close()
    assert found == f"{scratch.tmux}/tmux-{os.getuid()}/default"
