"""The HUD: its text, and the segments that are set through the wire."""

from collections.abc import Coroutine
from typing import Any

from axium.daemon.caller import is_gear
from axium.daemon.context import Context
from axium.model import foreign
from axium.model.colors import Depth
from axium.model.hud import WIDEST
from axium.model.painting import Format
from axium.wire.envelope import Done, Reply, Request
from axium.wire.errors import Refusal
from axium.wire.registry import command

MOST_CHARACTERS = 1000
"""Of a value; every HUD is made with it, and every listener told of it."""


class GetHud(Request, tag="get_hud"):
    """Tell the HUD of a pane, or of any pane without an environment of its own.

    `env` is the environment that the caller's shell holds for itself, which wins over the pane's.
    `colors` is what the terminal shows of them; attributes such as bold stay with `none`.
    """

    env: str | None = None
    pane: str | None = None
    server: str | None = None
    format: Format = "plain"
    colors: Depth = "24bit"


class HudText(Reply):
    """One line."""

    hud: str


@command(memo=True)
def get_hud(ctx: Context, req: GetHud) -> HudText | Coroutine[Any, Any, HudText]:
    key = ctx.services.panes.key(req.pane, req.server)
    if req.env is None:
        env = ctx.services.store.committed.state.env_for(key)
    else:
        applying = ctx.services.environments.applying(req.env, key)
        env = applying.name if applying else None
    hud = ctx.services.hud
    in_session = key is not None and req.format != "tmux" and hud.asks_for_session
    if in_session or ctx.services.segments.is_on_demand:
        return _made_anew(ctx, req, env, key)
    return HudText(hud=hud.text_for(env, key, req.format, req.colors))


async def _made_anew(ctx: Context, req: GetHud, env: str | None, key: str | None) -> HudText:
    services = ctx.services
    await services.segments.refreshed(env, key)
    if key is None or req.format == "tmux" or not services.hud.asks_for_session:
        return HudText(hud=services.hud.text_for(env, key, req.format, req.colors))
    session = await services.panes.session_of(key)
    return HudText(hud=services.hud.text_in(session, env, key, req.format, req.colors))


class UpdateHudSegment(Request, tag="hud_segment_value"):
    """Show a value in every HUD under its owner's name; an empty value takes it away."""

    value: str


@command(also="update_hud_segment", emits=("hud_segment_updated", "hud_refresh"), gear="hud_update")
def hud_segment_value(ctx: Context, req: UpdateHudSegment) -> Done:
    owner = ctx.meant(req)
    if owner is None:
        raise Refusal("invalid", "spoke name required", hint="`spoke` names the segment")
    if len(req.value) > MOST_CHARACTERS:
        raise Refusal(
            "too_large",
            f"the value has {len(req.value)} characters, at most {MOST_CHARACTERS} are taken",
            hint=f"a HUD shows {WIDEST} columns of it",
        )
    value = foreign.value(req.value) if is_gear(ctx.connection.caller) else req.value
    ctx.services.hud.set_segment(owner, value)
    return Done()


class GetHudSegments(Request, tag="get_hud_segments"):
    """Tell which segments there are."""


class Segments(Reply):
    """By priority."""

    segments: list[dict[str, Any]]


@command()
def get_hud_segments(ctx: Context, req: GetHudSegments) -> Segments:
    return Segments(segments=ctx.services.hud.segments())
