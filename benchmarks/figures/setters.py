"""Durable changes a second, and what readers notice of them."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from statistics import median
from time import monotonic_ns

from benchmarks.figures.load import request
from benchmarks.kit.axiumd import daemon
from benchmarks.kit.bench import Bench, native, scratch_home
from benchmarks.kit.homes import envs_yaml, prefixes_yaml
from benchmarks.kit.load import Group, Seen, load, medians
from benchmarks.kit.report import Row, at_least, at_most

SETTERS = 16
READERS = 8
READS_PER_SECOND = 2_000  # of all readers: steady, so that each stall is seen
BARE = "the same writes, one by one"
SLOW_DISK = {"FSYNC_DELAY_MS": "20"}


def measure(bench: Bench) -> Iterator[Row]:
    slow = SLOW_DISK | {"LD_PRELOAD": str(native("fsync_delay.so"))}
    sets, reads = _both(bench, {})
    bare = _bare_commits_per_second(bench)
    what = f"set_env of {SETTERS} setters"
    yield Row(what, sets.per_second, "/s", at_least(5_000), BARE, bare, note=_spread(sets))
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


def _bare_commits_per_second(bench: Bench) -> float:
    """Write, sync, rename, sync of the directory: what this disk does without anybody's daemon."""
    took = []
    with scratch_home(envs_yaml(), prefixes_yaml()) as scratch:
        directory = os.open(scratch.root, os.O_RDONLY)
        for _ in range(bench.rounds(300, 50)):
            began = monotonic_ns()
            with (scratch.root / "new").open("wb", buffering=0) as file:
                file.write(b"x" * 300)
                os.fsync(file)
            (scratch.root / "new").rename(scratch.root / "committed")
            os.fsync(directory)
            took.append(monotonic_ns() - began)
        os.close(directory)
    return 1e9 / median(took)


def _spread(seen: Seen) -> str:
    return (
        f"p50 {seen.p50_us / 1000:.2f} ms, p99 {seen.p99_us / 1000:.2f}, "
        f"longest {seen.max_us / 1000:.1f}"
    )
