"""How fast somebody may ask: so much at once, then so much a second."""

from collections.abc import Callable

AT_ONCE = 500
EACH_SEC = 1000.0

STEP = 20
"""What there has to be again after there was nothing: one wait for many small ones."""

BYTES_EACH = 16 * 1024
"""A long line counts as one more request for each of these."""

FREE_SECS = 0.0005
SECS_EACH = 0.00001
"""One that keeps the loop for longer than the first counts as one more for each of the second: a
hundredth of its time, so that hardly any request of another one waits for it."""


class Pace:
    """A budget of requests, which fills up by itself."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._room = float(AT_ONCE)
        self._looked = clock()

    def take(self, line: bytes, secs: float) -> None:
        """One request was answered within so long; what it costs may be owed for a while."""
        self._room -= 1 + len(line) // BYTES_EACH + int(max(0.0, secs - FREE_SECS) / SECS_EACH)

    def room(self) -> int:
        """How many may be answered now."""
        now = self._clock()
        self._room = min(float(AT_ONCE), self._room + (now - self._looked) * EACH_SEC)
        self._looked = now
        return max(0, int(self._room))

    def secs(self) -> float:
        """How long to wait until some may be answered."""
        return max(0.0, (STEP - self._room) / EACH_SEC)
