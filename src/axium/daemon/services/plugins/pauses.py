"""When a host that ended is started again, and when no more."""

PAUSES = (0.2, 1.0, 5.0, 25.0)
"""Seconds before the next start, after the first end, the second, ..."""

WITHIN_SECS = 600.0
"""Ends that are further apart do not count together."""


class Pauses:
    """The ends of one plugin's hosts."""

    def __init__(self) -> None:
        self._ends: list[float] = []

    def after_end(self, now: float) -> float | None:
        """The pause after one more end; None where that was one too many."""
        self._ends = [end for end in self._ends if now - end < WITHIN_SECS] + [now]
        count = len(self._ends)
        return PAUSES[count - 1] if count <= len(PAUSES) else None

    @property
    def count(self) -> int:
        """How many ends count now."""
        return len(self._ends)
