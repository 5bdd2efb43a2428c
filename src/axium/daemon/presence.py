"""Whether this daemon is still the one of its home, after somebody touched what says so."""

import asyncio
import logging
from collections.abc import Callable

from axium.daemon.boot import Hold

log = logging.getLogger("axium.daemon")

PATIENCE_SECS = 5.0
"""How long another process may have the lock of a daemon that clients still reach.

One that starts has it until it sees that somebody listens already, and ends: were this daemon to
stop at once, both would.
"""

AGAIN_SECS = 0.05
"""A lock tells nobody that it was let go."""


class Presence:
    """Keeps the lock of the home, and calls `stop` where the home is another daemon's or gone."""

    def __init__(self, hold: Hold, stop: Callable[[], None]) -> None:
        self._hold = hold
        self._stop = stop
        self._loop = asyncio.get_running_loop()
        self._again: asyncio.TimerHandle | None = None

    def check(self) -> bool:
        """False where this daemon is to stop."""
        self.close()
        return self._check(self._loop.time() + PATIENCE_SECS)

    def close(self) -> None:
        """Look no more."""
        if self._again is not None:
            self._again.cancel()

    def _check(self, until: float) -> bool:
        if not self._hold.is_reachable():
            return self._give_up(f"{self._hold.path} is gone, nobody can reach this daemon")
        if self._hold.lock.keep():
            return True
        if self._loop.time() > until:
            return self._give_up(f"{self._hold.home.lock} is another daemon's")
        self._again = self._loop.call_later(AGAIN_SECS, self._check, until)
        return True

    def _give_up(self, why: str) -> bool:
        log.error("%s: it stops", why)
        self._stop()
        return False
