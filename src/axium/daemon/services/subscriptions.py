"""Events to those who subscribed: in order, held back while paused, bounded when nobody reads."""

import asyncio
from collections import deque

from axium.daemon.connection import Connection
from axium.model.events import Custom, Event, Lagged
from axium.wire.envelope import RequestId, encode_event
from axium.wire.errors import Refusal

BOUND = 1000
"""Events that wait for one subscriber; further ones are counted, not kept."""

Emitted = Event | Custom

MOST_STREAMS = 64
"""Streams that one connection may have open."""


class Subscription:
    """One stream of events on one connection."""

    def __init__(self, connection: Connection, stream_id: RequestId, patterns: list[str]) -> None:
        self.connection = connection
        self.stream_id = stream_id
        self._patterns = patterns
        self._waiting: deque[bytes] = deque()
        self._wanted: dict[str, bool] = {}
        self._dropped = 0
        self._last_seq = 0
        self._is_held = True

    def wants(self, name: str) -> bool:
        """Whether an event of this name is asked for."""
        if name not in self._wanted:
            from fnmatch import fnmatchcase  # 1 ms: not before the first answer

            self._wanted[name] = any(fnmatchcase(name, pattern) for pattern in self._patterns)
        return self._wanted[name]

    def add(self, event: Emitted, seq: int) -> None:
        """Take an event in, or count it from where the bound was reached to where `lagged` says."""
        self._last_seq = seq
        if self._dropped or len(self._waiting) >= BOUND:
            self._dropped += 1
            return
        self._waiting.append(encode_event(event, seq=seq, request_id=self.stream_id))

    def begin(self) -> None:
        """The reply that the stream follows has been sent."""
        self._is_held = False

    def send(self) -> None:
        """Send what waits, as far as the client reads."""
        if self._is_held:
            return
        while self._waiting and not self.connection.has_unsent:
            self.connection.send(self._waiting.popleft())
        if self._dropped and not self._waiting:
            lagged = Lagged(count=self._dropped)
            self._dropped = 0
            self._waiting.append(
                encode_event(lagged, seq=self._last_seq, request_id=self.stream_id)
            )
            self.send()


class Subscriptions:
    """All streams of events, and the sequence that numbers events for this daemon's life."""

    def __init__(self) -> None:
        self.seq = 0
        self._loop = asyncio.get_running_loop()
        self._paused = False
        self._streams: dict[Connection, dict[RequestId, Subscription]] = {}

    def begin(self, connection: Connection, stream_id: RequestId, patterns: list[str]) -> bool:
        """Begin a stream, after what is being answered now; False where one has this id already.

        Refusal `busy`.
        """
        streams = self._streams.setdefault(connection, {})
        if stream_id in streams:
            return False
        if len(streams) >= MOST_STREAMS:
            raise Refusal(
                "busy",
                f"{MOST_STREAMS} streams are open on this connection",
                hint="`unsubscribe` ends one; one stream can carry several events",
            )
        stream = streams[stream_id] = Subscription(connection, stream_id, patterns)
        connection.when_drained("events", lambda: self._go_on(connection))
        # Replies of one turn of the loop are sent at its end; an event must not overtake them.
        self._loop.call_soon(self._begin, stream)
        return True

    def end(self, connection: Connection, stream_id: RequestId) -> bool:
        """End the stream of this id, else the connection's only one; False where there is none."""
        streams = self._streams.get(connection, {})
        if stream_id not in streams and len(streams) == 1:
            stream_id = next(iter(streams))
        return streams.pop(stream_id, None) is not None

    def end_all(self, connection: Connection) -> None:
        """The connection is gone."""
        self._streams.pop(connection, None)

    def emit(self, event: Emitted) -> None:
        """Number an event and hand it to every stream that wants it."""
        self.seq += 1
        # Sending finds out that a client is gone, which takes its streams away.
        for streams in list(self._streams.values()):
            for stream in streams.values():
                if stream.wants(event.name):
                    stream.add(event, self.seq)
                    if not self._paused:
                        stream.send()

    def pause(self) -> None:
        """Hold events back from now on."""
        self._paused = True

    def resume(self) -> None:
        """Deliver what was held back, in order, and go on."""
        self._paused = False
        for connection in list(self._streams):
            self._go_on(connection)

    def _begin(self, stream: Subscription) -> None:
        stream.begin()
        if not self._paused:
            stream.send()

    def _go_on(self, connection: Connection) -> None:
        if self._paused:
            return
        for stream in self._streams.get(connection, {}).values():
            stream.send()
