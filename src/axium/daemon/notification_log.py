"""The table of notifications, in SQLite; every function blocks until the disk has it."""

import os
import sqlite3

from axium.model.notifications import Row

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


class NotificationLog:
    """The open table. sqlite3.Error, OSError from everything."""

    def __init__(self, path: str) -> None:
        os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
        os.close(os.open(path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600))
        self._database = sqlite3.connect(path, check_same_thread=False)
        self._database.execute("pragma journal_mode = wal")
        self._database.execute("pragma synchronous = full")
        self._database.executescript(_SCHEMA)

    def add(self, *, spoke: str, title: str, body: str, level: str, at: tuple[str, float]) -> int:
        """Store one, with its time as ISO 8601 and epoch seconds; its sequence number."""
        with self._database:
            cursor = self._database.execute(
                "insert into notifications (spoke, title, body, level, timestamp, time)"
                " values (?, ?, ?, ?, ?, ?)",
                (spoke, title, body, level, *at),
            )
        assert cursor.lastrowid is not None
        return cursor.lastrowid

    def waiting(self, limit: int | None) -> list[Row]:
        """The newest ones that were not handed out, oldest first."""
        rows = self._database.execute(
            f"select {_FIELDS} from notifications where handed_out = 0 order by seq desc limit ?",
            (-1 if limit is None else limit,),
        )
        return [_row(found) for found in rows][::-1]

    def drain(self, drain: str | None) -> list[Row]:
        """Hand out what waits and bind it to `drain`, which gets the same again."""
        with self._database:
            earlier = self._bound_to(drain) if drain is not None else []
            if earlier:
                return earlier
            waiting = self.waiting(None)
            self._database.execute(
                "update notifications set handed_out = 1, drain = ? where handed_out = 0",
                (drain,),
            )
            self._forget_old()
        return waiting

    def clear(self) -> int:
        """Delete what waits; how many."""
        with self._database:
            return self._database.execute("delete from notifications where handed_out = 0").rowcount

    def close(self) -> None:
        """Close the file."""
        self._database.close()

    def _bound_to(self, drain: str) -> list[Row]:
        rows = self._database.execute(
            f"select {_FIELDS} from notifications where drain = ? order by seq", (drain,)
        )
        return [_row(found) for found in rows]

    def _forget_old(self) -> None:
        self._database.execute(
            "delete from notifications where handed_out and seq <= "
            "(select max(seq) from notifications) - ?",
            (_KEPT,),
        )


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
