"""Notifications: on disk before they are acknowledged, handed out at most once."""

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import Executor
from typing import TYPE_CHECKING, TypeVar

from axium.daemon.services.events import Events
from axium.model.events import Notification
from axium.model.notifications import Row
from axium.wire.errors import Refusal

if TYPE_CHECKING:
    from axium.daemon.notification_log import NotificationLog

log = logging.getLogger("axium.notifications")

Result = TypeVar("Result")


class Notifications:
    """The stored notifications; all that touches their file happens on the writer thread."""

    def __init__(
        self,
        path: str,
        *,
        executor: Executor,
        events: Events,
        clock: Callable[[], float],
        iso: Callable[[float], str],
    ) -> None:
        self._path = path
        self._executor = executor
        self._events = events
        self._clock = clock
        self._iso = iso
        self._log: NotificationLog | None = None

    async def send(self, *, spoke: str, title: str, body: str, level: str) -> int:
        """Store one; its sequence number. Refusal `failed`."""
        now = self._clock()
        at = (self._iso(now), now)
        seq = await self._on_writer(
            lambda log: log.add(spoke=spoke, title=title, body=body, level=level, at=at)
        )
        self._events.emit(Notification(spoke=spoke, title=title, body=body, level=level, seq=seq))
        return seq

    async def waiting(self, limit: int | None) -> list[Row]:
        """The newest ones that nobody has drained, oldest first. Refusal `failed`."""
        return await self._on_writer(lambda log: log.waiting(limit))

    async def drain(self, drain: str | None) -> list[Row]:
        """Hand out what waits, to this caller only; the same `drain` gets the same again.

        Refusal `failed`.
        """
        return await self._on_writer(lambda log: log.drain(drain))

    async def clear(self) -> int:
        """Delete what waits; how many. Refusal `failed`."""
        return await self._on_writer(lambda log: log.clear())

    def close(self) -> None:
        """Close the file; called on the writer thread, last."""
        if self._log is not None:
            self._log.close()

    async def _on_writer(self, work: "Callable[[NotificationLog], Result]") -> Result:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._executor, self._guarded, work)

    def _guarded(self, work: "Callable[[NotificationLog], Result]") -> Result:
        # SQLite is imported with the first notification: 4 ms and a megabyte.
        import sqlite3

        try:
            return work(self._opened())
        except (sqlite3.Error, OSError) as fault:
            log.error("%s: %s", self._path, fault)
            raise Refusal(
                "failed",
                f"the notifications in {self._path} could not be used: {fault}",
                hint="nothing was changed; see that the directory is writable and has room",
            ) from None

    def _opened(self) -> "NotificationLog":
        if self._log is None:
            from axium.daemon.notification_log import NotificationLog

            self._log = NotificationLog(self._path)
        return self._log
