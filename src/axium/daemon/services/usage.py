"""What each gear made use of: counted in memory, written a while later, kept over restarts."""

import asyncio
import logging
import os
import threading
from collections.abc import Callable
from concurrent.futures import Executor

import msgspec

from axium.config.atomic import replace_file
from axium.daemon.tasks import Tasks
from axium.model.used import Row, Used, both, row

log = logging.getLogger("axium.usage")

WITHIN_SECS = 5.0
"""How long a count may be in memory alone."""

MOST_BYTES = 8 << 20
"""Of the counts of one gear: more than it can cause, else it could have them forgotten."""

Counts = dict[str, Used]

_decode = msgspec.json.Decoder(Counts).decode


class Usage:
    """Counts by gear and grant; `above` has a directory for each gear that there is."""

    def __init__(
        self,
        above: str,
        *,
        executor: Executor,
        clock: Callable[[], float],
        iso: Callable[[float], str],
    ) -> None:
        self._above = above
        self._executor = executor
        self._clock = clock
        self._iso = iso
        self._lock = threading.Lock()  # files are judged on threads
        self._counts: dict[str, Counts] = {}
        self._loop = asyncio.get_running_loop()
        self._timer: asyncio.TimerHandle | None = None
        self._is_closed = False
        self._tasks = Tasks(log)

    def note(self, gear: str, grant: str, detail: str | None, *, allowed: bool) -> None:
        """Count one use of a grant, or one refusal; from any thread."""
        with self._lock:
            counts = self._counts.setdefault(gear, {})
            one = Used().with_one(self._clock(), detail, allowed=allowed)
            self._counts[gear] = both(counts, {grant: one})
        if self._timer is None:
            self._loop.call_soon_threadsafe(self._plan)

    async def rows(self, gear: str) -> list[Row]:
        """What a gear made use of until now, by grant."""
        found = await self._loop.run_in_executor(self._executor, self._of, gear)
        return [row(grant, used, self._iso) for grant, used in sorted(found.items())]

    async def close(self) -> None:
        """Write what is in memory alone."""
        self._is_closed = True
        if self._timer is not None:
            self._timer.cancel()
        await self._tasks.close()
        await self._write()

    def _plan(self) -> None:
        if self._timer is None and not self._is_closed:
            self._timer = self._loop.call_later(WITHIN_SECS, self._begin)

    def _begin(self) -> None:
        self._timer = None
        self._tasks.spawn("write what gears used", self._write())

    async def _write(self) -> None:
        await self._loop.run_in_executor(self._executor, self._save)

    def _of(self, gear: str) -> Counts:
        with self._lock:
            later = self._counts.get(gear, {})
        return both(self._read(gear), later)

    def _save(self) -> None:
        with self._lock:
            waiting, self._counts = self._counts, {}
        for gear, later in waiting.items():
            data = msgspec.json.encode(both(self._read(gear), later))
            try:
                replace_file(self._path(gear), data, durable=False)
            except FileNotFoundError:
                continue  # the gear is gone, and its directories with it
            except OSError as error:  # a gear may have filled the disk, and have much to hide
                log.warning("cannot write what `%s` used: %s", gear, error)
                with self._lock:
                    self._counts[gear] = both(later, self._counts.get(gear, {}))

    def _read(self, gear: str) -> Counts:
        """What was written before; nothing where that can't be read."""
        try:
            with open(self._path(gear), "rb", opener=_opener) as file:
                return _decode(file.read(MOST_BYTES))
        except (OSError, msgspec.MsgspecError, UnicodeDecodeError):
            return {}

    def _path(self, gear: str) -> str:
        return f"{self._above}/{gear}/used.json"


def _opener(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
