"""Durable changes a second, and what readers notice of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from benchmarks.figures.load import request
from benchmarks.kit.axiumd import daemon
from benchmarks.kit.bench import Bench, native, scratch_home
from benchmarks.kit.homes import envs_yaml, prefixes_yaml
from benchmarks.kit.load import Group, Seen, load, medians
from benchmarks.kit.report import Row, at_least, at_most

SETTERS = 16
READERS = 8
READS_PER_SECOND = 2_000  # of all readers: steady, so that each stall is seen
SLOW_DISK = {"FSYNC_DELAY_MS": "20"}


def measure(bench: Bench) -> Iterator[Row]:
    slow = SLOW_DISK | {"LD_PRELOAD": str(native("fsync_delay.so"))}
    sets, reads = _both(bench, {})
    yield Row("set_env of 16 setters", sets.per_second, "/s", at_least(5_000), note=_spread(sets))
    yield Row("readers meanwhile, p99", reads.p99_us / 1000, "ms", at_most(1), note=_spread(reads))
    sets, reads = _both(bench, slow)
    yield Row("set_env, syncs 20 ms longer", sets.per_second, "/s", note=_spread(sets))
    yield Row("readers meanwhile, p99", reads.p99_us / 1000, "ms", at_most(1), note=_spread(reads))


def _both(bench: Bench, variables: Mapping[str, str]) -> tuple[Seen, Seen]:
    seconds, rounds = (0.5, 1) if bench.quick else (2, 5)
    values = [f'{{"id": {{id}}, "cmd": "set_env", "value": "{v}"}}\n' for v in ("dev", "prod")]
    setters = Group("sets", SETTERS, values, '"ok":true')
    reading = request("get_hud", "keep")
    readers = Group("reads", READERS, [reading], '"ok":true', rate=READS_PER_SECOND)
    with (
        scratch_home(envs_yaml(), prefixes_yaml()) as scratch,
        daemon(scratch, variables) as axium,
    ):
        seen = [load(axium.socket, axium.pid, seconds, setters, readers) for _ in range(rounds)]
    return medians([s["sets"] for s in seen]), medians([s["reads"] for s in seen])


def _spread(seen: Seen) -> str:
    return (
        f"p50 {seen.p50_us / 1000:.2f} ms, p99 {seen.p99_us / 1000:.2f}, "
        f"longest {seen.max_us / 1000:.1f}"
    )
