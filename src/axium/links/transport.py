"""One WebSocket connection: opened, with what a login puts into its handshake, and closed."""

import asyncio
import os
import re
import socket
import ssl
from collections import deque
from collections.abc import Callable, Mapping
from typing import Any, cast
from urllib.parse import urlsplit

from websockets.asyncio.client import ClientConnection, connect, unix_connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus

from axium.links.definition import LOCAL_SOCKET, Link
from axium.links.dialogue import Refused, Unconnected
from axium.links.login import LinkLogin
from axium.links.profiles import Profile
from axium.links.secrets import Unreadable, read

OPEN_SECS = 10.0
"""How long resolving, connecting, TLS and handshake may take together."""

LARGEST = (16 << 20) - (64 << 10)
"""Bytes of the largest frame that is taken: with what stands around it, it is one of the wire."""

_CLOSE_SECS = 1.0
_UNAUTHORIZED = (401, 403)
_ERRNO = re.compile(r"\[Errno (\d+)\]")


class _Listening(ClientConnection):
    """Tells of all bytes, also of those that are no whole frame yet."""

    on_bytes: Callable[[], None] | None = None

    def data_received(self, data: bytes) -> None:
        """See `asyncio.Protocol`."""
        if self.on_bytes is not None:
            self.on_bytes()
        super().data_received(data)


class _Straight(connect):
    """Goes nowhere but where the link leads: who is redirected takes the secret along."""

    def process_redirect(self, exc: Exception) -> Exception | str:
        """A redirect is an answer like any other that is no WebSocket."""
        return exc


class NotOpened(Exception):
    """A connection could not be opened; `kind` as of `Unconnected`."""

    def __init__(self, kind: str, why: str) -> None:
        super().__init__(why)
        self.kind = kind

    def report(self, number: int) -> Unconnected:
        """What the session is told."""
        return Unconnected(number, self.kind, str(self))  # type: ignore[arg-type]


class Transport:
    """An open connection. Frames are sent in their order, without anybody waiting."""

    def __init__(self, socket: _Listening, login: LinkLogin) -> None:
        self._socket = socket
        self._unsent: deque[bytes] = deque()
        self._sending: asyncio.Task[None] | None = None
        self._pinging: set[asyncio.Task[None]] = set()
        self.login = login

    def follow_bytes(self, on_bytes: Callable[[], None]) -> None:
        """Call this whenever bytes come."""
        self._socket.on_bytes = on_bytes

    def send(self, frame: bytes) -> None:
        """Send a frame, after those before it."""
        self._unsent.append(frame)
        if self._sending is None or self._sending.done():
            self._sending = asyncio.create_task(self._send_all(), name="send to a link")

    def ping(self, answered: Callable[[], None]) -> None:
        """Send a ping; `answered` when it comes back."""
        task = asyncio.create_task(self._ping(answered), name="ping a link")
        self._pinging.add(task)
        task.add_done_callback(self._pinging.discard)

    async def receive(self) -> bytes:
        """The next frame. ConnectionClosed."""
        return await self._socket.recv(decode=False)

    async def close(self) -> None:
        """Close it, within a bound; nothing that was not sent is."""
        for task in (self._sending, *self._pinging):
            if task is not None:
                task.cancel()
        try:
            async with asyncio.timeout(_CLOSE_SECS):
                await self._socket.close()
        except TimeoutError:
            self._socket.transport.abort()

    async def _send_all(self) -> None:
        try:
            while self._unsent:
                await self._socket.send(self._unsent.popleft(), text=True)
        except ConnectionClosed:
            self._unsent.clear()  # whoever receives is told why

    async def _ping(self, answered: Callable[[], None]) -> None:
        try:
            await (await self._socket.ping())
        except ConnectionClosed:
            return
        answered()


