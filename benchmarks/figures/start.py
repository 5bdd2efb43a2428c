"""From exec of the daemon until it can be connected to, and until it answers."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from statistics import median

import msgspec

from benchmarks.kit.axiumd import Axiumd
from benchmarks.kit.bench import INTERPRETER, Bench, scratch_home
from benchmarks.kit.homes import envs_yaml, prefixes_yaml
from benchmarks.kit.report import Row, at_most
from tests.support.scratch import Scratch

SITE = Path(msgspec.__file__).parent.parent
NEEDED = f"""import sys; sys.path.append({str(SITE)!r})
sys.modules["ssl"] = sys.modules["typing_extensions"] = None
import asyncio, msgspec"""
PEERS = {  # the interpreter alone, and with what the daemon can't do without
    "bare": [*INTERPRETER, "-c", "pass"],
    "asyncio+msgspec": [*INTERPRETER, "-c", NEEDED],
}


def measure(bench: Bench) -> Iterator[Row]:
    with scratch_home(envs_yaml(), prefixes_yaml()) as scratch:
        firsts = _start(scratch)
        starts = [_start(scratch) for _ in range(bench.rounds(30, 5))]
    with scratch_home(envs_yaml(), prefixes_yaml()) as scratch:
        race = bench.race(bench.rounds(30, 5), PEERS, scratch)
    for what, limit, times, peer in (
        ("connectable", 15, [first for first, _ in starts], "bare"),
        ("first answer", 60, [second for _, second in starts], "asyncio+msgspec"),
    ):
        yield Row(
            what,
            median(times),
            "ms",
            at_most(limit),
            peer=f"interpreter, {peer}, start to end",
            peer_measured=race.median_ms(peer),
            note=f"shortest {min(times):.1f} ms, longest {max(times):.1f}",
        )
    yield Row("first answer in a home that has never run", firsts[1], "ms")


def _start(scratch: Scratch) -> tuple[float, float]:
    axium = Axiumd(scratch)
    axium.stop()
    return axium.connectable_ms, axium.answering_ms
