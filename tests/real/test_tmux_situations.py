"""Panes, sessions, clients and servers of every kind, with a real daemon: what each one shows."""

from __future__ import annotations

import shlex
import subprocess
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.support import Daemon, Scratch, Terminal, Tmux, until
from tests.support.processes import alive

GLOBAL = {"ok": True, "env": "root", "source": "global"}
OWN = {"ok": True, "env": "builder", "source": "pane"}
LONGEST_PATH = 107

Serve = Callable[..., Tmux]


def show_hud(tmux: Tmux) -> Tmux:
    """As the first shell with the hook does."""
    init = tmux.scratch.home / "tmux/init.sh"
    around = {"TMUX": tmux.variable, "TMUX_PANE": "%0"}
    tmux.scratch.run("sh", init, env=around, check=True)
    return tmux


@pytest.fixture
def serve(daemon: Daemon) -> Iterator[Serve]:
    """Starts tmux servers that show the HUD."""
    started: list[Tmux] = []

    def begin(**how: Any) -> Tmux:
        started.append(Tmux(daemon.scratch, **{"shell": "sleep 1000", **how}))
        return show_hud(started[-1])

    yield begin
    for server in started:
        server.close()


@pytest.fixture
def server(serve: Serve) -> Tmux:
    """The default server."""
    return serve()


@pytest.fixture
def attach() -> Iterator[Callable[..., Terminal]]:
    """Attaches terminals."""
    terminals: list[Terminal] = []

    def begin(*args: Any, **how: Any) -> Terminal:
        terminals.append(Terminal(*args, **how))
        return terminals[-1]

    yield begin
    for terminal in terminals:
        terminal.close()


def set_pane(daemon: Daemon, server: Tmux, pane: str, env: str = "builder") -> None:
    asked = {"cmd": "set_pane_env", "pane": pane, "env": env, "server": server.variable}
    assert daemon.request(asked) == {"ok": True}


def get_pane(daemon: Daemon, server: Tmux, pane: str) -> dict[str, Any]:
    return daemon.request({"cmd": "get_pane_env", "pane": pane, "server": server.variable})


def shows(server: Tmux, target: str, text: str) -> bool:
    """Wait until the line of whoever looks at `target` has `text`."""
    return until(
        lambda: text in server.cmd("display-message", "-p", "-t", target, "#{T:status-right}")
    )


def move_to_another_session(server: Tmux, pane: str) -> None:
    server.cmd("new-session", "-d", "-s", "other", "sleep 1000")
    server.cmd("move-pane", "-d", "-s", pane, "-t", "other:")


def join_a_window(server: Tmux, pane: str) -> None:
    server.cmd("join-pane", "-d", "-s", pane, "-t", "main:0")


def swap(server: Tmux, pane: str) -> None:
    server.cmd("swap-pane", "-d", "-s", pane, "-t", "%0")


def break_away(server: Tmux, pane: str) -> None:
    server.cmd("split-window", "-d", "-t", pane, "sleep 1000")
    server.cmd("break-pane", "-d", "-s", pane)


def link_and_unlink(server: Tmux, pane: str) -> None:
    server.cmd("new-session", "-d", "-s", "other", "sleep 1000")
    server.cmd("link-window", "-d", "-s", pane, "-t", "other:")
    server.cmd("unlink-window", "-t", "main:1")


def respawn(server: Tmux, pane: str) -> None:
    server.cmd("respawn-pane", "-k", "-t", pane, "sleep 1000")


@pytest.mark.parametrize(
    "change",
    [move_to_another_session, join_a_window, swap, break_away, link_and_unlink, respawn],
)
def test_a_pane_takes_its_environment_along_until_it_ends(
    daemon: Daemon, server: Tmux, change: Callable[[Tmux, str], None]
) -> None:
    pane, ending = server.new_pane(), server.new_pane()
    set_pane(daemon, server, pane)
    set_pane(daemon, server, ending)

    change(server, pane)
    server.cmd("kill-pane", "-t", ending)
    until(lambda: get_pane(daemon, server, ending) == GLOBAL)

    assert get_pane(daemon, server, pane) == OWN
    assert shows(server, pane, "env:builder")
    server.cmd("kill-pane", "-t", pane)
    until(lambda: get_pane(daemon, server, pane) == GLOBAL)


def test_a_pane_beside_one_with_its_own_environment_follows_the_global_one(
    daemon: Daemon, server: Tmux
) -> None:
    set_pane(daemon, server, "%0")

    beside = server.cmd("split-window", "-d", "-t", "%0", "-P", "-F", "#{pane_id}", "sleep 1000")

    assert get_pane(daemon, server, beside) == GLOBAL
    assert shows(server, beside, "env:root")
    assert shows(server, "%0", "env:builder")


def test_every_terminal_of_grouped_sessions_shows_the_change(
    daemon: Daemon, server: Tmux, attach: Callable[..., Terminal]
) -> None:
    server.cmd("new-session", "-d", "-s", "twin", "-t", "main")
    terminals = [attach(server), attach(server, "twin"), attach(server, "twin", term="screen")]

    daemon.request({"cmd": "set_env", "value": "builder"})

    for terminal in terminals:
        terminal.wait_for("env:builder")