async def opened(link: Link, profile: Profile, environ: Mapping[str, str]) -> Transport:
    """A connection to this link's server, with its secret read anew. NotOpened."""
    try:
        login = await _login(link, environ)
        async with asyncio.timeout(OPEN_SECS):
            return Transport(await _connected(link, profile, login), login)
    except TimeoutError:
        raise NotOpened("link_down", f"no answer within {OPEN_SECS:g} s") from None
    except (Unreadable, Refused) as refused:
        raise NotOpened("auth_failed", str(refused)) from None
    except ssl.SSLCertVerificationError as error:
        raise NotOpened("tls", f"the certificate is not accepted: {error.verify_message}") from None
    except ssl.SSLError as error:
        raise NotOpened("tls", f"TLS failed: {error.reason or 'no common ground'}") from None
    except InvalidStatus as error:
        raise _refused(error.response.status_code) from None
    except (InvalidHandshake, EOFError) as error:
        raise NotOpened("link_down", f"no WebSocket there: {error}") from None
    except OSError as error:
        raise NotOpened("link_down", reason_of(error)) from None


async def _login(link: Link, environ: Mapping[str, str]) -> LinkLogin:
    secret = None
    if link.secret is not None:
        secret = await asyncio.to_thread(read, link.secret, environ)
    return LinkLogin(link, secret)


async def _connected(link: Link, profile: Profile, login: LinkLogin) -> _Listening:
    uri = link.uri or LOCAL_SOCKET
    parts = urlsplit(uri)
    settings: dict[str, Any] = {
        "additional_headers": login.headers(),
        "user_agent_header": "axium",
        "compression": None,  # 10 MB of JSON take longer to inflate than to come
        "max_size": LARGEST,
        "open_timeout": None,
        "ping_interval": None,
        "close_timeout": _CLOSE_SECS,
        "proxy": None,
        "create_connection": _Listening,
    }
    if parts.scheme == "ws+unix":
        del settings["proxy"]
        straight = unix_connect(parts.path, f"ws://localhost{profile.path}", **settings)
        return cast(_Listening, await straight)
    if not parts.path:
        uri = parts._replace(path=profile.path).geturl()
    if parts.scheme == "wss":
        settings["ssl"] = await asyncio.to_thread(_trust, link)
    return cast(_Listening, await _Straight(uri, **settings))


def _trust(link: Link) -> ssl.SSLContext:
    """Whom to believe. NotOpened where the link's own authority can't be read."""
    context = ssl.create_default_context()
    if link.insecure:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        return context
    if link.ca is not None:
        try:
            context.load_verify_locations(cafile=os.path.expanduser(link.ca))
        except (OSError, ssl.SSLError) as error:
            raise NotOpened("tls", f"`{link.ca}` can't be read as certificates: {error}") from None
    return context


def _refused(status: int) -> NotOpened:
    if status in _UNAUTHORIZED:
        return NotOpened("auth_failed", f"the server refuses the login (HTTP {status})")
    return NotOpened("link_down", f"no WebSocket there: the server answers with HTTP {status}")


def reason_of(error: OSError) -> str:
    """Why, in words: `Connection refused`."""
    if isinstance(error, socket.gaierror):
        return f"the host can't be found: {error.strerror}"
    if isinstance(error, ConnectionError) and not error.errno:
        return "the server broke the connection off"
    # asyncio puts a sentence of its own in the place of the kernel's, or several in one.
    numbers = [error.errno] if error.errno else map(int, _ERRNO.findall(str(error)))
    reasons = dict.fromkeys(os.strerror(number) for number in numbers)
    return ", ".join(reasons) or str(error) or type(error).__name__


def closed_because(error: ConnectionClosed) -> str:
    """Why a connection is closed."""
    if error.rcvd is not None:
        text = f"the server closed it ({error.rcvd.code})"
        return f"{text}: {error.rcvd.reason[:200]}" if error.rcvd.reason else text
    if error.sent is not None and error.sent.code == 1009:
        return f"the server sent a frame of more than {LARGEST} bytes"
    return "the connection broke off"
