"""Links: requests to servers over connections that stay open."""

from collections.abc import Coroutine
from typing import TYPE_CHECKING, Annotated, Any, Literal

import msgspec

from axium.daemon.caller import USER
from axium.daemon.context import Context
from axium.wire.envelope import LATER, Done, Later, Ready, Reply, Request, RequestId
from axium.wire.errors import Refusal
from axium.wire.registry import ALWAYS, NEVER, OWN, command

if TYPE_CHECKING:
    from axium.links.channel import CallOrder

PING_SECS = 10.0

Secs = Annotated[float, msgspec.Meta(ge=0, le=31_536_000, description="seconds")]
LinkName = Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
Event = Annotated[str, msgspec.Meta(min_length=1, max_length=4096)]


class Call(Request, tag="call"):
    """Have a link's server carry out a method.

    `params` is a list or an object and goes to the server byte for byte. `words` may stand in
    its place: texts, each JSON or else a plain string, which make the list; with `named` the
    only one of them is the object. `job`: it is a long one, whose progress is told. Without
    `timeout` a job has all the time it takes, and another call a minute. `idempotent`: it may
    be sent once more where the connection was lost and nobody knows whether it was carried out.
    """

    link: LinkName
    method: Event
    params: msgspec.Raw = msgspec.field(default_factory=lambda: msgspec.Raw(b"[]"))
    words: list[str] | None = None
    named: bool = False
    job: bool = False
    timeout: Secs | None = None
    idempotent: bool = False


class CallReply(Reply):
    """Any number of lines with `type` `progress`, then one `result` or `error`.

    `progress` has `percent` (may be null), `description`, `state` and the `job`'s id. `error`
    has `code` `busy`, `too_large`, `link_down`, `auth_failed`, `tls` (not sent), `link_lost`,
    `timeout` (sent: `outcome` is `unknown`) or `remote` (`remote` is the server's own `code`,
    `message` and `data`). `detached`: nobody waits any more for the `job`, which goes on.
    """

    type: Literal["progress", "result", "error"]
    result: Any


@command(gear=OWN, needs_id=True)
def call(ctx: Context, req: Call) -> CallReply | Later | Coroutine[Any, Any, Ready]:
    # Nothing of links is imported before somebody has one.
    from axium.daemon.services.links.params import of_words, outgoing, time_of
    from axium.links.channel import CallOrder

    words = req.words
    order = CallOrder(
        call=0,
        link=req.link,
        method=req.method,
        params=outgoing(req.params) if words is None else of_words(words, named=req.named),
        job=req.job,
        timeout=time_of(req.timeout, is_job=req.job),
        idempotent=req.idempotent,
    )
    _require(ctx, req, req.link, req.method)
    kept, request_id = ctx.services.links.kept, req.id
    assert request_id is not None
    if kept is None or not kept.is_ready:
        return _called_first(ctx, request_id, req.link, order)
    try:
        kept.call_now(ctx.connection, request_id, req.link, order)
    except Refusal as refusal:
        refusal.fields["type"] = "error"
        raise
    return LATER


async def _called_first(
    ctx: Context, request_id: RequestId, link: str, order: "CallOrder"
) -> Ready:
    """A call that has the links process started."""
    kept = await ctx.services.links.have()
    return await _typed(kept.call(ctx.connection, request_id, link, order))


class LinkPing(Request, tag="link_ping"):
    """Measure a round trip to a link's server, over its connection or a new one."""

    link: LinkName
    timeout: Secs = PING_SECS


class LinkPong(Reply):
    """`result` has `ms`; else an `error` as of `call`."""

    type: Literal["result", "error"]
    result: dict[str, float]


@command(gear=OWN, needs_id=True)
async def link_ping(ctx: Context, req: LinkPing) -> LinkPong | Ready:
    _require(ctx, req, req.link, "ping")
    kept = await ctx.services.links.have()
    assert req.id is not None
    return await _typed(kept.ping(ctx.connection, req.id, req.link, req.timeout))


class LinkSubscribe(Request, tag="link_subscribe"):
    """Follow an event of a link's server; the `id` names the subscription.

    `*` is every event that the server tells unasked.
    """

    link: LinkName
    event: Event


class LinkEvents(Reply):
    """Any number of lines with `type` `event`, `gap` or `lagged`, then one `result` or `error`.

    Before them comes one `progress`, whose `state` is `SUBSCRIBED`: events are told from then on.
    `event` has `event` and `data`. `gap`: the connection was lost, and what happened meanwhile
    is not known. `lagged`: `count` events were left out, because they were not read.
    """

    type: Literal["progress", "event", "gap", "lagged", "result", "error"]
    event: str
    data: Any
    count: int


@command(gear=OWN, needs_id=True)
async def link_subscribe(ctx: Context, req: LinkSubscribe) -> LinkEvents | Ready:
    _require(ctx, req, req.link, req.event)
    kept = await ctx.services.links.have()
    assert req.id is not None
    return await _typed(kept.follow(ctx.connection, req.id, req.link, req.event))


class LinkUnsubscribe(Request, tag="link_unsubscribe"):
    """End a subscription of this connection: `stream` is the `id` that began it."""

    stream: str | int


