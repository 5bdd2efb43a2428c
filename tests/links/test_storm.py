"""A server that comes and goes while a hundred callers ask: each is told the end, once, its own."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator

import pytest

from axium.links import channel as c
from axium.links.definition import Link
from tests.links.keeper import Keeper
from tests.support import until
from tests.support.servers.truenas import TrueNas

ROUNDS = 40
ENDS = {"result", "remote", "link_lost", "timeout", "detached"}


@pytest.fixture
def open_nas() -> Iterator[TrueNas]:
    """A server without a login, of which there may be six a minute."""
    server = TrueNas(needs_login=False)
    yield server
    server.close()


def test_nobody_is_forgotten_or_told_anothers_answer(keeper: Keeper, open_nas: TrueNas) -> None:
    nas, chance = open_nas, random.Random(4)
    keeper.define(Link(name="nas", uri=nas.uri))
    asked: dict[int, tuple[str, int]] = {}
    for turn in range(ROUNDS):
        for _ in range(5):
            method = chance.choice(["test.echo", "test.echo", "test.sleep", "test.job"])
            value = {"test.sleep": "[0.05]", "test.job": "[2, 0.02]"}.get(method, f"[{turn}]")
            call = keeper.begin(
                "nas",
                method,
                value,
                job=method == "test.job",
                idempotent=chance.random() < 0.5,
                timeout=20.0,
            )
            asked[call] = method, turn
        until(lambda: len(asked) - len(keeper.last) < 20)
        if chance.random() < 0.1:
            keeper.order(c.LeaveOrder(chance.choice(list(asked))))
        if chance.random() < 0.2:
            nas.drop()
        if chance.random() < 0.1:
            nas.kill()
            nas.revive()
    until(lambda: len(keeper.last) == len(asked), 40)
    ends: Counter[str] = Counter()
    for call, (method, turn) in asked.items():
        bodies = keeper.bodies[call]
        last = bodies[-1]
        assert [body["type"] for body in bodies[:-1]] == ["progress"] * (len(bodies) - 1)
        ends["detached" if last.get("detached") else last.get("code", last["type"])] += 1
        if method == "test.echo" and last["type"] == "result" and not last.get("detached"):
            assert last["result"] == turn
    assert set(ends) <= ENDS
    assert ends["result"] > len(asked) / 4
    assert keeper.call("nas", "test.echo", "[7]")["result"] == 7
