"""Plugins: what one weighs, events to fifty of them, listeners that change the environment."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from time import monotonic_ns, sleep
from typing import Any

from benchmarks.kit.axiumd import Connection, daemon
from benchmarks.kit.bench import Bench, scratch_home
from benchmarks.kit.homes import envs_yaml, prefixes_yaml
from benchmarks.kit.report import Row, at_most
from tests.support.scratch import Scratch

MANY = 50
NESTED = 4
LISTENER = """\
def register(app, events):
    events.on("env_change", lambda new_env, old_env: None)
"""
NESTING = """\
from axium.core.ipc import send_request_sync

left = 0

def register(app, events):
    events.on("again", begin)
    events.on("env_change", heard)

def begin():
    global left
    left = {nested}
    change("prod")

def heard(new_env):
    if left:
        change("dev" if new_env == "prod" else "prod")
    else:
        send_request_sync({{"cmd": "emit_event", "event": "done"}})

def change(name):
    global left
    left -= 1
    send_request_sync({{"cmd": "set_env", "value": name}})
"""
SLEEPER = """\
import time

def register(app, events):
    events.on("env_change", lambda new_env: time.sleep(10))
"""


def measure(bench: Bench) -> Iterator[Row]:
    alone, template = _changes(bench, {"none": "def register(app): pass\n"})
    told, all_of_them = _changes(bench, {f"p{number:02}": LISTENER for number in range(MANY)})
    note = f"set_env takes {told:.2f} ms, without listeners {alone:.2f}"
    yield Row(f"emitting to {MANY} plugins", told - alone, "ms", at_most(10), note=note)
    one = (all_of_them - template) / MANY
    yield Row("memory that a resident plugin adds", one, "MiB", at_most(6))
    yield Row("memory of the template", template, "MiB", at_most(15))
    yield Row(f"{NESTED} nested set_env of listeners", _nested_ms(bench), "ms", at_most(20))
    yield from _beside_a_sleeper()


def _changes(bench: Bench, spokes: Mapping[str, str]) -> tuple[float, float]:
    """Milliseconds of one change, and what the template and all hosts weigh."""
    with _with_spokes(spokes) as scratch, daemon(scratch) as axium:
        connection = axium.connect()
        _loaded(connection, len(spokes))
        took = [_change_ms(connection, number) for number in range(bench.rounds(200, 10))]
        connection.close()
        return median(took), memory_mib(axium.pid)


def _change_ms(connection: Connection, number: int = 0) -> float:
    began = monotonic_ns()
    connection.do("set_env", value=("prod", "dev")[number % 2])
    return (monotonic_ns() - began) / 1e6


def _nested_ms(bench: Bench) -> float:
    """From an event to the last of the changes that follow one from the other."""
    spokes = {"nesting": NESTING.format(nested=NESTED)}
    with _with_spokes(spokes) as scratch, daemon(scratch) as axium:
        connection, stream = axium.connect(), axium.connect()
        _loaded(connection, 1)
        stream.do("subscribe", events=["done"])
        took = []
        for _ in range(bench.rounds(100, 5)):
            began = monotonic_ns()
            connection.do("emit_event", event="again")
            stream.event()
            took.append((monotonic_ns() - began) / 1e6)
        connection.close()
        stream.close()
    return median(took)


def _beside_a_sleeper() -> Iterator[Row]:
    """What a listener that sleeps for ten seconds delays."""
    with _with_spokes({"a": SLEEPER, "b": LISTENER}) as scratch, daemon(scratch) as axium:
        connection = axium.connect()
        _loaded(connection, 2)
        yield Row("set_env beside a sleeper", _change_ms(connection), "ms", at_most(1_100))
        began = monotonic_ns()
        connection.do("get_hud")
        yield Row("get_hud meanwhile", (monotonic_ns() - began) / 1e6, "ms", at_most(2))
        connection.close()


@contextmanager
def _with_spokes(spokes: Mapping[str, str]) -> Iterator[Scratch]:
    with scratch_home(envs_yaml(), prefixes_yaml()) as scratch:
        for name, main in spokes.items():
            directory = scratch.home / "spokes" / name
            directory.mkdir(parents=True)
            (directory / "spoke.yaml").write_text(f"name: {name}\n")
            (directory / "main.py").write_text(main)
        yield scratch


def memory_mib(daemon_pid: int) -> float:
    """The template's, and that of every process below it."""
    (template,) = _children(daemon_pid)
    return sum(_pss_mib(pid) for pid in (template, *_children(template)))


def _loaded(connection: Connection, count: int) -> None:
    """Return once all spokes are active."""
    while True:
        rows: list[dict[str, Any]] = connection.do("list_spokes")["spokes"]
        if [row["status"] for row in rows] == ["active"] * count:
            return
        sleep(0.05)  # they are loaded one after another, which no event tells of as a whole


def _pss_mib(pid: int) -> float:
    """The memory that is a process's share."""
    rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
    found = re.search(r"^Pss:\s+(\d+) kB", rollup, re.MULTILINE)
    assert found is not None
    return int(found[1]) / 1024


def _children(pid: int) -> list[int]:
    text = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    return [int(child) for child in text.split()]
