"""When a connection is tried again: pauses that grow, and bounds on tries and logins."""

from collections import deque
from collections.abc import Callable

FIRST_SECS, LONGEST_SECS, SPREAD = 0.25, 30.0, 0.2
"""The first pause, the longest, and the part of each that chance adds or takes."""

STEADY_SECS = 5.0
"""A connection that held so long begins the pauses anew."""

MOST_LOGINS, LOGIN_WINDOW_SECS = 6, 60.0
MOST_FAILURES, FAILURE_WINDOW_SECS = 30, 600.0

NEAREST_SECS = 1.0
"""No call has a try made sooner than this after the last one."""

MOST_HASTES, HASTE_SECS = 3, 200.0
"""Pauses that calls may end early; one more for each so many seconds."""


class Pace:
    """The tries of one link. `chance` gives numbers between -1 and 1."""

    def __init__(self, chance: Callable[[], float]) -> None:
        self._chance = chance
        self._level = 0
        self._last_try = float("-inf")
        self._up_since: float | None = None
        self._failures: deque[float] = deque(maxlen=MOST_FAILURES)
        self._logins: deque[float] = deque(maxlen=MOST_LOGINS)
        self._hastes = float(MOST_HASTES)
        self._counted_at = 0.0

    def soonest(self, now: float, planned: float) -> float:
        """When to try for the first who asks since `planned` was the time of the next try."""
        if planned <= now:
            return max(now, self._bound())
        return self.hastened(now, planned)

    def tries(self, now: float) -> None:
        """A try begins."""
        self._last_try = now

    def logs_in(self, now: float) -> None:
        """A login begins."""
        self._logins.append(now)

    def is_up(self, now: float) -> None:
        """The connection serves."""
        self._up_since = now

    def after_failure(self, now: float) -> float:
        """When to try again after a try that failed."""
        self._failures.append(now)
        return self._after_pause(now)

    def after_loss(self, now: float) -> float:
        """When to try again after a connection that served."""
        if self._up_since is not None and now - self._up_since >= STEADY_SECS:
            self._level = 0
        self._up_since = None
        return self._after_pause(now)

    def hastened(self, now: float, planned: float) -> float:
        """When to try, now that somebody waits for it."""
        sooner = max(now, self._last_try + NEAREST_SECS, self._bound())
        if sooner >= planned or not self._may_hasten(now):
            return planned
        self._hastes -= 1
        return sooner

    def _after_pause(self, now: float) -> float:
        pause = min(FIRST_SECS * float(2**self._level), LONGEST_SECS)
        self._level = min(self._level + 1, 16)
        return max(now + pause * (1 + SPREAD * self._chance()), self._bound())

    def _bound(self) -> float:
        """The earliest time that leaves logins and failed tries within their bounds."""
        bound = float("-inf")
        if len(self._logins) == MOST_LOGINS:
            bound = self._logins[0] + LOGIN_WINDOW_SECS
        if len(self._failures) == MOST_FAILURES:
            bound = max(bound, self._failures[0] + FAILURE_WINDOW_SECS)
        return bound

    def _may_hasten(self, now: float) -> bool:
        earned = (now - self._counted_at) / HASTE_SECS
        self._hastes = min(MOST_HASTES, self._hastes + earned)
        self._counted_at = now
        return self._hastes >= 1
