"""Calls over a link: beside a client that connects for each, and one that keeps a connection."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from statistics import median
from time import monotonic_ns

from benchmarks.kit.bench import AXIUM, INTERPRETER, Bench
from benchmarks.kit.links import ITERATIONS, Linked, asked, bare, called, linked
from benchmarks.kit.report import Row, at_least, at_most, ratio_at_most
from tests.support.waiting import until

CALLERS = 64
LARGE = 10_000_000


def measure(bench: Bench) -> Iterator[Row]:
    with linked() as given:
        yield from _programs(bench, given)
        yield from _kept(bench, given)
        yield _at_once(given)
        yield from _beside_a_long_one(bench, given)
        yield _large(bench, given)


def _programs(bench: Bench, given: Linked) -> Iterator[Row]:
    """Whole processes, from their start to their end."""
    commands = {
        "nothing": [*INTERPRETER, "-c", "pass"],
        "axium": [str(AXIUM), "call", "key", "core.ping"],
        "key": given.fresh("key", "core.ping"),
        "scram": given.fresh("scram", "core.ping"),
    }
    said = {given.scratch.run(*argv, check=True).stdout for argv in list(commands.values())[1:]}
    assert said == {'"pong"\n'}, said
    race = bench.race(bench.rounds(60, 5), commands, given.scratch)
    took = race.median_ms("axium")
    yield Row("axium call, the whole process", took, "ms", at_most(40))
    yield Row(
        "the same, less an interpreter that does nothing",
        took - race.median_ms("nothing"),
        "ms",
        at_most(10),
        note=f"of the shortest runs: {race.best_ms('axium') - race.best_ms('nothing'):.2f} ms",
    )
    for style, goal in (("key", 1 / 3), ("scram", 1 / 8)):
        yield Row(
            "axium call",
            took,
            "ms",
            ratio_at_most(round(goal, 3)),
            peer=f"a fresh client, {style}",
            peer_measured=race.median_ms(style),
            note=f"{ITERATIONS} iterations" if style == "scram" else "",
        )


def _kept(bench: Bench, given: Linked) -> Iterator[Row]:
    """Call after call on one connection, to the daemon and to the server itself."""
    rounds, calls = bench.rounds(9, 2), bench.rounds(1000, 100)
    connection = given.axium.connect()
    with bare(given.nas) as socket:
        asked(socket, "core.set_options", {"legacy_jobs": False})
        ways = {
            "link": lambda: called(connection, "core.ping"),
            "bare": lambda: asked(socket, "core.ping"),
        }
        took: dict[str, list[float]] = {"link": [], "bare": []}
        for _ in range(rounds):
            for name, call in ways.items():
                took[name].append(_each_ms(call, calls))
    connection.close()
    through, direct = median(took["link"]), median(took["bare"])
    beside = "a bare connection, reused"
    yield Row("one call on a kept connection", through, "ms", peer=beside, peer_measured=direct)
    yield Row("what the daemon adds to it", through - direct, "ms", at_most(1))
    best = f"in the quickest of {rounds} rounds: {1000 / min(took['link']):,.0f}"
    yield Row("calls one after the other", 1000 / through, "/s", at_least(1000), note=best)


def _each_ms(call: Callable[[], object], calls: int) -> float:
    began = monotonic_ns()
    for _ in range(calls):
        call()
    return (monotonic_ns() - began) / 1e6 / calls


def _at_once(given: Linked) -> Row:
    """As many callers as there may be, each with a connection to the daemon of its own."""
    before = given.nas.counts
    with ExitStack() as stack:
        connections = [given.axium.connect() for _ in range(CALLERS)]
        for connection in connections:
            stack.callback(connection.close)
        threads = [
            threading.Thread(target=called, args=[connection, "test.sleep", 0.05])
            for connection in connections
        ]
        began = monotonic_ns()
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        took = (monotonic_ns() - began) / 1e9
    after = given.nas.counts
    assert after["test.sleep"] - before["test.sleep"] == CALLERS
    assert after["connects"] == before["connects"], "another connection was made"
    note = f"{CALLERS} callers, one connection, one login, ten at once as this server has it"
    return Row(f"{CALLERS} calls of 50 ms at once", took, "s", at_most(0.7), note=note)


def _beside_a_long_one(bench: Bench, given: Linked) -> Iterator[Row]:
    """What others wait while a call takes five seconds."""
    slow, quick = given.axium.connect(), given.axium.connect()
    before = given.nas.counts["test.sleep"]
    thread = threading.Thread(target=called, args=[slow, "test.sleep", 5])
    thread.start()
    until(lambda: given.nas.counts["test.sleep"] > before)
    ways: dict[str, Callable[[], object]] = {
        "a ping of the server during a call of 5 s": lambda: quick.do("link_ping", link="key"),
        "a call during a call of 5 s": lambda: called(quick, "core.ping"),
    }
    for what, do in ways.items():
        took = sorted(_each_ms(do, 1) for _ in range(bench.rounds(400, 50)))
        note = f"the longest of {len(took)}: {took[-1]:.2f} ms"
        yield Row(what, median(took), "ms", at_most(2), note=note)
    assert thread.is_alive(), "the call was over before"
    thread.join()
    slow.close()
    quick.close()


def _large(bench: Bench, given: Linked) -> Row:
    connection = given.axium.connect()
    with bare(given.nas) as socket:
        took: dict[str, list[float]] = {"link": [], "bare": []}
        for _ in range(bench.rounds(7, 2)):
            began = monotonic_ns()
            assert called(connection, "test.big", LARGE) == "x" * LARGE
            took["link"].append((monotonic_ns() - began) / 1e6)
            began = monotonic_ns()
            assert asked(socket, "test.big", LARGE) == "x" * LARGE
            took["bare"].append((monotonic_ns() - began) / 1e6)
    connection.close()
    return Row(
        "a result of 10 MB, whole",
        median(took["link"]),
        "ms",
        peer="a bare connection, reused",
        peer_measured=median(took["bare"]),
    )
