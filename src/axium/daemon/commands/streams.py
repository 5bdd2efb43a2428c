"""Streams of events: one is opened on a connection, and ended there."""

from typing import Annotated

import msgspec

from axium.daemon.context import Context
from axium.wire.envelope import Done, Reply, Request
from axium.wire.errors import Refusal
from axium.wire.registry import command

Pattern = Annotated[str, msgspec.Meta(max_length=64)]
Patterns = Annotated[list[Pattern], msgspec.Meta(max_length=64)]


class Subscribe(Request, tag="subscribe"):
    """Stream events to this connection; the `id` names the stream, and each line carries it.

    `events` are names with `*` and `?`. Replaying with `since` needs the journal.
    """

    events: Patterns | None = None
    since: int | None = None


class Subscribed(Reply):
    """`seq` is the number of the last event before the stream."""

    seq: int


@command(needs_id=True)
def subscribe(ctx: Context, req: Subscribe) -> Subscribed:
    if req.since is not None:
        raise Refusal(
            "unavailable",
            "field `since`: past events are not kept by this daemon",
            hint="leave `since` out to get events from now on",
        )
    subscriptions = ctx.services.subscriptions
    assert req.id is not None
    if not subscriptions.begin(ctx.connection, req.id, ["*"] if req.events is None else req.events):
        raise Refusal("conflict", f"a stream with the id `{req.id}` is open on this connection")
    return Subscribed(seq=subscriptions.seq)


class Unsubscribe(Request, tag="unsubscribe"):
    """End a stream of this connection: the one of `stream`, of this `id`, or the only one."""

    stream: str | int | None = None


@command(needs_id=True, gear="subscribe")
def unsubscribe(ctx: Context, req: Unsubscribe) -> Done:
    named = req.stream if req.stream is not None else req.id
    assert named is not None
    if not ctx.services.subscriptions.end(ctx.connection, named):
        raise Refusal("not_found", f"no stream with the id `{named}` is open on this connection")
    return Done()
