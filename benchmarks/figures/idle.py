"""Memory, and how often the daemon is woken, while a terminal shows the HUD."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from time import sleep

from benchmarks.kit.axiumd import daemon
from benchmarks.kit.bench import Bench, scratch_home
from benchmarks.kit.homes import envs_yaml, prefixes_yaml
from benchmarks.kit.processes import cpu_ns, memory_mib, wakeups
from benchmarks.kit.report import Row, at_most
from benchmarks.kit.terminal import attached_server

SETTLE = 3  # seconds, after which what a start leaves to do is done


def measure(bench: Bench) -> Iterator[Row]:
    seconds = bench.rounds(75, 10)
    with (
        scratch_home(envs_yaml(), prefixes_yaml()) as scratch,
        attached_server(scratch, panes=2) as server,
        daemon(scratch) as axium,
    ):
        connection = axium.connect()
        connection.do("tmux_attach", server=server.variable)
        connection.do("set_env", value="prod")
        connection.close()
        sleep(SETTLE)
        before, cpu_before = wakeups(axium.pid), cpu_ns(axium.pid)
        counts = [before, *(_after_a_second(axium.pid) for _ in range(seconds))]
        busy = sum(b > a for a, b in pairwise(counts))
        spent = (cpu_ns(axium.pid) - cpu_before) / 1e6
        yield Row("resident memory", memory_mib(axium.pid), "MiB", at_most(30))
        yield Row(
            f"seconds of {seconds} with a wakeup",
            busy,
            "s",
            at_most(1 + seconds // 60),
            note=f"{counts[-1] - before} switches of its threads, {spent:.1f} ms of processor",
        )


def _after_a_second(pid: int) -> int:
    sleep(1)
    return wakeups(pid)