def test_a_terminal_without_colours_shows_the_words(
    daemon: Daemon, server: Tmux, attach: Callable[..., Terminal]
) -> None:
    terminal = attach(server, term="vt100")

    daemon.request({"cmd": "set_env", "value": "builder"})

    terminal.wait_for("[axium] env:builder")


def test_who_attaches_later_sees_what_is(
    daemon: Daemon, server: Tmux, attach: Callable[..., Terminal]
) -> None:
    daemon.request({"cmd": "set_env", "value": "builder"})
    assert shows(server, "main", "env:builder")

    attach(server).wait_for("env:builder")


def test_a_client_that_is_a_program_is_not_disturbed(
    daemon: Daemon, server: Tmux, attach: Callable[..., Terminal]
) -> None:
    terminal = attach(server)
    control = subprocess.Popen(
        ["tmux", *server.address, "-C", "attach", "-t", "main"],
        env=server.scratch.environ,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    server.wait_for(lambda: "control-mode" in server.cmd("list-clients"))

    daemon.request({"cmd": "set_env", "value": "builder"})
    terminal.wait_for("env:builder")
    said, _ = control.communicate("detach-client\n")

    heard = {line.split()[0] for line in said.splitlines()}
    assert heard == {"%begin", "%end", "%session-changed", "%exit"}
    assert control.returncode == 0


def test_nothing_of_ours_keeps_a_session_or_a_server(
    daemon: Daemon, server: Tmux, attach: Callable[..., Terminal]
) -> None:
    terminal = attach(server)
    set_pane(daemon, server, "%0")
    server.cmd("set-option", "-g", "destroy-unattached", "on")

    terminal.outer.cmd("kill-server")

    until(lambda: not alive(server.pid))
    until(lambda: daemon.request({"cmd": "get_state"})["state"]["panes"] == {})


def test_two_servers_show_each_its_own_panes(daemon: Daemon, serve: Serve) -> None:
    default, work = serve(), serve(name="work")

    set_pane(daemon, work, "%0")

    assert shows(work, "%0", "env:builder")
    assert shows(default, "%0", "env:root")


def test_a_server_at_the_longest_path_shows_the_hud(daemon: Daemon, serve: Serve) -> None:
    directory = daemon.scratch.tmux
    long = serve(path=f"{directory}/{'x' * (LONGEST_PATH - len(str(directory)) - 1)}")

    set_pane(daemon, long, "%0")

    assert shows(long, "%0", "env:builder")


def test_a_server_that_is_started_again_shows_the_hud_again(daemon: Daemon, serve: Serve) -> None:
    former = serve()
    set_pane(daemon, former, "%0")
    former.close()

    later = serve()

    assert shows(later, "%0", "env:root")


def test_a_server_that_starts_while_no_daemon_runs_shows_the_hud_once_one_does(
    scratch: Scratch,
) -> None:
    Daemon(scratch).close()
    server = show_hud(Tmux(scratch, shell="sleep 1000"))  # noqa: S604 (of a pane)

    daemon = Daemon(scratch)

    assert shows(server, "%0", "env:root")
    server.close()
    daemon.close()


@pytest.mark.parametrize(("pane", "env"), [("", "root"), ("TMUX_PANE=#{pane_id} ", "builder")])
def test_a_popup_follows_the_global_environment_unless_it_is_given_a_pane(
    daemon: Daemon, server: Tmux, attach: Callable[..., Terminal], pane: str, env: str
) -> None:
    terminal = attach(server)
    set_pane(daemon, server, "%0")
    said = daemon.scratch.root / "said"
    opening = f"tmux display-popup -c '#{{client_name}}' -E '{pane}axium env get >{said}'"
    server.cmd("bind-key", "-n", "F5", "run-shell", "-b", opening)

    terminal.outer.cmd("send-keys", "-t", "main", "F5")

    until(lambda: said.exists() and said.read_text() == f"{env}\n")


def test_a_server_inside_of_a_pane_shows_its_own_panes_and_the_outer_one_its_own(
    daemon: Daemon, attach: Callable[..., Terminal]
) -> None:
    scratch = daemon.scratch
    start = scratch.user / "rc"
    start.write_text("PS1='${AXIUM_ENV}$ '\neval \"$(axium init bash)\"\n")
    bash = shlex.join(["bash", "--noprofile", "--rcfile", str(start), "-i"])
    outer = Tmux(scratch, shell=f"exec {bash}")  # noqa: S604 (of a pane)
    terminal = attach(outer)
    terminal.wait_for("root$")
    inner = f"tmux -L inner -f /dev/null new-session -s inner {shlex.quote(bash)}"
    outer.send("main", f"axium env set builder; TMUX= {inner}")
    terminal.wait_for("[inner]")

    def lines() -> list[str]:
        return [line for line in terminal.screen().splitlines() if "[axium]" in line]

    outer.wait_for(lambda: ["env:root" in line for line in lines()] == [True, False])
    assert terminal.screen().startswith("root$")
    outer.send("main", "exit")  # the inner one's shell
    until(lambda: ["env:builder" in line for line in lines()] == [True])
    outer.close()
