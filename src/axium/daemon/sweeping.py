"""Tables that were replaced are taken away when no reader can hold them any more."""

import asyncio
from concurrent.futures import Executor

from axium.daemon.services.publisher import KEPT_SECS
from axium.daemon.services.saving import Saving


class Sweeping:
    """Plans one sweep at a time, on the writer thread."""

    def __init__(self, saving: Saving, writer: Executor) -> None:
        self._saving = saving
        self._writer = writer
        self._loop = asyncio.get_running_loop()
        self._planned: asyncio.TimerHandle | None = None

    def plan(self) -> None:
        """Sweep once what is there to sweep is old enough."""
        if self._planned is None and self._saving.has_to_sweep:
            self._planned = self._loop.call_later(KEPT_SECS + 1, self._sweep)

    def close(self) -> None:
        """Sweep no more."""
        if self._planned is not None:
            self._planned.cancel()

    def _sweep(self) -> None:
        self._planned = None
        swept = self._loop.run_in_executor(self._writer, self._saving.sweep)
        swept.add_done_callback(lambda _swept: self.plan())
