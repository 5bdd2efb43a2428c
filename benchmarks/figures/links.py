"""What links cost at rest, and how soon they are well again: outages, deaths, floods."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterator
from functools import partial
from statistics import median
from time import monotonic_ns, sleep

from axium.links import dialogue as d
from axium.links.profiles import TRUENAS
from axium.links.session import Session
from benchmarks.kit.axiumd import Connection, daemon
from benchmarks.kit.bench import Bench, scratch_home
from benchmarks.kit.homes import envs_yaml, prefixes_yaml
from benchmarks.kit.links import Linked, called, linked
from benchmarks.kit.processes import memory_mib
from benchmarks.kit.report import Row, at_most, ratio_at_most
from tests.support.waiting import until

SETTLE = 2  # seconds, after which what a start leaves to do is done
FLOOD = 100_000
OUTAGE = 600.0


def measure(bench: Bench) -> Iterator[Row]:
    without, beside, keeper = _weights()
    yield Row(
        "the daemon with two links",
        beside,
        "MiB",
        ratio_at_most(1.05),
        peer="a daemon without",
        peer_measured=without,
        note=f"{beside - without:.1f} MiB more; the process that keeps them has {keeper:.1f}",
    )
    for secs in (1, 20):
        took = [_outage_of(secs) for _ in range(bench.rounds(5, 1) if secs == 1 else 1)]
        yield Row(f"server back after {secs} s: the next call", max(took), "s", at_most(1.5))
    with linked() as given:
        yield from _deaths(given)
        yield from _flood(given)
    yield _long_outage()


def _weights() -> tuple[float, float, float]:
    """A daemon without links, one with two that are connected, and what keeps these."""
    with scratch_home(envs_yaml(), prefixes_yaml()) as scratch, daemon(scratch) as axium:
        sleep(SETTLE)
        without = memory_mib(axium.pid)
    with linked() as given:
        sleep(SETTLE)
        keeper = memory_mib(given.keeper_pid())
        return without, memory_mib(given.axium.pid), keeper


def _outage_of(secs: float) -> float:
    """Seconds that the first call after an outage takes; nobody asks while it lasts."""
    with linked() as given:
        given.nas.kill()
        sleep(secs)
        given.nas.revive()
        connection = given.axium.connect()
        began = monotonic_ns()
        called(connection, "core.ping")
        took = (monotonic_ns() - began) / 1e9
        connection.close()
        return took


def _deaths(given: Linked) -> Iterator[Row]:
    """The server dies with ten calls in flight; so does the process that keeps the connection."""
    server = _killed(given, given.nas.kill)
    given.nas.revive()
    _warm(given)
    keeper = _killed(given, partial(os.kill, given.keeper_pid(), signal.SIGKILL))
    _warm(given)
    yield Row("server killed: ten calls in flight are told", server, "s", at_most(1))
    yield Row("keeping process killed: ten calls are told", keeper, "s", at_most(1))


def _warm(given: Linked) -> None:
    connection = given.axium.connect()
    called(connection, "core.ping")
    connection.close()


def _killed(given: Linked, kill: Callable[[], None]) -> float:
    """Seconds until the last of ten calls knows."""
    before = given.nas.counts["test.sleep"]
    connections = [given.axium.connect() for _ in range(10)]
    threads = [threading.Thread(target=_lost, args=[each]) for each in connections]
    for thread in threads:
        thread.start()
    until(lambda: given.nas.counts["test.sleep"] == before + 10)
    began = monotonic_ns()
    kill()
    for thread in threads:
        thread.join()
    took = (monotonic_ns() - began) / 1e9
    for connection in connections:
        connection.close()
    return took


def _lost(connection: Connection) -> None:
    reply = connection.ask("call", link="key", method="test.sleep", params=[60])
    assert (reply["code"], reply["outcome"]) == ("link_lost", "unknown"), reply


def _flood(given: Linked) -> Iterator[Row]:
    """Events for one who never reads, while others call."""
    pids = (given.axium.pid, given.keeper_pid())
    before = sum(map(memory_mib, pids))
    deaf, other = given.axium.connect(), given.axium.connect()
    deaf.ask("link_subscribe", link="key", event="flood")
    fields = {"name": "x" * 1000}
    flood = threading.Thread(target=given.nas.emit, args=["flood", fields], kwargs={"times": FLOOD})
    flood.start()
    took, most = [], 0.0
    while flood.is_alive():
        began = monotonic_ns()
        other.do("ping")
        took.append((monotonic_ns() - began) / 1e6)
        most = max(most, sum(map(memory_mib, pids)) - before)
        sleep(0.01)  # a client that asks now and then
    flood.join()
    called(other, "core.ping")
    deaf.close()
    other.close()
    note = "of 1 KB each; daemon and keeping process together, more than before"
    yield Row(f"{FLOOD:,} events for one who never reads", most, "MiB", at_most(64), note=note)
    note = f"median {median(took):.2f} ms"
    yield Row("the longest that others wait meanwhile", max(took), "ms", at_most(50), note=note)


def _long_outage() -> Row:
    """The session alone, by a clock of its own: callers come all the while."""
    session = Session(TRUENAS, idle=600.0, chance=lambda: 0.0)
    now, tries, key = 0.0, 0, 0
    while now < OUTAGE:
        key += 1
        outputs = session.take(d.Call(key, "core.ping", b"[]", timeout=5.0), now)
        while outputs:
            ways = [out for out in outputs if isinstance(out, d.Connect)]
            tries += len(ways)
            outputs = [
                out
                for way in ways
                for out in session.take(d.Unconnected(way.number, "link_down", "refused"), now)
            ]
        now += 1.0
    note = "a call comes every second; no real time passes"
    return Row("tries in an outage of ten minutes", tries, "", at_most(30), note=note)
