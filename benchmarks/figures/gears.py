"""Gears: how soon one is ready, what its confinement takes, and what twenty idle ones weigh."""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from statistics import median
from time import monotonic_ns, sleep
from typing import Any

from axium.model.policy import Policy
from axium.plugins.sandbox import seccomp
from axium.plugins.sandbox.confinement import confine
from benchmarks.figures.plugins import memory_mib
from benchmarks.kit.axiumd import Connection, daemon
from benchmarks.kit.bench import Bench, scratch_home
from benchmarks.kit.homes import envs_yaml, prefixes_yaml
from benchmarks.kit.report import Row, at_most
from tests.plugins.hosting import Hosting
from tests.support.approving import approve
from tests.support.scratch import Scratch

MANY = 20
MAIN = """\
def register(app, events):
    events.on("env_change", lambda new_env, old_env: None)
"""
KINDS = {"": False, " with `exec` and `net`": True}


def measure(bench: Bench) -> Iterator[Row]:
    for said, is_free in KINDS.items():
        ready = _ready_ms(bench.rounds(100, 5), is_free=is_free)
        yield Row(f"a gear{said} ready after the order", ready, "ms", at_most(10))
    for said, is_free in KINDS.items():
        took = _confinement_ms(bench.rounds(200, 10), is_free=is_free)
        yield Row(f"confinement{said}", took, "ms", at_most(2))
    note = "with the template; the share of each in what they have together"
    yield Row(f"{MANY} idle gears", _idle_mib(), "MiB", at_most(120), note=note)


def _ready_ms(rounds: int, *, is_free: bool) -> float:
    """From the order to the report of what it registered."""
    took = []
    with (
        scratch_home(envs_yaml(), prefixes_yaml()) as scratch,
        closing(Hosting(scratch)) as hosting,
    ):
        policy = _policy(scratch, is_free=is_free)
        for _ in range(rounds):
            began = monotonic_ns()
            host = hosting.registered(MAIN, "deploy", kind="gear", policy=policy)
            took.append((monotonic_ns() - began) / 1e6)
            host.close()
            assert hosting.said()["status"] == 0
    return median(took)


def _policy(scratch: Scratch, *, is_free: bool) -> Policy:
    directory = scratch.root / "plugins/deploy"
    private = scratch.root / "private"
    for path in (directory, private):
        path.mkdir(parents=True, exist_ok=True)
    return Policy(
        home=str(scratch.user),
        directory=str(directory),
        scratch=(str(private),),
        exec=is_free,
        net=is_free,
    )


def _confinement_ms(rounds: int, *, is_free: bool) -> float:
    """Of a process that was just forked, as a host is."""
    seccomp.prepare()
    gc.collect()
    with scratch_home(envs_yaml(), prefixes_yaml()) as scratch:
        policy = _policy(scratch, is_free=is_free)
        return median([_confined_ms(policy) for _ in range(rounds)])


def _confined_ms(policy: Policy) -> float:
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            began = monotonic_ns()
            confine(policy, keep=(writing,))
            os.write(writing, str(monotonic_ns() - began).encode())
        finally:
            os._exit(0)
    os.close(writing)
    with open(reading, "rb") as pipe:
        took = pipe.read()
    os.waitpid(pid, 0)
    assert took, "a process could not be confined here"
    return int(took) / 1e6


def _idle_mib() -> float:
    with scratch_home(envs_yaml(), prefixes_yaml()) as scratch:
        for number in range(MANY):
            _write(scratch, f"g{number:02}")
        with daemon(scratch) as axium:
            connection = axium.connect()
            _loaded(connection)
            connection.close()
            return memory_mib(axium.pid)


def _write(scratch: Scratch, name: str) -> None:
    directory = Path(scratch.home, "gears", name)
    directory.mkdir(parents=True)
    (directory / "gear.yaml").write_text(f"name: {name}\n")
    (directory / "main.py").write_text(MAIN)
    approve(Path(scratch.home), name)


def _loaded(connection: Connection) -> None:
    """Return once all gears are active."""
    while True:
        rows: list[dict[str, Any]] = connection.do("list_gears")["gears"]
        if [row["status"] for row in rows] == ["active"] * MANY:
            return
        assert not [row["error"] for row in rows if row["status"] == "error"], rows
        sleep(0.05)  # they are loaded one after another, which no event tells of as a whole
