"""Notifications: stored before they are acknowledged, handed out at most once."""

from typing import Annotated, Literal

import msgspec

from axium.daemon.context import Context
from axium.model.notifications import Row
from axium.wire.envelope import Reply, Request
from axium.wire.errors import Refusal
from axium.wire.registry import OWN, command

Level = Literal["info", "warning", "error", "success"]
Limit = Annotated[int, msgspec.Meta(ge=0, le=1_000_000)]

MOST_CHARACTERS = 16_384
"""Of a title and of a body: both wait on the disk, and go to everybody who listens."""


class Notify(Request, tag="notify"):
    """Store a notification; `message` is another spelling of `body`."""

    title: str
    body: str | None = None
    message: str | None = None
    level: Level = "info"


class Stored(Reply):
    """`seq` numbers the notifications of this user."""

    seq: int


@command(emits=("notification",), gear=OWN)
async def notify(ctx: Context, req: Notify) -> Stored:
    caller = ctx.connection.caller
    ctx.services.permissions.require(caller, req.spoke, "notify")
    ctx.services.permissions.take_turn(caller, "notify")
    body = req.body if req.body is not None else req.message or ""
    for field, text in (("title", req.title), ("body", body)):
        if len(text) > MOST_CHARACTERS:
            raise Refusal(
                "too_large",
                f"field `{field}`: it has {MOST_CHARACTERS} letters at most, found {len(text)}",
            )
    seq = await ctx.services.notifications.send(
        spoke=ctx.meant(req) or "core", title=req.title, body=body, level=req.level
    )
    return Stored(seq=seq)


class NotifyList(Request, tag="notify_list"):
    """Tell what waits, oldest first; with `limit` only the newest of it. Nothing changes."""

    limit: Limit | None = None


class Rows(Reply):
    """Each with `body` and `message`, `timestamp` (ISO 8601 UTC) and `time` (epoch seconds)."""

    notifications: list[Row]


@command()
async def notify_list(ctx: Context, req: NotifyList) -> Rows:
    return Rows(notifications=await ctx.services.notifications.waiting(req.limit))


class NotifyDrain(Request, tag="notify_drain"):
    """Hand out what waits, to this client only.

    With `drain`, an id of the client's, the same id gets the same rows again
    after a lost reply; without it each row is handed out at most once.
    """

    drain: str | None = None


@command()
async def notify_drain(ctx: Context, req: NotifyDrain) -> Rows:
    return Rows(notifications=await ctx.services.notifications.drain(req.drain))


class NotifyClear(Request, tag="notify_clear"):
    """Delete what waits."""


class Cleared(Reply):
    """How many were deleted."""

    cleared: int


@command()
async def notify_clear(ctx: Context, req: NotifyClear) -> Cleared:
    return Cleared(cleared=await ctx.services.notifications.clear())
