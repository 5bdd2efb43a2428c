"""Requests a second of 16 clients, in three ways of connecting, beside redis."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack

from benchmarks.kit.axiumd import Axiumd, daemon
from benchmarks.kit.bench import Bench, scratch_home
from benchmarks.kit.homes import envs_yaml, prefixes_yaml
from benchmarks.kit.load import Group, Seen, load, medians
from benchmarks.kit.redis import Redis, redis_server
from benchmarks.kit.report import Row, ratio_at_least

CLIENTS = 16
WAYS = {  # how the clients connect, requests sent at once, share of redis's that is the goal
    "a connection each": ("connect", 1, 1.0),
    "kept open": ("keep", 1, 0.6),
    "16 at once": ("keep", 16, 0.5),
}
COMMANDS = {"get_hud": "env:", "get_pane_env": '"env":'}


def measure(bench: Bench) -> Iterator[Row]:
    seconds, rounds = (0.3, 1) if bench.quick else (1.5, 5)
    with ExitStack() as stack:
        scratch = stack.enter_context(scratch_home(envs_yaml(), prefixes_yaml()))
        axium = stack.enter_context(daemon(scratch))
        redis = stack.enter_context(redis_server(scratch))
        redis.store(_settle(axium))
        for way, (mode, depth, share) in WAYS.items():
            seen = _side_by_side(axium, redis, mode, depth, seconds, rounds)
            for command in COMMANDS:
                yield _row(f"{command}, {way}", seen[command], seen["redis"], share)


def _settle(axium: Axiumd) -> str:
    """Half of the panes get an environment of their own; returns a reply as long as the HUD's."""
    connection = axium.connect()
    connection.do("set_env", value="prod")
    for pane in range(1, CLIENTS + 1, 2):
        connection.do("set_pane_env", pane=f"%{pane}", env="staging")
    hud = connection.do("get_hud", pane="%1")
    connection.close()
    return str(hud)


def _side_by_side(
    axium: Axiumd, redis: Redis, mode: str, depth: int, seconds: float, rounds: int
) -> dict[str, Seen]:
    groups = {command: _group(command, mode, depth) for command in COMMANDS}
    groups["redis"] = redis.get("redis", "env:", CLIENTS, mode=mode, depth=depth)
    seen: dict[str, list[Seen]] = {name: [] for name in groups}
    for _ in range(rounds):
        for name, group in groups.items():
            server = redis if name == "redis" else axium
            seen[name].append(load(server.socket, server.pid, seconds, group)[name])
    return {name: medians(all_rounds) for name, all_rounds in seen.items()}


def _group(command: str, mode: str, depth: int) -> Group:
    return Group(command, CLIENTS, [request(command, mode)], COMMANDS[command], mode, depth)


def request(command: str, mode: str) -> str:
    """As a client sends it: of its own pane, and on a kept connection with a running number."""
    number = '"id": {id}, ' if mode == "keep" else ""
    return f'{{{number}"cmd": "{command}", "pane": "%{{client}}"}}\n'


def _row(what: str, ours: Seen, redis: Seen, share: float) -> Row:
    return Row(
        what,
        ours.per_second,
        "/s",
        ratio_at_least(share),
        peer="redis",
        peer_measured=redis.per_second,
        note=f"p50 {ours.p50_us:.0f} us (redis {redis.p50_us:.0f}), p99 {ours.p99_us:.0f} us "
        f"(redis {redis.p99_us:.0f}), processor {ours.server_us:.1f} us a request "
        f"(redis {redis.server_us:.1f})",
    )
