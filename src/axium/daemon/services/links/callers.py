"""Who waits for what a links process tells, by the numbers that it knows them by."""

import asyncio
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable
from itertools import count
from typing import Protocol

import msgspec

from axium.daemon.connection import Connection
from axium.links.channel import FAILED, LAST, Heard, Row
from axium.wire.envelope import Ready, RequestId, encode_more, encode_reply

MOST_EVENTS, MOST_BYTES = 1_000, 8 << 20
"""Of what waits for one subscriber; from the first of them on, events are counted, not kept."""

MOST_UNSENT = 32 << 20
"""Bytes of answers that a client leaves unread before its connection is closed."""

SLOW = 1 << 20
"""Bytes that a client leaves unread before it is told of no more progress."""

PROCESS_ENDED = "the links process ended"
DAEMON_ENDS = "the daemon ends; a job goes on without it"

_encode = msgspec.json.Encoder().encode


class _Lagged(msgspec.Struct):
    count: int


class Caller(Protocol):
    """Somebody who asked a links process for something."""

    @property
    def connection(self) -> Connection | None:
        """Where it is told; None for the daemon itself."""

    def more(self, body: bytes) -> None:
        """Something is told, and more follows."""

    def last(self, body: bytes, *, is_ok: bool) -> None:
        """The last that is told."""

    def lost(self, why: str = PROCESS_ENDED) -> None:
        """Nothing more is told, since the process ended or the client is gone."""


class Client(ABC):
    """A client of the wire. `is_bounded`: its answer comes within a time that was asked for."""

    def __init__(self, connection: Connection, request_id: RequestId, *, is_bounded: bool) -> None:
        self.connection: Connection = connection
        self.is_bounded = is_bounded
        self.request_id = request_id

    def more(self, body: bytes) -> None:
        """See `Caller`: progress, which a slow client gets less of."""
        if self.connection.unsent < SLOW:
            self.connection.send(encode_more(body, self.request_id))

    @abstractmethod
    def last(self, body: bytes, *, is_ok: bool) -> None:
        """See `Caller`."""

    def lost(self, why: str = PROCESS_ENDED) -> None:
        """See `Caller`."""
        self.last(_encode(LOST | {"error": why}), is_ok=False)


class Asker(Client):
    """One that a task waits for: `answer` is the last line."""

    def __init__(
        self, connection: Connection, request_id: RequestId, *, is_bounded: bool = True
    ) -> None:
        super().__init__(connection, request_id, is_bounded=is_bounded)
        self.answer: asyncio.Future[Ready] = asyncio.get_running_loop().create_future()

    def last(self, body: bytes, *, is_ok: bool) -> None:
        """See `Caller`."""
        if not self.answer.done():
            self.answer.set_result(Ready(body=body, is_ok=is_ok))


class Creditor(Client):
    """One that gets its last line as soon as that is told, with no turn of the loop between."""

    def __init__(
        self,
        connection: Connection,
        request_id: RequestId,
        *,
        is_bounded: bool,
        on_ok: Callable[[], None],
    ) -> None:
        super().__init__(connection, request_id, is_bounded=is_bounded)
        self._on_ok = on_ok
        connection.owe()

    def last(self, body: bytes, *, is_ok: bool) -> None:
        """See `Caller`."""
        self.connection.pay(encode_reply(Ready(body=body, is_ok=is_ok), self.request_id))
        if is_ok:
            self._on_ok()


class Follower(Asker):
    """One who follows an event: gets all in order, and where it reads too slowly, a count."""

    def __init__(self, connection: Connection, request_id: RequestId, *, is_held: bool) -> None:
        super().__init__(connection, request_id, is_bounded=False)
        self._waiting: deque[bytes] = deque()
        self._size = 0
        self._dropped = 0
        self._is_held = is_held
        self._end: tuple[bytes, bool] | None = None
        self._name = f"link {request_id!r}"
        connection.when_drained(self._name, self.go_on)

    def more(self, body: bytes) -> None:
        """See `Caller`."""
        if self._dropped or len(self._waiting) >= MOST_EVENTS or self._size >= MOST_BYTES:
            self._dropped += _events_in(body)
            return
        self._put(body)
        self.go_on()

    def last(self, body: bytes, *, is_ok: bool) -> None:
        """See `Caller`: after all that waits."""
        self._end = (body, is_ok)
        self._is_held = False
        self.go_on()

    def leave(self) -> None:
        """End it by the client's own wish: what waits is not wanted any more."""
        self._waiting.clear()
        self._dropped = 0
        self.last(_encode({"type": "result", "result": None}), is_ok=True)

    def hold(self, *, is_held: bool) -> None:
        """Hold back what comes, or go on."""
        self._is_held = is_held
        self.go_on()

    def go_on(self) -> None:
        """Send what waits, as far as the client reads."""
        if not self.connection.is_open:
            self._waiting.clear()
            self._dropped = 0
        elif self._is_held:
            return
        while self._waiting and not self.connection.has_unsent:
            line = self._waiting.popleft()
            self._size -= len(line)
            self.connection.send(line)
        if self._waiting:
            return
        if self._dropped:
            count_, self._dropped = self._dropped, 0
            self._put(_encode({"type": "lagged", "count": count_}))
            self.go_on()
        elif self._end is not None:
            body, is_ok = self._end
            self.connection.drained_no_more(self._name)
            super().last(body, is_ok=is_ok)

    def _put(self, body: bytes) -> None:
        line = encode_more(body, self.request_id)
        self._waiting.append(line)
        self._size += len(line)


