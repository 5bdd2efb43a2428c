"""Processor time of tmux, and processes started, for one refresh of its status line."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from statistics import median

from benchmarks.kit.axiumd import daemon
from benchmarks.kit.bench import Bench, scratch_home
from benchmarks.kit.homes import envs_yaml, prefixes_yaml
from benchmarks.kit.processes import cpu_ns, traced
from benchmarks.kit.report import Row, at_most, ratio_at_most
from benchmarks.kit.terminal import Server, attached_server, show_hud

TEXT = "#[fg=#00B7C7,bg=#111111][axium] env:prod  uptime:2m#[default]"
LINES = {  # what stands in status-right; all look like the HUD
    "plain": TEXT,
    "variable": "#{E:@text}",
    "command": f"#(echo '{TEXT}')",
}
STARTS = ("clone", "fork", "vfork")


def measure(bench: Bench) -> Iterator[Row]:
    rounds, refreshes = bench.rounds(15, 1), bench.rounds(100, 20)
    with ExitStack() as stack:
        servers = {name: stack.enter_context(_server(line)) for name, line in LINES.items()}
        servers["hud"] = stack.enter_context(_server_with_hud())
        costs: dict[str, list[float]] = {name: [] for name in servers}
        for _ in range(rounds):
            for name, server in servers.items():
                costs[name].append(_cost_us(server, refreshes))
        started = {name: _started(server, 20) for name, server in servers.items()}
    cost = {name: median(us) for name, us in costs.items()}
    note = f"the plain line: {cost['plain']:.0f} us"
    yield Row(
        "a refresh with the HUD",
        cost["hud"],
        "us",
        ratio_at_most(1.0),
        "with a variable",
        cost["variable"],
        note,
    )
    yield Row("a refresh with the HUD", cost["hud"], "us", None, "with #(command)", cost["command"])
    yield Row(
        "processes started by 20 refreshes",
        started["hud"],
        "",
        at_most(0),
        "#(command)",
        started["command"],
    )


def _cost_us(server: Server, refreshes: int) -> float:
    before = cpu_ns(server.tmux.pid)
    for _ in range(refreshes):
        server.tmux.cmd("refresh-client", "-S", "-t", server.client)
        server.screen.drain(quiet=0)
    return (cpu_ns(server.tmux.pid) - before) / 1000 / refreshes


def _started(server: Server, refreshes: int) -> int:
    """Processes that the server starts itself."""
    with traced(server.tmux.pid, "process") as calls:
        _cost_us(server, refreshes)
        server.screen.drain()
    return sum(call.text.startswith(STARTS) for call in calls)


@contextmanager
def _server(line: str) -> Iterator[Server]:
    with scratch_home(envs_yaml(), prefixes_yaml()) as scratch, attached_server(scratch, 1) as made:
        made.tmux.cmd("set", "-g", "@text", TEXT, ";", "set", "-g", "status-right", line)
        made.tmux.cmd(
            "set", "-g", "status-right-length", "80", ";", "set", "-g", "status-interval", "0"
        )
        yield made


@contextmanager
def _server_with_hud() -> Iterator[Server]:
    with _server("") as made, daemon(made.tmux.scratch) as axium:
        connection = axium.connect()
        connection.do("set_env", value="prod")
        show_hud(made)
        made.screen.wait_for(b"env:prod", bound=20)
        connection.close()
        yield made
