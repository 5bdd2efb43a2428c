"""From the request of a change until it is written to the terminal, with 50 panes."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from statistics import median
from time import monotonic_ns

from benchmarks.kit.axiumd import Connection, daemon
from benchmarks.kit.bench import Bench, scratch_home
from benchmarks.kit.homes import envs_yaml, prefixes_yaml
from benchmarks.kit.report import Row, at_most
from benchmarks.kit.terminal import Server, attached_server, show_hud

PANES = 50
NAMES = ("kkkkkkkk", "zzzzzzzz")  # no letter in common: a screen is drawn by what differs


def measure(bench: Bench) -> Iterator[Row]:
    changes = bench.rounds(300, 30)
    with _served() as (server, connection), _by_hand() as other:

        def race(pane: str | None = None) -> tuple[list[float], list[float]]:
            """Milliseconds of each change, and of each bare fork, in turn."""
            pairs = [
                (_change(server, connection, n, pane), _fork(other, n)) for n in range(changes)
            ]
            return [ours for ours, _ in pairs], [theirs for _, theirs in pairs]

        yield _row("set_env, all follow it", *race())
        for pane in server.panes[1::2]:
            connection.do("set_pane_env", pane=pane, env=NAMES[0], server=server.variable)
        yield _row("set_env, half have their own", *race())
        yield _row("set_pane_env of the visible pane", *race(server.panes[0]))


@contextmanager
def _served() -> Iterator[tuple[Server, Connection]]:
    """A server that shows the HUD, and a kept connection to its daemon."""
    with (
        scratch_home(envs_yaml(NAMES), prefixes_yaml()) as scratch,
        attached_server(scratch, PANES) as server,
        daemon(scratch) as axium,
    ):
        server.tmux.cmd("set", "-g", "status-interval", "0")
        connection = axium.connect()
        connection.do("set_env", value=NAMES[1])
        show_hud(server)
        server.screen.wait_for(f"env:{NAMES[1]}".encode(), bound=20)
        yield server, connection
        connection.close()


@contextmanager
def _by_hand() -> Iterator[Server]:
    """A server that shows a variable, without any daemon."""
    with scratch_home("", "") as scratch, attached_server(scratch, PANES) as server:
        server.tmux.cmd("set", "-g", "status-interval", "0")
        server.tmux.cmd("set", "-g", "status-right", "#{E:AXIUM_HUD}")
        yield server


def _change(server: Server, connection: Connection, number: int, pane: str | None) -> float:
    """Milliseconds from the request until the terminal was told."""
    name = NAMES[number % 2]
    server.screen.drain()
    began = monotonic_ns()
    if pane:
        connection.do("set_pane_env", pane=pane, env=name, server=server.variable)
    else:
        connection.do("set_env", value=name)
    server.screen.wait_for(name[:5].encode())
    return (monotonic_ns() - began) / 1e6


def _fork(server: Server, number: int) -> float:
    """The same by one tmux that sets the variable: the least that a forked tmux takes."""
    name = NAMES[number % 2]
    text = f"#[fg=#00B7C7,bg=#111111][axium] env:{name}#[default]"
    setting = ["tmux", "-S", server.tmux.socket, "set-environment", "-gh", "AXIUM_HUD", text]
    environ = server.tmux.scratch.environ
    server.screen.drain()
    began = monotonic_ns()
    # Without `close_fds` it is started by vfork, as the daemon starts its own.
    subprocess.run(
        [*setting, ";", "refresh-client", "-S", "-t", server.client],
        env=environ,
        close_fds=False,
        check=True,
    )
    server.screen.wait_for(name[:5].encode())
    return (monotonic_ns() - began) / 1e6


def _row(what: str, took: list[float], forks: list[float]) -> Row:
    slow = sorted(took)[int(len(took) * 0.99)]
    note = f"shortest {min(took):.1f} ms, p99 {slow:.1f}, longest {max(took):.1f}"
    peer = "a bare fork of tmux"
    return Row(what, median(took), "ms", at_most(5), peer, median(forks), note)
