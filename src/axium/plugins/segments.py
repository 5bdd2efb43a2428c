"""Rendering a plugin's segments for the places that the daemon names."""

from contextlib import suppress
from typing import Any

from axium.core.hud_segments import HudRegistry
from axium.core.ipc import send_request_sync
from axium.plugins.report import fault_of
from axium.wire.channel import Fault, Place, Render

NO_ENV = "-"
DEFAULT_THEME = "classic"

ASKING_SECS = 1.0


def rendered(
    registry: HudRegistry, call: Render, directory: str
) -> tuple[list[list[str | None]], list[Fault]]:
    """A list for each place: the segments' values in the order asked, None for one that hides.

    One that raises hides, and is told once for all places.
    """
    faults: dict[str, Fault] = {}
    known = _known()

    def value(name: str, context: dict[str, Any]) -> str | None:
        segment = registry.named(name)
        if segment is None:
            return None
        try:
            return registry.value(segment, context, is_update=call.is_update)
        except BaseException as error:  # noqa: BLE001 (the plugin boundary; it is in the answer)
            faults.setdefault(name, fault_of(f"segment `{name}`", error, directory))
            return None

    contexts = [known | _of_place(place) for place in call.places]
    values = [[value(name, context) for name in call.segments] for context in contexts]
    return values, list(faults.values())


def _of_place(place: Place) -> dict[str, Any]:
    return {"env": place.env or NO_ENV, "pane_id": place.pane_id}


def _known() -> dict[str, Any]:
    """What is the same for all places; asked once for each call."""
    state: dict[str, Any] = {}
    hud: dict[str, Any] = {}
    with suppress(OSError):  # the daemon is stopping: nobody will see what is rendered
        state = send_request_sync({"cmd": "get_state"}, ASKING_SECS).get("state") or {}
        reply = send_request_sync({"cmd": "get_config", "key": "hud"}, ASKING_SECS)
        hud = reply.get("value") or {}
    theme = hud.get("theme") or {}
    return {
        "state": state,
        "started": state.get("started"),
        "wrapper": {"left": hud.get("left", ""), "right": hud.get("right", "")},
        "theme": theme.get("name") if theme.get("enabled") else DEFAULT_THEME,
    }
