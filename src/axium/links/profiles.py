"""What is particular to each kind of server: figures, and small functions about its frames.

A new kind is one `Profile` in `PROFILES`. Where its jobs are of a kind of their own, they are a
module in `links/jobs`. Beside this, `definition` alone knows the names of servers.
"""

from collections.abc import Callable
from typing import NamedTuple

import msgspec

from axium.links.definition import Link
from axium.links.dialogue import Request
from axium.links.jobs import Jobs, NoJobs
from axium.links.jobs.aria2 import Aria2Jobs
from axium.links.jobs.truenas import GREETING, TrueNasJobs
from axium.links.messages import NULL, Frame, decoded, said

MIB = 1 << 20
ANY = "*"
"""Stands for every event."""


class Noticed(NamedTuple):
    """A notification: of an event by its name, or of the subscription that has this ticket.

    `end` is why the server ended the subscription; None where it goes on.
    """

    data: bytes
    event: str | None = None
    ticket: bytes | None = None
    end: str | None = None


def _told_unasked(event: str) -> Request | None:
    return None


def _left_silently(event: str, ticket: bytes) -> Request | None:
    return None


def _by_method(frame: Frame, line: bytes) -> Noticed | None:
    """The method is the event; a frame with an `event` in a method's place is its own data."""
    if frame.name is None:
        return None
    return Noticed(bytes(frame.params) or NULL if frame.method else line, event=frame.name)


class Profile(NamedTuple):
    """One kind of server.

    `in_flight` requests at once, of `largest` bytes at most; `path` where a URI has none.
    `follow` asks for an event, None where the server sends it anyway; its result is the ticket
    that `unfollow` gives back. `unasked` are events that the greeting has asked for.
    `answers_pings`: it answers each ping with an error without an id, which is of no request.
    """

    name: str
    in_flight: int = 32
    largest: int = 8 * MIB
    path: str = "/"
    greeting: tuple[Request, ...] = ()
    unasked: frozenset[str] = frozenset()
    answers_pings: bool = False
    event_of: Callable[[Frame, bytes], Noticed | None] = _by_method
    follow: Callable[[str], Request | None] = _told_unasked
    unfollow: Callable[[str, bytes], Request | None] = _left_silently
    jobs: Callable[[], Jobs] = NoJobs


class _Collected(msgspec.Struct, frozen=True):
    collection: str
    error: msgspec.Raw = msgspec.Raw(NULL)


def _truenas_event(frame: Frame, line: bytes) -> Noticed | None:
    if frame.name not in ("collection_update", "notify_unsubscribed"):
        return _by_method(frame, line)
    found = decoded(frame.params, _Collected)
    if found is None:
        return None
    is_over = frame.name == "notify_unsubscribed"
    return Noticed(
        bytes(frame.params),
        event=found.collection,
        end=_why(bytes(found.error)) if is_over else None,
    )


def _why(error: bytes) -> str:
    return "the server ended it" if error == NULL else said(b'{"data":%b}' % error)


def _truenas_follow(event: str) -> Request:
    return Request("core.subscribe", msgspec.json.encode([event]))


def _truenas_unfollow(event: str, ticket: bytes) -> Request:
    return Request("core.unsubscribe", b"[%b]" % ticket)


class _Ticketed(msgspec.Struct, frozen=True):
    subscription: msgspec.Raw
    result: msgspec.Raw = msgspec.Raw(NULL)


def _ethereum_event(frame: Frame, line: bytes) -> Noticed | None:
    if frame.name != "eth_subscription":
        return _by_method(frame, line)
    found = decoded(frame.params, _Ticketed)
    if found is None:
        return None
    return Noticed(bytes(found.result), ticket=bytes(found.subscription))


def _ethereum_follow(event: str) -> Request | None:
    return None if event == ANY else Request("eth_subscribe", msgspec.json.encode([event]))


def _ethereum_unfollow(event: str, ticket: bytes) -> Request:
    return Request("eth_unsubscribe", b"[%b]" % ticket)


PLAIN = Profile("jsonrpc")
TRUENAS = Profile(
    "truenas",
    in_flight=10,
    largest=64 * 1024,
    path="/api/current",
    greeting=GREETING,
    unasked=frozenset({"core.get_jobs"}),
    event_of=_truenas_event,
    follow=_truenas_follow,
    unfollow=_truenas_unfollow,
    jobs=TrueNasJobs,
)
ARIA2 = Profile("aria2", largest=2 * MIB, path="/jsonrpc", answers_pings=True, jobs=Aria2Jobs)
ETHEREUM = Profile(
    "ethereum",
    event_of=_ethereum_event,
    follow=_ethereum_follow,
    unfollow=_ethereum_unfollow,
)
PROFILES = {profile.name: profile for profile in (PLAIN, TRUENAS, ARIA2, ETHEREUM)}


def profile_of(link: Link) -> Profile:
    """What is particular to the server of this link."""
    return PROFILES[link.kind]
