"""Background work by name: kept while it runs, its failure told, ended together."""

import asyncio
import logging
from collections.abc import Coroutine
from typing import Any

from axium.wire.errors import Refusal


class Tasks:
    """The tasks of one owner."""

    def __init__(self, log: logging.Logger) -> None:
        self._log = log
        self._running: set[asyncio.Task[None]] = set()

    def __len__(self) -> int:
        return len(self._running)

    def spawn(self, name: str, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Begin some work; `name` says in the log what could not be done."""
        task = asyncio.create_task(work, name=name)
        self._running.add(task)
        task.add_done_callback(self._ended)
        return task

    async def close(self) -> None:
        """End all of it, and wait until it has ended."""
        for task in self._running:
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._running.discard(task)
        if task.cancelled():
            return
        fault = task.exception()
        if isinstance(fault, Refusal):
            self._log.error("could not %s: %s", task.get_name(), fault)
        elif fault is not None:
            self._log.error("could not %s", task.get_name(), exc_info=fault)