class Ended(Reply):
    """What was named gets a last line of its own."""

    type: Literal["result"] = "result"


@command(gear=ALWAYS, needs_id=True)
def link_unsubscribe(ctx: Context, req: LinkUnsubscribe) -> Ended:
    kept = ctx.services.links.kept
    if kept is None or not kept.unfollow(ctx.connection, req.stream):
        raise _no("subscription", req.stream)
    return Ended()


class LinkCancel(Request, tag="link_cancel"):
    """Wait no more for a call of this connection: `call` is the `id` that began it.

    A job goes on without anybody, unless `abort` has the server end it.
    """

    call: str | int
    abort: bool = False


@command(gear=ALWAYS, needs_id=True)
def link_cancel(ctx: Context, req: LinkCancel) -> Ended:
    kept = ctx.services.links.kept
    if kept is None or not kept.cancel(ctx.connection, req.call, aborts=req.abort):
        raise _no("call", req.call)
    return Ended()


class LinkAdd(Request, tag="link_add"):
    """Write one more link into links.yaml; it is connected when somebody calls.

    `secret` says where the secret is: `env:NAME`, `file:PATH`, `cmd:ARGV` or
    `keyring:SERVICE/USER`. `auth` is `none`, `truenas-password`, `truenas-key`,
    `truenas-scram`, `bearer`, `header NAME`, `basic`, `aria2-token` or
    `first-call METHOD PARAMS`.
    """

    name: str
    uri: str = ""
    profile: str = ""
    auth: str = "none"
    user: str | None = None
    secret: str | None = None
    ca: str | None = None
    insecure: bool = False
    idle: Annotated[int, msgspec.Meta(ge=0, le=31_536_000)] = 600
    alias: bool = False
    allow_plaintext: bool = False


@command(gear=NEVER)
async def link_add(ctx: Context, req: LinkAdd) -> Done:
    from axium.links.definition import Link

    fields = {name: getattr(req, name) for name in Link.__struct_fields__}
    kept = await ctx.services.links.have()
    await kept.add(Link(**fields))
    return Done()


class LinkRemove(Request, tag="link_remove"):
    """Take a link out of links.yaml; its connection is closed."""

    name: str


@command(gear=NEVER)
async def link_remove(ctx: Context, req: LinkRemove) -> Done:
    kept = await ctx.services.links.have()
    await kept.remove(req.name)
    return Done()


class LinkList(Request, tag="link_list"):
    """Tell which links there are."""


class Listed(msgspec.Struct):
    """A link, as links.yaml has it."""

    name: str
    uri: str
    auth: str
    user: str | None
    insecure: bool
    alias: Annotated[str | None, msgspec.Meta(description="what existing clients call it")]


class Links(Reply):
    """In the order of the file."""

    links: list[Listed]


@command()
async def link_list(ctx: Context, req: LinkList) -> Links:
    from axium.links.channel import row_of

    kept = await ctx.services.links.have()
    rows = [row_of(link) for link in kept.links()]
    return Links(links=[msgspec.convert(row, Listed, from_attributes=True) for row in rows])


class LinkStatus(Request, tag="link_status"):
    """Tell how the links are, or one of them; no connection is opened for it."""

    name: str | None = None


class StatusRow(Listed, kw_only=True):
    """How one link is.

    `state` is `closed`, `pausing`, `connecting`, `logging in`, `up` or `refused`, and `why` says
    why it is not up. `reused` counts calls that found it open, `saved_secs` is what they were
    spared; `setup_secs` is what the last connecting and login took. `strays` are replies to
    nothing.
    """

    profile: str
    state: str
    why: str
    in_flight: int
    queued: int
    jobs: int
    subscriptions: int
    calls: int
    connects: int
    failures: int
    losses: int
    logins: int
    reused: int
    saved_secs: float
    strays: int
    setup_secs: float


class Statuses(Reply):
    """`pid` is of the process that keeps connections, null where none has been needed yet."""

    pid: int | None
    links: list[StatusRow]


@command()
async def link_status(ctx: Context, req: LinkStatus) -> Statuses:
    kept = await ctx.services.links.have()
    rows = await kept.rows(req.name)
    links = [msgspec.convert(row, StatusRow, from_attributes=True) for row in rows]
    return Statuses(pid=kept.pid, links=links)


async def _typed(asked: Coroutine[Any, Any, Ready]) -> Ready:
    """The outcome; a refusal says of which type of lines it is."""
    try:
        return await asked
    except Refusal as refusal:
        refusal.fields["type"] = "error"
        raise


def _require(ctx: Context, req: Request, link: str, detail: str) -> None:
    """Refusal `denied` for a plugin that may not use this link."""
    # The user may use every link: a line in the log for each of a thousand calls a second would
    # say nothing.
    caller = ctx.connection.caller
    if caller is not USER or req.spoke:
        ctx.services.permissions.require(caller, req.spoke, f"call:{link}", detail)


def _no(what: str, request_id: str | int) -> Refusal:
    return Refusal("not_found", f"no {what} with the id `{request_id}` is open on this connection")
