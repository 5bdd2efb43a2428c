"""From the request of a change until it is written to the terminal, with 50 panes."""

from __future__ import annotations

from collections.abc import Iterator
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
        everywhere = [_change(server, connection, n, None) for n in range(changes)]
        for pane in server.panes[1::2]:
            connection.do("set_pane_env", pane=pane, env=NAMES[0], server=server.variable)
        mixed = [_change(server, connection, n, None) for n in range(changes)]
        own = [_change(server, connection, n, server.panes[0]) for n in range(changes)]
        connection.close()
    yield _row("set_env, all follow it", everywhere)
    yield _row("set_env, half have their own", mixed)
    yield _row("set_pane_env of the visible pane", own)


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


def _row(what: str, took: list[float]) -> Row:
    slow = sorted(took)[int(len(took) * 0.99)]
    note = f"shortest {min(took):.1f} ms, p99 {slow:.1f}, longest {max(took):.1f}"
    return Row(what, median(took), "ms", at_most(5), note=note)
