"""Plugins: how they are, loading them again, and the events that they make of their own."""

from typing import Any

import msgspec

from axium.daemon.caller import USER, PluginKind
from axium.daemon.context import Context
from axium.model.events import CORE_EVENTS, Custom, custom_fault
from axium.model.nesting import is_deeper
from axium.model.plugins import GearRow, Row
from axium.wire.envelope import Done, Reply, Request
from axium.wire.errors import Refusal
from axium.wire.registry import NEVER, command

MOST_BYTES = 64 * 1024
"""Of an event of one's own; up to 1,000 wait for each plugin that listens."""

MOST_DEEP = 50


class ReloadSpoke(Request, tag="reload_spoke"):
    """Load a spoke again, or a new one; what it registered before is taken away first.

    A plugin that asks is answered at once, and its listeners end before it is loaded.
    """


class Spoke(Reply):
    """Its name."""

    spoke: str


@command(emits=("spoke_reloaded", "spoke_loaded", "spoke_unloaded", "gear_unloaded"), gear=NEVER)
async def reload_spoke(ctx: Context, req: ReloadSpoke) -> Spoke:
    name = _required(req.spoke)
    await _load_again(ctx, "spoke", name)
    return Spoke(spoke=name)


class ReloadSpokes(Request, tag="reload_spokes"):
    """Load all spokes again, and those that are new; those whose files are gone are unloaded."""


class Spokes(Reply):
    """Their names, sorted."""

    spokes: list[str]


@command(emits=("spoke_reloaded", "spoke_loaded", "spoke_unloaded", "gear_unloaded"), gear=NEVER)
async def reload_spokes(ctx: Context, req: ReloadSpokes) -> Spokes:
    await _load_again(ctx, "spoke", None)
    return Spokes(spokes=ctx.services.plugins.names("spoke"))


class UnloadSpoke(Request, tag="unload_spoke"):
    """End a spoke and take away what it registered, before its files go."""


@command(emits=("spoke_unloaded",), gear=NEVER)
async def unload_spoke(ctx: Context, req: UnloadSpoke) -> Done:
    await ctx.services.plugins.unload("spoke", _required(req.spoke))
    return Done()


class ListSpokes(Request, tag="list_spokes"):
    """Tell how each spoke is."""


class SpokeRows(Reply):
    """By name; `error` says why one is not active, or what of it is left out."""

    spokes: list[Row]


@command()
def list_spokes(ctx: Context, req: ListSpokes) -> SpokeRows:
    return SpokeRows(spokes=ctx.services.plugins.spokes())


class ReloadGear(Request, tag="reload_gear"):
    """Load a gear again, or a new one, if it is as it was approved.

    What it registered before is taken away first.
    """

    gear: str | None = None


class Gears(Reply):
    """Their names, sorted."""

    gears: list[str]


@command(emits=("gear_loaded", "gear_unloaded"), gear=NEVER)
async def reload_gear(ctx: Context, req: ReloadGear) -> Gears:
    name = _required_gear(req.gear)
    await _load_again(ctx, "gear", name)
    return Gears(gears=[name])


class ReloadGears(Request, tag="reload_gears"):
    """Load all gears again, and those that are new; those whose files are gone are unloaded."""


@command(emits=("gear_loaded", "gear_unloaded"), gear=NEVER)
async def reload_gears(ctx: Context, req: ReloadGears) -> Gears:
    await _load_again(ctx, "gear", None)
    return Gears(gears=ctx.services.plugins.names("gear"))


class UnloadGear(Request, tag="unload_gear"):
    """End a gear and take away what it registered, before its files go."""

    gear: str | None = None


@command(emits=("gear_unloaded",), gear=NEVER)
async def unload_gear(ctx: Context, req: UnloadGear) -> Done:
    await ctx.services.plugins.unload("gear", _required_gear(req.gear))
    return Done()


class ListGears(Request, tag="list_gears"):
    """Tell how each gear is."""


class GearRows(Reply):
    """By name; `error` says why one is not active, or what of it is left out."""

    gears: list[GearRow]


@command()
def list_gears(ctx: Context, req: ListGears) -> GearRows:
    return GearRows(gears=ctx.services.plugins.gears())


class EmitEvent(Request, tag="emit_event"):
    """Emit an event of one's own to whoever listens for its name; `spoke` is its origin."""

    event: str
    args: list[Any] = msgspec.field(default_factory=list)
    kwargs: dict[str, Any] = msgspec.field(default_factory=dict)


@command(emits=("custom",))
def emit_event(ctx: Context, req: EmitEvent) -> Done:
    origin = ctx.meant(req)
    if req.event in CORE_EVENTS:
        raise Refusal("denied", f"`{req.event}` is an event that axium alone emits")
    if fault := custom_fault(req.event):
        raise Refusal("invalid", f"field `event`: {fault}")
    event = Custom(event=req.event, origin=origin, args=req.args, kwargs=req.kwargs)
    _check_size(event)
    ctx.services.events.emit(event)
    return Done()


def _check_size(event: Custom) -> None:
    """Many of them may wait for one who hangs."""
    if is_deeper(event.args, MOST_DEEP) or is_deeper(event.kwargs, MOST_DEEP):
        raise Refusal("invalid", f"the arguments are nested deeper than {MOST_DEEP} times")
    size = len(msgspec.json.encode(event))
    if size > MOST_BYTES:
        raise Refusal(
            "too_large",
            f"the event has {size} bytes, at most {MOST_BYTES} can be told",
            hint="write a file, and tell where it is",
        )


async def _load_again(ctx: Context, kind: PluginKind, name: str | None) -> None:
    """One plugin, or all of a kind; a plugin that asks does not wait for it. Refusal."""
    plugins = ctx.services.plugins
    ctx.services.plugin_configs.forget(name)
    work = plugins.reload_all(kind) if name is None else plugins.reload(kind, name)
    if ctx.connection.caller is USER:
        await work
    else:
        ctx.services.events.later(f"reload {name or f'{kind}s'}", work, round=ctx.connection.round)


def _required(name: str | None) -> str:
    if not name:
        raise Refusal("invalid", "spoke name required", hint="`spoke` names it")
    return name


def _required_gear(name: str | None) -> str:
    if not name:
        raise Refusal("invalid", "gear name required", hint="`gear` names it")
    return name
