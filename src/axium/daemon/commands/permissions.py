"""Permissions: what plugins may do, and who said so."""

from typing import Any

import msgspec

from axium.daemon.caller import User
from axium.daemon.context import Context
from axium.model.permissions import Field, Source
from axium.model.used import Row
from axium.wire.envelope import Done, Owner, Reply, Request
from axium.wire.errors import Refusal
from axium.wire.registry import ALWAYS, NEVER, command


class GetPermissions(Request, tag="get_permissions"):
    """Tell what a plugin may do; on a plugin's channel that is the plugin itself."""

    gear: Owner | None = None


class Labelled(msgspec.Struct):
    """A grant that amounts to anything, and why."""

    grant: str
    why: str


class Effective(Reply):
    """A source is `base` (the manifest), `override` (permissions.yaml) or `default`: nobody.

    `origins` has that of each entry of a list. `refused` are patterns that the user took away:
    what they cover is refused. `labels` are the grants that amount to running anything as the
    user.
    """

    permissions: dict[Field, Any]
    sources: dict[Field, Source]
    origins: dict[Field, dict[str, Source]]
    refused: dict[Field, list[str]]
    labels: list[Labelled]


@command(gear=ALWAYS)
def get_permissions(ctx: Context, req: GetPermissions) -> Effective:
    name = _required(ctx.meant(req, req.gear))
    rights = ctx.services.permissions.of(name)
    return Effective(
        permissions=dict(rights.values()),
        sources=dict(rights.sources),
        origins={field: dict(entries) for field, entries in rights.origins.items()},
        refused={field: list(patterns) for field, patterns in rights.refused.items()},
        labels=[Labelled(*label) for label in ctx.services.permissions.labels(name)],
    )


class GetUsage(Request, tag="get_usage"):
    """Tell what a gear made use of until now, by grant, as far as it went through the daemon.

    What the kernel allows by itself (files of `DIRECTORY/**`, `net: true`) is not seen.
    """

    gear: Owner


class GrantsUsed(Reply):
    """Sorted by `grant`: `exec: git`, `ipc: set_env`; the field alone where no entry grants it.

    Times are ISO 8601 UTC, null for never; a detail is of the last time.
    """

    usage: list[Row]


@command(gear=NEVER)
async def get_usage(ctx: Context, req: GetUsage) -> GrantsUsed:
    if not req.gear:
        raise Refusal("invalid", "missing field `gear`", hint="`gear` names it")
    return GrantsUsed(usage=await ctx.services.usage.rows(req.gear))


class LoadSpokePermissions(Request, tag="load_spoke_permissions"):
    """Read a spoke's manifest again for its permissions; at a path other than its own if given."""

    spoke_yaml_path: str | None = None


@command(gear=NEVER)
async def load_spoke_permissions(ctx: Context, req: LoadSpokePermissions) -> Done:
    name = _required(ctx.meant(req))
    if not isinstance(ctx.connection.caller, User):
        ctx.services.permissions.refuse(
            ctx.connection.caller,
            name,
            "load_spoke_permissions",
            None,
            hint="only the user may have a manifest read again",
        )
    await ctx.services.permissions.read_again(name, req.spoke_yaml_path)
    return Done()


def _required(name: str | None) -> str:
    if name is None:
        raise Refusal("invalid", "spoke name required", hint="add `spoke`")
    return name
