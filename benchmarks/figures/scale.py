"""What a request and a global change cost with many panes and rules."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from statistics import median
from time import monotonic_ns

from benchmarks.figures.load import request
from benchmarks.kit.axiumd import Axiumd, daemon
from benchmarks.kit.bench import Bench, scratch_home
from benchmarks.kit.homes import envs_yaml, prefixes_yaml
from benchmarks.kit.load import Group, load
from benchmarks.kit.processes import cpu_ns
from benchmarks.kit.report import Row, ratio_at_most
from benchmarks.kit.terminal import attached_server

SMALL = (10, 10)  # panes, rules
LARGE = (1_000, 500)
READS = {"get_hud": "env:", "get_pane_env": '"env":', "apply_prefixes": "command"}


@dataclass(frozen=True, slots=True)
class Home:
    axium: Axiumd

    def request_us(self, command: str, seconds: float) -> float:
        """Processor time of the daemon for one request of one of 16 panes."""
        asked = request(command, "keep")
        if command == "apply_prefixes":
            asked = asked.replace('"pane"', '"command": "tool7", "args": ["x"], "pane"')
        group = Group(command, 16, [asked], READS[command])
        return load(self.axium.socket, self.axium.pid, seconds, group)[command].server_us

    def change_ms(self, changes: int) -> tuple[float, float]:
        """A global change: median until the reply; processor time of the daemon for each."""
        connection = self.axium.connect()
        before, took = cpu_ns(self.axium.pid), []
        for number in range(changes):
            began = monotonic_ns()
            connection.do("set_env", value=("dev", "prod")[number % 2])
            took.append((monotonic_ns() - began) / 1e6)
        connection.close()
        return median(took), (cpu_ns(self.axium.pid) - before) / 1e6 / changes


def measure(bench: Bench) -> Iterator[Row]:
    rounds, seconds, changes = bench.rounds(5, 1), 1.0, bench.rounds(200, 20)
    with _home(*SMALL) as small, _home(*LARGE) as large:
        for command in READS:
            pairs = [
                (large.request_us(command, seconds), small.request_us(command, seconds))
                for _ in range(rounds)
            ]
            yield _row(f"{command}, processor time", "us", pairs)
        pairs_of_changes = [
            (large.change_ms(changes), small.change_ms(changes)) for _ in range(rounds)
        ]
        yield _row("global change, to the reply", "ms", [(a[0], b[0]) for a, b in pairs_of_changes])
        yield _row("global change, processor", "ms", [(a[1], b[1]) for a, b in pairs_of_changes])


def _row(what: str, unit: str, pairs: list[tuple[float, float]]) -> Row:
    large, small = (median(side) for side in zip(*pairs, strict=True))
    return Row(what, large, unit, ratio_at_most(2.0), peer="with 10 panes", peer_measured=small)


@contextmanager
def _home(panes: int, rules: int) -> Iterator[Home]:
    """Half of the panes, which a real tmux server has, are in an environment of their own."""
    with (
        scratch_home(envs_yaml(), prefixes_yaml(rules)) as scratch,
        attached_server(scratch, panes) as server,
        daemon(scratch) as axium,
    ):
        connection = axium.connect()
        connection.do("set_env", value="prod")
        connection.do("tmux_attach", server=server.variable)
        for pane in server.panes[::2]:
            connection.do("set_pane_env", pane=pane, env="staging", server=server.variable)
        connection.close()
        yield Home(axium)
