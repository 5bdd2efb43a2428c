"""p99 with 128 clients: as fast as they are answered, and at a steady rate."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack

from benchmarks.figures.load import request
from benchmarks.kit.axiumd import daemon
from benchmarks.kit.bench import Bench, scratch_home
from benchmarks.kit.homes import envs_yaml, prefixes_yaml
from benchmarks.kit.load import Group, Seen, load, medians
from benchmarks.kit.redis import redis_server
from benchmarks.kit.report import Row, ratio_at_most

CLIENTS = 128
WAYS = {  # how the clients connect, requests a second of all of them (0: as fast as they can)
    "a connection each": ("connect", 0),
    "a connection each, 10,000/s": ("connect", 10_000),
    "kept open": ("keep", 0),
    "kept open, 20,000/s": ("keep", 20_000),
}


def measure(bench: Bench) -> Iterator[Row]:
    seconds, rounds = (0.3, 1) if bench.quick else (2, 5)
    with ExitStack() as stack:
        scratch = stack.enter_context(scratch_home(envs_yaml(), prefixes_yaml()))
        axium = stack.enter_context(daemon(scratch))
        redis = stack.enter_context(redis_server(scratch))
        connection = axium.connect()
        connection.do("set_env", value="prod")
        redis.store(str(connection.do("get_hud", pane="%1")))
        connection.close()
        for way, (mode, rate) in WAYS.items():
            ours: list[Seen] = []
            theirs: list[Seen] = []
            hud = Group("hud", CLIENTS, [request("get_hud", mode)], "env:", mode, rate=rate)
            get = redis.get("get", "env:", CLIENTS, mode=mode, rate=rate)
            for _ in range(rounds):
                ours.append(load(axium.socket, axium.pid, seconds, hud)["hud"])
                theirs.append(load(redis.socket, redis.pid, seconds, get)["get"])
            yield _row(way, medians(ours), medians(theirs))


def _row(way: str, ours: Seen, redis: Seen) -> Row:
    return Row(
        f"p99, {way}",
        ours.p99_us / 1000,
        "ms",
        ratio_at_most(1.0),
        peer="redis",
        peer_measured=redis.p99_us / 1000,
        note=f"p50 {ours.p50_us / 1000:.2f} ms (redis {redis.p50_us / 1000:.2f}), longest "
        f"{ours.max_us / 1000:.1f} (redis {redis.max_us / 1000:.1f})",
    )
