"""When hosts that end are started again."""

from __future__ import annotations

from axium.daemon.services.plugins.pauses import PAUSES, WITHIN_SECS, Pauses


def test_pauses_grow_and_the_fifth_end_within_ten_minutes_is_the_last() -> None:
    pauses = Pauses()
    assert [pauses.after_end(now) for now in range(5)] == [*PAUSES, None]
    assert pauses.count == 5


def test_ends_that_are_far_apart_do_not_count_together() -> None:
    pauses = Pauses()
    assert [pauses.after_end(n * WITHIN_SECS) for n in range(6)] == [PAUSES[0]] * 6
