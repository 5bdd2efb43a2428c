"""How often one plugin may cause what people look at: some at once, then one a second."""

from collections.abc import Callable

MOST_AT_ONCE = 20
EACH_SECS = 1.0


class Ration:
    """Counts what is left out, so that the next time can tell of it."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._room = float(MOST_AT_ONCE)
        self._looked = clock()
        self._left_out = 0

    def take(self) -> bool:
        """Whether it may be now; it is counted where not."""
        now = self._clock()
        self._room = min(MOST_AT_ONCE, self._room + (now - self._looked) / EACH_SECS)
        self._looked = now
        if self._room < 1:
            self._left_out += 1
            return False
        self._room -= 1
        return True

    def left_out(self) -> int:
        """How many were left out since this was asked."""
        count, self._left_out = self._left_out, 0
        return count
