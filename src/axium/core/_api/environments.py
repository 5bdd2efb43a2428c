"""Environments: which one applies, what it says, and making another one active."""

from axium.core._api.asking import Refused, ask, is_done, part
from axium.core._api.guard import or_false, or_none, or_nothing, tell
from axium.core._api.places import calling_pane, held_env

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


@or_none
def get_active_env() -> str | None:
    """The environment that applies in the calling shell or pane, else the global one."""
    return active_env()


def active_env(*, starts: bool = True) -> str | None:
    """As `get_active_env`. Refused, OSError, ValueError."""
    if (env := held_env()) is not None:
        return env
    if (pane := calling_pane()) is not None:
        return _env_in(pane, starts=starts)
    state = part(ask("get_state", starts=starts), "state", dict)
    return _text(state.get("active_env"))


@or_none
def get_env_data(name: str) -> "dict[str, Any] | None":
    """The properties of an environment, and `name`.

    For the calling plugin's own name, which wins over an environment of that name, it is
    `{"ok", "env_data"}` of the environment that applies.
    """
    if name == _own_name():
        return _own_data()
    try:
        return env_data(name)
    except Refused as refused:
        if refused.code == "unknown_env" and _is_plugin(name):
            return _own_data()
        raise


def env_data(name: str) -> "dict[str, Any]":
    """The properties of an environment, and `name`. Refused, OSError, ValueError."""
    data: dict[str, Any] = part(ask("get_env_data", name=name), "env_data", dict)
    return data


@or_false
def set_active_env(name: str, pane_id: str | None = None) -> bool:
    """Make an environment the global one, or that of one pane; whether it is."""
    if pane_id is None:
        return is_done("set_env", value=name)
    return is_done("set_pane_env", pane=pane_id, env=name)


@or_none
def get_pane_env(pane_id: str) -> str | None:
    """The environment that applies in a pane: its own, else the global one."""
    return _env_in(pane_id)


@or_false
def clear_pane_env(pane_id: str) -> bool:
    """Take a pane's own environment away: the global one applies there again."""
    return is_done("clear_pane_env", pane=pane_id)


@or_nothing
def list_environments() -> list[str]:
    """The names of all environments, in the order of the file."""
    return list(part(ask("list_envs"), "envs", dict))


@or_none
def get_state() -> "dict[str, Any] | None":
    """The daemon's state: `active_env`, `panes`, `started` and more, as `get_state` of the wire."""
    return part(ask("get_state"), "state", dict)


def _env_in(pane: str, *, starts: bool = True) -> str | None:
    return _text(ask("get_pane_env", pane=pane, starts=starts).get("env"))


def _text(value: "Any") -> str | None:
    return value if isinstance(value, str) else None


def _own_name() -> str | None:
    """The plugin that this process was loaded for."""
    from axium.core.spokes import get_event_bus  # 6 ms, for typing

    return get_event_bus().owner


def _own_data() -> "dict[str, Any]":
    try:
        env = active_env()
        return {"ok": True, "env_data": env_data(env) if env else {}}
    except (OSError, ValueError) as error:
        tell("get_env_data", error)
        return {"ok": False, "error": str(error), "env_data": {}}


def _is_plugin(name: str) -> bool:
    import os  # 1 ms

    from axium.thin.paths import environ, home_of

    root = home_of(environ()).root
    places = [f"{root}/{kind}/{name}" for kind in ("spokes", "gears")]
    return "/" not in name and not name.startswith(".") and any(map(os.path.isdir, places))
