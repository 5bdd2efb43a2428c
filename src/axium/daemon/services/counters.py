"""Counts and durations of what was asked, for `stats`."""

from collections import Counter

BUCKETS = 24
"""Powers of two of microseconds: 1, 2, 4, ... up to about 8 s; longer ones go into the last."""


class Counters:
    """Requests by command, and how long the answers took inside the daemon."""

    def __init__(self) -> None:
        self.requests: Counter[str] = Counter()
        self.worst_lag_secs = 0.0
        self._buckets = [0] * BUCKETS

    def took(self, secs: float) -> None:
        """Count one answer that took this long."""
        self._buckets[min(int(secs * 1e6).bit_length(), BUCKETS - 1)] += 1

    def lagged(self, secs: float) -> None:
        """The event loop was this late for something that was due."""
        self.worst_lag_secs = max(self.worst_lag_secs, secs)

    def histogram(self) -> dict[str, int]:
        """Answers by the microseconds that they took at most."""
        return {str(1 << power): n for power, n in enumerate(self._buckets) if n}
