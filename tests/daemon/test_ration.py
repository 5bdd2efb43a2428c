"""What a plugin may put into the daemon's log: some lines at once, then one a second."""

from __future__ import annotations

from axium.daemon.ration import MOST_AT_ONCE, Ration


def test_a_burst_is_written_and_what_follows_one_a_second() -> None:
    now = 0.0
    ration = Ration(lambda: now)
    assert sum(ration.take() for _ in range(1000)) == MOST_AT_ONCE
    assert ration.left_out() == 1000 - MOST_AT_ONCE
    now = 3.0
    assert sum(ration.take() for _ in range(1000)) == 3
    assert ration.left_out() == 997
    now = 10_000.0
    assert sum(ration.take() for _ in range(1000)) == MOST_AT_ONCE


def test_what_was_left_out_is_told_once() -> None:
    ration = Ration(lambda: 0.0)
    for _ in range(MOST_AT_ONCE + 1):
        ration.take()
    assert [ration.left_out(), ration.left_out()] == [1, 0]
