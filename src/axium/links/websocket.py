"""One WebSocket on an event loop: websockets' own protocol, with no task between it and us."""

import asyncio
from collections.abc import Mapping
from typing import Protocol, cast

from websockets.client import ClientProtocol
from websockets.exceptions import ConnectionClosed
from websockets.frames import Frame, Opcode
from websockets.http11 import Response
from websockets.protocol import State
from websockets.uri import WebSocketURI

LARGEST = (16 << 20) - (64 << 10)
"""Bytes of the largest frame that is taken: with what stands around it, it is one of the wire."""

CLOSE_SECS = 1.0
"""How long the other side may take to close."""

UNREAD = 32 << 20
"""Bytes that the other side leaves unread before nothing more is read of it: what it asks for
(answers to its pings, to its own requests) would have no bound."""

_DATA = (Opcode.TEXT, Opcode.BINARY, Opcode.CONT)
_TOO_BIG = 1009


class Listener(Protocol):
    """Whoever hears what comes."""

    def received(self, data: bytes) -> None:
        """A whole message."""

    def ponged(self, token: int) -> None:
        """The ping of this token came back."""

    def bytes_came(self) -> None:
        """Some bytes, of whatever."""

    def lost(self, why: str) -> None:
        """Nothing comes any more."""


class WebSocket(asyncio.Protocol):
    """A client's end. `opened` is done when the handshake is; it raises why it failed."""

    def __init__(self, uri: WebSocketURI, headers: Mapping[str, str]) -> None:
        self._protocol = ClientProtocol(uri, max_size=LARGEST)
        self._headers = headers
        self._loop = asyncio.get_running_loop()
        self._transport: asyncio.Transport | None = None
        self._listener: Listener | None = None
        self._early: list[Frame] = []
        self._partial: bytearray | None = None
        self._is_paused = self._is_unread = False
        self._closed: asyncio.Future[None] = self._loop.create_future()
        self.opened: asyncio.Future[None] = self._loop.create_future()

    def listen(self, listener: Listener) -> None:
        """Tell this one what comes, and what has come already."""
        self._listener = listener
        early, self._early = self._early, []
        for frame in early:
            self._take(frame)
        if self._closed.done():
            listener.lost(self._why())

    def send(self, frame: bytes) -> None:
        """Send a message; nothing where the connection is closing, which is told by itself."""
        if self._protocol.state is State.OPEN:
            self._protocol.send_text(frame)
            self._flush()

    def ping(self, token: int) -> None:
        """Send a ping."""
        if self._protocol.state is State.OPEN:
            self._protocol.send_ping(b"%d" % token)
            self._flush()

    def pause(self, *, is_paused: bool) -> None:
        """Read nothing more, or go on."""
        self._is_paused = is_paused
        self._pause()

    async def close(self) -> None:
        """Close it, within a bound; nobody is told what comes meanwhile."""
        self._listener = None
        if self._protocol.state is State.OPEN:
            self._protocol.send_close(1000)
            self._flush()
            self.pause(is_paused=False)
            await asyncio.wait([self._closed], timeout=CLOSE_SECS)
        if self._transport is not None:
            self._transport.abort()

    # See `asyncio.Protocol`.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The handshake begins."""
        self._transport = cast(asyncio.Transport, transport)
        self._transport.set_write_buffer_limits(high=UNREAD)
        request = self._protocol.connect()
        request.headers["User-Agent"] = "axium"
        for name, value in self._headers.items():
            request.headers[name] = value
        self._protocol.send_request(request)
        self._flush()

    def data_received(self, data: bytes) -> None:
        """Bytes came."""
        self._protocol.receive_data(data)
        self._progress()
        if self._listener is not None:
            self._listener.bytes_came()

    def pause_writing(self) -> None:
        """The other side reads nothing."""
        self._is_unread = True
        self._pause()

    def resume_writing(self) -> None:
        """It does again."""
        self._is_unread = False
        self._pause()

    def eof_received(self) -> None:
        """No more will come."""
        self._protocol.receive_eof()
        self._progress()

    def connection_lost(self, exc: Exception | None) -> None:
        """It is over."""
        self._protocol.receive_eof()
        if not self.opened.done():
            self.opened.set_exception(exc or ConnectionResetError())
        self._closed.set_result(None)
        if self._listener is not None:
            self._listener.lost(self._why())

    def _progress(self) -> None:
        """Send what the protocol has to say, and tell what it has understood."""
        self._flush()
        for event in self._protocol.events_received():
            if isinstance(event, Frame):
                self._take(event)
            elif isinstance(event, Response) and self._protocol.handshake_exc is None:
                self._settle(None)
        if self._protocol.handshake_exc is not None:
            self._settle(self._protocol.handshake_exc)
        if self._protocol.close_expected() and self._transport is not None:
            self._transport.close()  # it is we who give up, or have said goodbye too

    def _settle(self, fault: Exception | None) -> None:
        if self.opened.done():
            return
        if fault is None:
            self.opened.set_result(None)
        else:
            self.opened.set_exception(fault)

    def _take(self, frame: Frame) -> None:
        if self._listener is None:
            self._early.append(frame)
        elif frame.opcode is Opcode.PONG:
            self._listener.ponged(_token(bytes(frame.data)))
        elif frame.opcode in _DATA:
            self._take_piece(bytes(frame.data), is_last=frame.fin)

    def _take_piece(self, data: bytes, *, is_last: bool) -> None:
        if self._partial is None and not is_last:
            self._partial = bytearray()
        if self._partial is not None:
            self._partial += data
            if not is_last:
                return
            data, self._partial = bytes(self._partial), None
        assert self._listener is not None
        self._listener.received(data)

    def _pause(self) -> None:
        if self._transport is None or self._transport.is_closing():
            return
        if self._is_paused or self._is_unread:
            self._transport.pause_reading()
        else:
            self._transport.resume_reading()

    def _flush(self) -> None:
        transport = self._transport
        for data in self._protocol.data_to_send():
            if transport is None or transport.is_closing():
                return
            if data:
                transport.write(data)
            elif transport.can_write_eof():
                transport.write_eof()

    def _why(self) -> str:
        return closed_because(self._protocol.close_exc)


def _token(data: bytes) -> int:
    """Of which ping a pong is; 0 where it is of none of ours."""
    return int(data) if data.isdigit() and len(data) < 20 else 0


def closed_because(error: ConnectionClosed) -> str:
    """Why a connection is closed."""
    if error.rcvd is not None:
        text = f"the server closed it ({error.rcvd.code})"
        return f"{text}: {error.rcvd.reason[:200]}" if error.rcvd.reason else text
    if error.sent is not None and error.sent.code == _TOO_BIG:
        return f"the server sent a frame of more than {LARGEST} bytes"
    return "the connection broke off"
