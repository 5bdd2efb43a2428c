"""What travels between the daemon and the links process; see `docs/architecture.md`, "Links"."""

import sys
from typing import Any, Literal, NamedTuple

import msgspec

from axium.links.definition import Link

PROGRAM = __file__.rpartition("/")[0] + "/__main__.py"
CHANNEL, LISTENING = 0, 3
"""Descriptors of the process: its end of a socket pair, and where the next daemon comes."""

PROTOCOL = 1
"""Counts incompatible changes: a daemon goes on with a process of its own number only."""

MAX_LINE = 17 * 1024 * 1024
"""Bytes of one line, a little more than of the largest frame and of the largest request."""

Dialect = Literal["native", "one-shot"]


class Define(msgspec.Struct, tag_field="do", tag="define", frozen=True):
    """All links that there are from now on."""

    links: list[Link]


class CallOrder(msgspec.Struct, tag_field="do", tag="call", frozen=True, kw_only=True):
    """A request for a server; `call` numbers who asked."""

    call: int
    link: str
    method: str
    params: msgspec.Raw
    job: bool = False
    timeout: float | None = None
    idempotent: bool = False
    dialect: Dialect = "native"


class FollowOrder(msgspec.Struct, tag_field="do", tag="follow", frozen=True):
    """A subscription."""

    call: int
    link: str
    event: str


class LeaveOrder(msgspec.Struct, tag_field="do", tag="leave", frozen=True):
    """Nobody waits for this any more."""

    call: int


class AbortOrder(msgspec.Struct, tag_field="do", tag="abort", frozen=True):
    """The job of this call is to be ended."""

    call: int


class PingOrder(msgspec.Struct, tag_field="do", tag="ping", frozen=True, kw_only=True):
    """A round trip to a server."""

    call: int
    link: str
    timeout: float
    dialect: Dialect = "native"


class CloseOrder(msgspec.Struct, tag_field="do", tag="close", frozen=True):
    """Close a link's connection; the next request opens it again."""

    link: str


class StatusOrder(msgspec.Struct, tag_field="do", tag="status", frozen=True):
    """Rows of all links, with their figures, as the answer to this number."""

    call: int


class HoldOrder(msgspec.Struct, tag_field="do", tag="hold", frozen=True):
    """Hold background reconnects, or go on."""

    is_held: bool


class RetryOrder(msgspec.Struct, tag_field="do", tag="retry", frozen=True):
    """Logins that were refused may be tried again."""


class BeatOrder(msgspec.Struct, tag_field="do", tag="beat", frozen=True):
    """Answer at once."""


class EndOrder(msgspec.Struct, tag_field="do", tag="end", frozen=True):
    """Close everything and end."""


Order = (
    Define | CallOrder | FollowOrder | LeaveOrder | AbortOrder | PingOrder | CloseOrder
    | StatusOrder | HoldOrder | RetryOrder | BeatOrder | EndOrder
)  # fmt: skip


class Row(msgspec.Struct, kw_only=True):
    """How one link is."""

    name: str
    uri: str
    profile: str
    auth: str
    user: str | None = None
    insecure: bool = False
    alias: str | None = None
    state: str = "closed"
    why: str = ""
    in_flight: int = 0
    queued: int = 0
    jobs: int = 0
    subscriptions: int = 0
    calls: int = 0
    connects: int = 0
    failures: int = 0
    losses: int = 0
    logins: int = 0
    reused: int = 0
    saved_secs: float = 0.0
    strays: int = 0
    setup_secs: float = 0.0


def row_of(link: Link, **figures: Any) -> Row:
    """How a link is, with these figures; without any it was not used yet."""
    return Row(
        name=link.name,
        uri=link.uri,
        profile=link.kind,
        auth=link.style,
        user=link.user,
        insecure=link.insecure,
        alias=link.alias_id if link.alias else None,
        **figures,
    )


class News(msgspec.Struct, kw_only=True, omit_defaults=True):
    """To the daemon itself: `hello`, `pid`; `links`; `beat`; or `level` and `text` for its log."""

    hello: int | None = None
    pid: int | None = None
    links: list[Row] | None = None
    beat: bool = False
    level: int | None = None
    text: str | None = None


MORE, LAST, FAILED, NEWS = b"+", b"=", b"-", b"!"
"""Marks of lines to the daemon: more follows, the last, the last and an error, for the daemon."""


class Heard(NamedTuple):
    """A line to the daemon: `body` is an object of JSON, ready to be sent on."""

    mark: bytes
    call: int
    body: bytes


def line_of(mark: bytes, call: int, body: bytes) -> bytes:
    """The line of these."""
    return b"%b%d %b\n" % (mark, call, body)


def heard(line: bytes) -> Heard:
    """What a line is. ValueError."""
    number, blank, body = line[1:].partition(b" ")
    if not blank or line[:1] not in (MORE, LAST, FAILED, NEWS):
        raise ValueError(f"no line of a links process: {line[:40]!r}")
    return Heard(line[:1], int(number), body)


encode = msgspec.json.Encoder().encode
decode_order = msgspec.json.Decoder(Order).decode
decode_news = msgspec.json.Decoder(News).decode


def command() -> list[str]:
    """The command line of the process."""
    return [sys.executable, "-I", "-S", "-E", PROGRAM]
