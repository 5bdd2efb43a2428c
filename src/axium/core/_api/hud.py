"""The HUD's text, and a plugin's value in it."""

from axium.core._api.asking import ask, is_done, part
from axium.core._api.guard import or_false, or_none
from axium.core._api.places import calling_place


@or_none
def hud_get(pane_id: str | None = None) -> str | None:
    """The HUD of a pane, else of the calling one, as plain text. Starts no daemon."""
    place = calling_place() if pane_id is None else {"pane": pane_id}
    return part(ask("get_hud", starts=False, **place), "hud", str)


@or_false
def update_hud_segment(spoke: str, value: str) -> bool:
    """Show `spoke:value` in every HUD; an empty value takes it away."""
    return is_done("update_hud_segment", spoke=spoke, value=value)
