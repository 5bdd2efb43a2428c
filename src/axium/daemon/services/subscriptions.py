"""Events to those who subscribed: in order, held back while paused, bounded when nobody reads."""

from collections import deque

from axium.daemon.connection import Connection
from axium.model.events import Event, Lagged
from axium.wire.envelope import RequestId, encode_event

BOUND = 1000
"""Events that wait for one subscriber; further ones are counted, not kept."""


class Subscription:
    """One stream of events on one connection."""

    def __init__(self, connection: Connection, stream_id: RequestId, patterns: list[str]) -> None:
        self.connection = connection
        self.stream_id = stream_id
        self._patterns = patterns
        self._waiting: deque[bytes] = deque()
        self._dropped = 0
        self._last_seq = 0

    def wants(self, name: str) -> bool:
        """Whether an event of this name is asked for."""
        from fnmatch import fnmatchcase  # 1 ms: not before the first answer

        return any(fnmatchcase(name, pattern) for pattern in self._patterns)

    def add(self, event: Event, seq: int) -> None:
        """Take an event in, or count it where the bound is reached."""
        self._last_seq = seq
        if len(self._waiting) >= BOUND:
            self._dropped += 1
            return
        self._waiting.append(encode_event(event, seq=seq, request_id=self.stream_id))

    def send(self) -> None:
        """Send what waits, as far as the client reads."""
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
        self._paused = False
        self._streams: dict[Connection, dict[RequestId, Subscription]] = {}

    def begin(self, connection: Connection, stream_id: RequestId, patterns: list[str]) -> bool:
        """Begin a stream; False where the connection has one of this id already."""
        streams = self._streams.setdefault(connection, {})
        if stream_id in streams:
            return False
        streams[stream_id] = Subscription(connection, stream_id, patterns)
        connection.on_drained = lambda: self._go_on(connection)
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

    def emit(self, event: Event) -> None:
        """Number an event and hand it to every stream that wants it."""
        self.seq += 1
        for streams in self._streams.values():
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

    def _go_on(self, connection: Connection) -> None:
        if self._paused:
            return
        for stream in self._streams.get(connection, {}).values():
            stream.send()
