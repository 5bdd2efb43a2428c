"""One WebSocket connection: opened, with what a login puts into its handshake, and closed."""

import asyncio
import errno
import os
import re
import socket
import ssl
import stat
from collections.abc import Mapping
from contextlib import AsyncExitStack
from functools import partial
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from websockets.exceptions import InvalidHandshake, InvalidStatus, InvalidURI
from websockets.uri import parse_uri

from axium.links.definition import LOCAL_SOCKET, Link
from axium.links.dialogue import Refused, Unconnected
from axium.links.login import LinkLogin
from axium.links.profiles import Profile
from axium.links.secrets import Unreadable, read
from axium.links.websocket import WebSocket

OPEN_SECS = 10.0
"""How long resolving, connecting, TLS and handshake may take together."""

_UNAUTHORIZED = (401, 403)
_ERRNO = re.compile(r"\[Errno (\d+)\]")


class NotOpened(Exception):
    """A connection could not be opened; `kind` as of `Unconnected`."""

    def __init__(self, kind: str, why: str) -> None:
        super().__init__(why)
        self.kind = kind

    def report(self, number: int) -> Unconnected:
        """What the session is told."""
        return Unconnected(number, self.kind, str(self))  # type: ignore[arg-type]


class Transport(NamedTuple):
    """An open connection, and how it is logged in to."""

    socket: WebSocket
    login: LinkLogin


async def opened(link: Link, profile: Profile, environ: Mapping[str, str]) -> Transport:
    """A connection to this link's server, with its secret read anew. NotOpened."""
    try:
        login = await _login(link, environ)
        headers = login.headers()
    except (Unreadable, Refused) as refused:
        raise NotOpened("auth_failed", str(refused)) from None
    try:
        async with asyncio.timeout(OPEN_SECS):
            return Transport(await _connected(link, profile, headers), login)
    except TimeoutError:
        raise NotOpened("link_down", f"no answer within {OPEN_SECS:g} s") from None
    except (InvalidHandshake, InvalidURI, EOFError, OSError, ValueError) as fault:
        raise _told(fault, login) from None


def _told(fault: Exception, login: LinkLogin) -> NotOpened:
    """Why it could not be opened, without what the server may have repeated."""
    match fault:
        case ssl.SSLCertVerificationError():
            return NotOpened("tls", f"the certificate is not accepted: {fault.verify_message}")
        case ssl.SSLError():
            return NotOpened("tls", f"TLS failed: {fault.reason or 'no common ground'}")
        case InvalidStatus():
            return _refused(fault.response.status_code)
        case OSError():
            return NotOpened("link_down", reason_of(fault))
        case UnicodeError():
            return NotOpened("link_down", "the host can't be found: its name is none")
    return NotOpened("link_down", f"no WebSocket there: {login.hidden(str(fault))}")


async def _login(link: Link, environ: Mapping[str, str]) -> LinkLogin:
    secret = None
    if link.secret is not None:
        secret = await asyncio.to_thread(read, link.secret, environ)
    return LinkLogin(link, secret)


async def _connected(link: Link, profile: Profile, headers: Mapping[str, str]) -> WebSocket:
    """A connection whose handshake is done: nobody is followed elsewhere with the secret."""
    loop = asyncio.get_running_loop()
    parts = urlsplit(link.uri or LOCAL_SOCKET)
    path = parts.path or profile.path
    if parts.scheme == "ws+unix":
        uri = parse_uri(f"ws://localhost{profile.path}")
        made = partial(WebSocket, uri, headers)
        _transport, socket = await loop.create_unix_connection(made, parts.path)
        return await _greeted(socket)
    uri = parse_uri(parts._replace(path=path).geturl())
    made = partial(WebSocket, uri, headers)
    secured: dict[str, Any] = {"ssl": await asyncio.to_thread(_trust, link)} if uri.secure else {}
    _transport, socket = await loop.create_connection(made, uri.host, uri.port, **secured)
    return await _greeted(socket)


async def _greeted(socket: WebSocket) -> WebSocket:
    async with AsyncExitStack() as unless_opened:
        unless_opened.push_async_callback(socket.close)
        await socket.opened
        unless_opened.pop_all()
    return socket


def _trust(link: Link) -> ssl.SSLContext:
    """Whom to believe. NotOpened where the link's own authority can't be read."""
    context = ssl.create_default_context()
    if link.insecure:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        return context
    if link.ca is not None:
        try:
            _load(context, os.path.expanduser(link.ca))
        except ssl.SSLError:
            raise _unread(link.ca, "no certificate is in it") from None
        except OSError as error:
            raise _unread(link.ca, reason_of(error)) from None
    return context


def _load(context: ssl.SSLContext, path: str) -> None:
    """Believe who is in this file. OSError."""
    if not stat.S_ISREG(os.stat(path).st_mode):
        raise OSError(errno.EINVAL, "")  # a FIFO would hold the thread for ever
    context.load_verify_locations(cafile=path)


def _unread(path: str, why: str) -> NotOpened:
    return NotOpened("tls", f"`{path}` can't be read as certificates: {why}")


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
