"""The command line beside many spokes: what is not theirs costs the same, what is theirs little."""

from __future__ import annotations

import os
from collections.abc import Iterator

from benchmarks.kit.axiumd import daemon
from benchmarks.kit.bench import AXIUM, Bench, Race, scratch_home
from benchmarks.kit.homes import envs_yaml, prefixes_yaml
from benchmarks.kit.report import Row, ratio_at_most
from tests.support.scratch import Scratch
from tests.support.waiting import until

MANY = 50
MAIN = """\
def register(app, events):
    @app.command("{name}-it")
    def it():
        "Do it."
"""


def measure(bench: Bench) -> Iterator[Row]:
    none, many = _race(bench, 0), _race(bench, MANY)
    for what, name in (("axium env get", "get"), ("axium info", "info")):
        yield Row(
            f"{what} beside {MANY} spokes",
            many.median_ms(name),
            "ms",
            ratio_at_most(1.1),
            peer="the same beside none",
            peer_measured=none.median_ms(name),
        )
    yield Row(
        "a command of one spoke",
        many.median_ms("own"),
        "ms",
        ratio_at_most(1.5),
        peer="axium info",
        peer_measured=many.median_ms("info"),
        note=f"the other {MANY - 1} stay unread",
    )


def _race(bench: Bench, count: int) -> Race:
    with scratch_home(envs_yaml(), prefixes_yaml()) as scratch:
        for number in range(count):
            _write(scratch, f"s{number:02}")
        with daemon(scratch) as axium:
            connection = axium.connect()
            connection.do("set_env", value="prod")
            connection.close()
            commands = {"get": [str(AXIUM), "env", "get"], "info": [str(AXIUM), "info"]}
            if count:
                last = f"s{count - 1:02}-it"
                until(lambda: last in scratch.axium("completions", "list").stdout, 60)
                commands["own"] = [str(AXIUM), last]
            return bench.race(bench.rounds(100, 10), commands, scratch)


def _write(scratch: Scratch, name: str) -> None:
    directory = scratch.home / "spokes" / name
    os.makedirs(directory)
    (directory / "spoke.yaml").write_text(f"name: {name}\n")
    (directory / "main.py").write_text(MAIN.format(name=name))
