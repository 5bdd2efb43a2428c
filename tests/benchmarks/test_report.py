"""A row is held to its goal, and says so."""

from __future__ import annotations

import pytest

from benchmarks.kit.report import Goal, Row, at_least, at_most, ratio_at_least, ratio_at_most, table


@pytest.mark.parametrize("goal", [at_most(5), at_least(5), ratio_at_least(0.5), ratio_at_most(0.5)])
def test_a_goal_is_met_up_to_its_bound(goal: Goal) -> None:
    assert Row("x", 5, "ms", goal, peer="redis", peer_measured=10).met is True


@pytest.mark.parametrize(
    "goal", [at_most(4.9), at_least(6), ratio_at_least(0.6), ratio_at_most(0.4)]
)
def test_a_goal_is_short_beyond_its_bound(goal: Goal) -> None:
    assert Row("x", 5, "ms", goal, peer="redis", peer_measured=10).met is False


def test_a_row_without_a_goal_is_neither_met_nor_short() -> None:
    assert Row("x", 5, "ms").met is None


def test_a_ratio_without_a_peer_is_short() -> None:
    assert Row("x", 5, "ms", ratio_at_most(1)).met is False


def test_the_table_shows_what_falls_short() -> None:
    rows = [
        Row("requests", 41_233.4, "/s", ratio_at_least(1), "redis", 50_000, note="p99 1 ms"),
        Row("prompt", 0.0312, "ms", at_most(0.05)),
    ]
    assert table(rows).splitlines() == [
        "what      goal     measured   ratio  peer",
        "requests  >= 1x    41,233 /s  0.82x  redis 50,000 /s  SHORT",
        "    p99 1 ms",
        "prompt    <= 0.05  0.0312 ms                          pass",
    ]
