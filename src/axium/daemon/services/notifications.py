"""Notifications: on disk before they are acknowledged, handed out at most once."""

import asyncio
import logging
import os
import sqlite3
from collections.abc import Callable
from concurrent.futures import Executor
from typing import TypeVar

import msgspec

from axium.daemon.services.subscriptions import Subscriptions
from axium.model.events import Notification as Notified
from axium.wire.errors import Refusal

log = logging.getLogger("axium.notifications")

Result = TypeVar("Result")

_SCHEMA = """
create table if not exists notifications (
    seq integer primary key autoincrement,
    spoke text not null, title text not null, body text not null, level text not null,
    timestamp text not null, time real not null,
    handed_out integer not null default 0, drain text
);
create index if not exists waiting on notifications (handed_out, seq);
create index if not exists drained on notifications (drain);
"""
_FIELDS = "spoke, title, body, level, timestamp, time, seq"
_KEPT = 10_000
"""Rows that have been handed out and are kept, so that a repeated drain finds them."""


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """A stored notification; `timestamp` is ISO 8601 UTC, `time` epoch seconds."""

    spoke: str
    title: str
    body: str
    message: str
    level: str
    timestamp: str
    time: float
    seq: int


class Notifications:
    """The stored notifications; all of SQLite happens on the writer thread."""

    def __init__(
        self,
        path: str,
        *,
        executor: Executor,
        subscriptions: Subscriptions,
        clock: Callable[[], float],
        iso: Callable[[float], str],
    ) -> None:
        self._path = path
        self._executor = executor
        self._subscriptions = subscriptions
        self._clock = clock
        self._iso = iso
        self._database: sqlite3.Connection | None = None

    async def send(self, *, spoke: str, title: str, body: str, level: str) -> int:
        """Store one; its sequence number. Refusal `failed`."""
        now = self._clock()
        row = (spoke, title, body, level, self._iso(now), now)
        seq = await self._on_writer(lambda database: _insert(database, row))
        self._subscriptions.emit(
            Notified(spoke=spoke, title=title, body=body, level=level, seq=seq)
        )
        return seq

    async def waiting(self, limit: int | None) -> list[Row]:
        """The newest ones that nobody has drained, oldest first."""
        return await self._on_writer(lambda database: _waiting(database, limit))

    async def drain(self, drain: str | None) -> list[Row]:
        """Hand out what waits, to this caller only; the same `drain` gets the same again."""
        return await self._on_writer(lambda database: _drain(database, drain))

    async def clear(self) -> int:
        """Delete what waits; how many."""
        return await self._on_writer(_clear)

    def close(self) -> None:
        """Close the database; called on the writer thread, last."""
        if self._database is not None:
            self._database.close()

    async def _on_writer(self, work: Callable[[sqlite3.Connection], Result]) -> Result:
        def guarded() -> Result:
            database = self._opened()
            with database:
                return work(database)

        try:
            return await asyncio.get_running_loop().run_in_executor(self._executor, guarded)
        except (sqlite3.Error, OSError) as fault:
            log.error("%s: %s", self._path, fault)
            raise Refusal(
                "failed",
                f"the notifications in {self._path} could not be used: {fault}",
                hint="nothing was changed; see that the directory is writable and has room",
            ) from None

    def _opened(self) -> sqlite3.Connection:
        if self._database is None:
            os.makedirs(os.path.dirname(self._path), mode=0o700, exist_ok=True)
            os.close(os.open(self._path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600))
            database = sqlite3.connect(self._path, check_same_thread=False)
            database.execute("pragma journal_mode = wal")
            database.execute("pragma synchronous = full")
            database.executescript(_SCHEMA)
            self._database = database
        return self._database


def _insert(database: sqlite3.Connection, row: tuple[object, ...]) -> int:
    cursor = database.execute(
        "insert into notifications (spoke, title, body, level, timestamp, time)"
        " values (?, ?, ?, ?, ?, ?)",
        row,
    )
    assert cursor.lastrowid is not None
    return cursor.lastrowid


def _waiting(database: sqlite3.Connection, limit: int | None) -> list[Row]:
    rows = database.execute(
        f"select {_FIELDS} from notifications where not handed_out order by seq desc limit ?",
        (-1 if limit is None else limit,),
    )
    return [_row(found) for found in rows][::-1]


def _drain(database: sqlite3.Connection, drain: str | None) -> list[Row]:
    earlier = _bound_to(database, drain) if drain is not None else []
    if earlier:
        return earlier
    waiting = _waiting(database, None)
    database.execute(
        "update notifications set handed_out = 1, drain = ? where not handed_out", (drain,)
    )
    _forget_old(database)
    return waiting


def _bound_to(database: sqlite3.Connection, drain: str) -> list[Row]:
    rows = database.execute(
        f"select {_FIELDS} from notifications where drain = ? order by seq", (drain,)
    )
    return [_row(found) for found in rows]


def _forget_old(database: sqlite3.Connection) -> None:
    database.execute(
        "delete from notifications where handed_out and seq <= "
        "(select max(seq) from notifications) - ?",
        (_KEPT,),
    )


def _clear(database: sqlite3.Connection) -> int:
    return database.execute("delete from notifications where not handed_out").rowcount


def _row(found: tuple[str, str, str, str, str, float, int]) -> Row:
    spoke, title, body, level, timestamp, time, seq = found
    return Row(
        spoke=spoke,
        title=title,
        body=body,
        message=body,
        level=level,
        timestamp=timestamp,
        time=time,
        seq=seq,
    )
