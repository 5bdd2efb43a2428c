"""The daemon is killed again and again while changes pour in: nothing acknowledged may be lost."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from threading import Thread
from time import sleep
from typing import Any

from benchmarks.kit.axiumd import Axiumd
from benchmarks.kit.bench import Bench, scratch_home
from benchmarks.kit.homes import envs_yaml, prefixes_yaml
from benchmarks.kit.report import Row, at_most
from benchmarks.kit.terminal import attached_server
from tests.support.scratch import Scratch

SETTERS = 4  # the first sets the global environment, each other one that of its pane
NAMES = [f"e{number:02}" for number in range(50)]  # so many that an older value is told apart


@dataclass(slots=True)
class Setter:
    """Sends changes in the order of NAMES, one at a time, and remembers the last that was told."""

    pane: str | None
    server: str
    sent: int = 0
    acknowledged: int = 0
    refusals: list[dict[str, Any]] = field(default_factory=list)

    def pour(self, axium: Axiumd) -> None:
        """Until the daemon is gone."""
        with suppress(OSError):
            connection = axium.connect()
            while not self.refusals:
                self.sent += 1
                reply = self._change(connection.ask, NAMES[self.sent % len(NAMES)])
                if reply.get("ok") is not True:
                    self.refusals.append(reply)
                self.acknowledged = self.sent

    def _change(self, ask: Any, name: str) -> dict[str, Any]:
        if self.pane is None:
            return dict(ask("set_env", value=name))
        return dict(ask("set_pane_env", pane=self.pane, env=name, server=self.server))

    def possible(self) -> set[str]:
        """What may stand after a kill: the last acknowledged, or the one that was under way."""
        return {NAMES[n % len(NAMES)] for n in range(self.acknowledged, self.sent + 1)}

    def value_in(self, state: dict[str, Any]) -> str | None:
        value = state["panes"].get(self.pane) if self.pane else state["active_env"]
        return None if value is None else str(value)


@dataclass(slots=True)
class Tally:
    acknowledged: int = 0
    lost: int = 0
    broken: int = 0
    late: list[float] = field(default_factory=list)


def measure(bench: Bench) -> Iterator[Row]:
    kills = bench.rounds(200, 20)
    with (
        scratch_home(envs_yaml(NAMES), prefixes_yaml()) as scratch,
        attached_server(scratch, SETTERS) as server,
    ):
        panes = [None, *server.panes[1:SETTERS]]
        setters = [Setter(pane, server.variable) for pane in panes]
        tally = _storm(scratch, setters, kills)
    yield Row(
        f"changes lost in {kills} kills",
        tally.lost,
        "",
        at_most(0),
        note=f"{tally.acknowledged:,} were acknowledged",
    )
    yield Row("state.json damaged", tally.broken, "", at_most(0))
    yield Row("longest start after a kill", max(tally.late) / 1000, "s", at_most(1))


def _storm(scratch: Scratch, setters: list[Setter], kills: int) -> Tally:
    chance, tally = random.Random(kills), Tally()
    axium = Axiumd(scratch)
    try:
        for _ in range(kills):
            _pour_then_kill(axium, setters, chance.uniform(0.002, 0.1))
            tally.broken += not _is_whole(scratch)
            axium = Axiumd(scratch)
            tally.late.append(axium.answering_ms)
            tally.lost += _lost(axium, setters)
    finally:
        axium.kill()
    tally.acknowledged = sum(setter.acknowledged for setter in setters)
    return tally


def _lost(axium: Axiumd, setters: list[Setter]) -> int:
    connection = axium.connect()
    state = connection.do("get_state")["state"]
    connection.close()
    # Before its first acknowledgement a setter may find what stood there before it.
    return sum(s.acknowledged > 0 and s.value_in(state) not in s.possible() for s in setters)


def _pour_then_kill(axium: Axiumd, setters: list[Setter], after: float) -> None:
    threads = [Thread(target=setter.pour, args=(axium,), name="setter") for setter in setters]
    for thread in threads:
        thread.start()
    sleep(after)  # the instant of the kill is what is varied
    axium.kill()
    for thread in threads:
        thread.join()
    for setter in setters:
        if setter.refusals:
            raise RuntimeError(f"a change was refused: {setter.refusals[0]}")


def _is_whole(scratch: Scratch) -> bool:
    with suppress(ValueError):
        return isinstance(json.loads((scratch.home / "state.json").read_text()), dict)
    return False