def is_lagged(body: bytes) -> bool:
    """Whether this tells how much was left out."""
    return b'"lagged"' in body[:20]


def _events_in(body: bytes) -> int:
    """How many events a line stands for: the links process has left out some too."""
    if not is_lagged(body):
        return 1
    return msgspec.json.decode(body, type=_Lagged).count


LOST = {
    "type": "error",
    "error": "",
    "code": "link_lost",
    "outcome": "unknown",
}
"""What is told where nothing can be known any more."""


class StatusAsker:
    """The daemon itself, which wants to know how the links are."""

    connection = None

    def __init__(self) -> None:
        self.rows: asyncio.Future[list[Row]] = asyncio.get_running_loop().create_future()

    def more(self, body: bytes) -> None:
        """See `Caller`."""

    def last(self, body: bytes, *, is_ok: bool) -> None:
        """See `Caller`."""
        if not self.rows.done():
            self.rows.set_result(_decode_rows(body).links if is_ok else [])

    def lost(self, why: str = PROCESS_ENDED) -> None:
        """See `Caller`."""
        self.last(b"", is_ok=False)


class _Rows(msgspec.Struct):
    links: list[Row]


_decode_rows = msgspec.json.Decoder(_Rows).decode


class Callers:
    """Everybody who waits, of any connection."""

    def __init__(self) -> None:
        self._numbers = count(1)
        self._by_number: dict[int, Caller] = {}
        self._by_connection: dict[Connection | None, set[int]] = {}

    def __len__(self) -> int:
        return len(self._by_number)

    def add(self, caller: Caller) -> int:
        """One more; the number."""
        number = next(self._numbers)
        self._by_number[number] = caller
        self._by_connection.setdefault(caller.connection, set()).add(number)
        return number

    def heard(self, found: Heard) -> None:
        """The process tells one of them something."""
        caller = self._by_number.get(found.call)
        if caller is None:
            return
        if found.mark not in (LAST, FAILED):
            caller.more(found.body)
            return
        self._forget(found.call)
        caller.last(found.body, is_ok=found.mark == LAST)
        if caller.connection is not None and caller.connection.unsent > MOST_UNSENT:
            caller.connection.abandon()

    def find(self, connection: Connection, request_id: RequestId) -> int | None:
        """The number of what this connection asked with this id."""
        for number in self._by_connection.get(connection, ()):
            caller = self._by_number[number]
            if isinstance(caller, Client) and caller.request_id == request_id:
                return number
        return None

    def followers(self, connection: Connection | None = None) -> dict[int, Follower]:
        """Those who follow events, of one connection or of all."""
        if connection is None:
            numbers = set(self._by_number)
        else:
            numbers = self._by_connection.get(connection, set())
        found = {number: self._by_number[number] for number in sorted(numbers)}
        return {n: each for n, each in found.items() if isinstance(each, Follower)}

    def unbounded(self) -> list[int]:
        """The numbers of those whose answer comes whenever it comes."""
        return [
            number
            for number, caller in self._by_number.items()
            if isinstance(caller, Client) and not caller.is_bounded
        ]

    def take(self, number: int) -> Caller:
        """Nobody waits under this number any more; who did."""
        caller = self._by_number[number]
        self._forget(number)
        return caller

    def left(self, connection: Connection) -> list[int]:
        """A client is gone; the numbers under which it waited."""
        numbers = sorted(self._by_connection.get(connection, ()))
        for number in numbers:
            self.take(number).lost()
        return numbers

    def lose(self) -> None:
        """The process is gone, and with it all that was asked."""
        for number in list(self._by_number):
            self.take(number).lost()

    def _forget(self, number: int) -> None:
        caller = self._by_number.pop(number)
        numbers = self._by_connection[caller.connection]
        numbers.discard(number)
        if not numbers:
            del self._by_connection[caller.connection]
