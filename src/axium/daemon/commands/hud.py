"""The HUD: its text, and the segments that are set through the wire."""

from typing import Any

from axium.daemon.context import Context
from axium.model.hud import Format
from axium.wire.envelope import Done, Reply, Request
from axium.wire.errors import Refusal
from axium.wire.registry import command


class GetHud(Request, tag="get_hud"):
    """Tell the HUD of a pane, or of any pane without an environment of its own.

    `env` is the environment that the caller's shell holds for itself, which wins over the pane's.
    """

    env: str | None = None
    pane: str | None = None
    server: str | None = None
    format: Format = "plain"


class HudText(Reply):
    """One line."""

    hud: str


@command(memo=True)
def get_hud(ctx: Context, req: GetHud) -> HudText:
    key = ctx.services.panes.key(req.pane, req.server)
    if req.env is None:
        return HudText(hud=ctx.services.hud.text(key, req.format))
    env = ctx.services.environments.applying(req.env, key)
    return HudText(hud=ctx.services.hud.text_for(env.name if env else None, key, req.format))


class UpdateHudSegment(Request, tag="hud_segment_value"):
    """Show a value in every HUD under its owner's name; an empty value takes it away."""

    value: str


@command(also="update_hud_segment", emits=("hud_segment_updated", "hud_refresh"))
def hud_segment_value(ctx: Context, req: UpdateHudSegment) -> Done:
    if not req.spoke:
        raise Refusal("invalid", "spoke name required", hint="`spoke` names the segment")
    ctx.services.hud.set_segment(req.spoke, req.value)
    return Done()


class GetHudSegments(Request, tag="get_hud_segments"):
    """Tell which segments there are."""


class Segments(Reply):
    """By priority."""

    segments: list[dict[str, Any]]


@command()
def get_hud_segments(ctx: Context, req: GetHudSegments) -> Segments:
    return Segments(segments=ctx.services.hud.segments())
