"""Permissions: what plugins may do, and who said so."""

from typing import Any

import msgspec

from axium.daemon.caller import User
from axium.daemon.context import Context
from axium.model.permissions import Field, Source
from axium.wire.envelope import Done, Owner, Reply, Request
from axium.wire.errors import Refusal
from axium.wire.registry import command


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


@command()
def get_permissions(ctx: Context, req: GetPermissions) -> Effective:
    name = _own(ctx, req.gear or req.spoke, "get_permissions")
    rights = ctx.services.permissions.of(name)
    return Effective(
        permissions=dict(rights.values()),
        sources=dict(rights.sources),
        origins={field: dict(entries) for field, entries in rights.origins.items()},
        refused={field: list(patterns) for field, patterns in rights.refused.items()},
        labels=[Labelled(*label) for label in ctx.services.permissions.labels(name)],
    )


class LoadSpokePermissions(Request, tag="load_spoke_permissions"):
    """Read a spoke's manifest again for its permissions; at a path other than its own if given."""

    spoke_yaml_path: str | None = None


@command()
async def load_spoke_permissions(ctx: Context, req: LoadSpokePermissions) -> Done:
    if not isinstance(ctx.connection.caller, User):
        raise _denied("load_spoke_permissions")
    name = _own(ctx, req.spoke, "load_spoke_permissions")
    await ctx.services.permissions.read_again(name, req.spoke_yaml_path)
    return Done()


def _own(ctx: Context, named: str | None, action: str) -> str:
    """The plugin that is meant. Refusal where there is none, or where a plugin means another."""
    caller = ctx.connection.caller
    if not isinstance(caller, User):
        if named and named != caller.name:
            raise _denied(action)
        return caller.name
    if not named:
        raise Refusal("invalid", "spoke name required", hint="add `spoke`")
    return named


def _denied(action: str) -> Refusal:
    return Refusal("denied", f"permission denied: {action}")
