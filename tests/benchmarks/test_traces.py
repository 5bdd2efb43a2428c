"""The order of a change is read from a trace that several threads wrote."""

from __future__ import annotations

import pytest

from benchmarks.figures.order import seen_in_order
from benchmarks.kit.processes import Call, read_trace

STEPS = {"synced": r"fsync\(", "published": r"rename\(", "told": r"sendto\("}


def test_an_interrupted_call_is_put_together_and_keeps_its_begin_and_end() -> None:
    lines = [
        "11 fsync(3</h/state.json.new> <unfinished ...>",
        '12 sendto(4, "x", 1, 0, NULL, 0) = 1',
        "11 <... fsync resumed>) = 0",
    ]
    assert list(read_trace(lines)) == [
        Call('sendto(4, "x", 1, 0, NULL, 0) = 1', 1, 1),
        Call("fsync(3</h/state.json.new> ) = 0", 0, 2),
    ]


@pytest.mark.parametrize(
    ("calls", "seen"),
    [
        ([("fsync(", 0, 0), ("rename(", 1, 1), ("sendto(", 2, 2)], ["synced", "published", "told"]),
        ([("fsync(", 0, 2), ("rename(", 1, 1), ("sendto(", 3, 3)], ["synced"]),
        ([("fsync(", 0, 0), ("sendto(", 1, 1), ("rename(", 2, 2)], ["synced", "published"]),
        ([("fsync(", 0, 0), ("rename(", 1, 1), ("fsync(", 2, 2), ("sendto(", 3, 3)], ["synced"]),
        ([("sendto(", 0, 0)], []),
    ],
)
def test_a_step_counts_only_when_all_of_the_one_before_it_has_ended(
    calls: list[tuple[str, int, int]], seen: list[str]
) -> None:
    assert seen_in_order([Call(*call) for call in calls], STEPS) == seen
