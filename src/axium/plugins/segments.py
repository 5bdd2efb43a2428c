"""Rendering a plugin's segments for the places that the daemon names."""

from collections import UserDict
from collections.abc import Callable
from functools import cached_property
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
    asked = _Asked()

    def value(name: str, context: _Context) -> str | None:
        segment = registry.named(name)
        if segment is None:
            return None
        try:
            return registry.value(segment, context, is_update=call.is_update)
        except BaseException as error:  # noqa: BLE001 (the plugin boundary; it is in the answer)
            faults.setdefault(name, fault_of(f"segment `{name}`", error, directory))
            return None

    contexts = [_Context(place, asked) for place in call.places]
    values = [[value(name, context) for name in call.segments] for context in contexts]
    return values, list(faults.values())


class _Asked:
    """What is the same for all places of one call; asked once, and only if somebody looks."""

    @cached_property
    def state(self) -> dict[str, Any]:
        state: dict[str, Any] = _reply({"cmd": "get_state"}).get("state") or {}
        return state

    @cached_property
    def hud(self) -> dict[str, Any]:
        hud: dict[str, Any] = _reply({"cmd": "get_config", "key": "hud"}).get("value") or {}
        return hud


_LATER: dict[str, Callable[[_Asked], Any]] = {
    "state": lambda asked: asked.state,
    "started": lambda asked: asked.state.get("started"),
    "wrapper": lambda asked: {key: asked.hud.get(key, "") for key in ("left", "right")},
    "theme": lambda asked: _theme(asked.hud.get("theme") or {}),
}


class _Context(UserDict[str, Any]):
    """What a segment is rendered with: a dictionary, of which the costly parts come when read."""

    def __init__(self, place: Place, asked: _Asked) -> None:
        super().__init__({"env": place.env or NO_ENV, "pane_id": place.pane_id, **_LATER})
        self._asked = asked

    def __getitem__(self, key: str) -> Any:
        value = self.data[key]
        later = _LATER.get(key)
        if later is not None and value is later:
            value = self.data[key] = later(self._asked)
        return value


def _reply(request: dict[str, Any]) -> dict[str, Any]:
    try:
        return send_request_sync(request, ASKING_SECS)
    except OSError:
        return {}  # the daemon is stopping: nobody will see what is rendered


def _theme(theme: dict[str, Any]) -> str:
    return str(theme.get("name")) if theme.get("enabled") else DEFAULT_THEME
