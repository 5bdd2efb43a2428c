"""Deadlines: the next one is known, those that were replaced or dropped never come."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from axium.links.deadlines import Deadlines

STEPS = st.lists(
    st.tuples(st.sampled_from(["set", "drop", "due"]), st.integers(0, 5), st.integers(0, 50)),
    max_size=300,
)


@given(STEPS)
def test_it_is_what_a_plain_table_would_be(steps: list[tuple[str, int, int]]) -> None:
    deadlines: Deadlines[int] = Deadlines()
    plain: dict[int, float] = {}
    for step, key, time in steps:
        if step == "set":
            deadlines.set(key, time)
            plain[key] = time
        elif step == "drop":
            deadlines.drop(key)
            plain.pop(key, None)
        else:
            due = {each for each, when in plain.items() if when <= time}
            assert set(deadlines.due(time)) == due
            plain = {each: when for each, when in plain.items() if each not in due}
        assert deadlines.next == min(plain.values(), default=None)
        assert (key in deadlines) == (key in plain)


def test_it_does_not_grow_with_what_was_dropped() -> None:
    deadlines: Deadlines[int] = Deadlines()
    for number in range(10_000):
        deadlines.set(number, 1e9)
        deadlines.drop(number)
    assert len(deadlines._heap) < 100
