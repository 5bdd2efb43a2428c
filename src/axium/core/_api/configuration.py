"""Configuration: a plugin's own, and the core's."""

from axium.core._api.asking import ask
from axium.core._api.guard import NotDone, or_else, or_false, or_none

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

PARTS = ("envs", "prefixes", "hud")
"""What the core's configuration is made of."""


def _unknown(_error: Exception) -> "dict[str, Any]":
    return {}


@or_else(_unknown)
def load_config(
    name: str,
    filename: str,
    env_aware: bool = True,  # noqa: FBT001, FBT002 (published)
    component_type: str = "spoke",
) -> "dict[str, Any]":
    """A plugin's configuration: its file, the user's override over it, and the environment's part.

    Empty where there is none. `component_type` is `spoke` or `gear`.
    """
    from axium.core import config  # 15 ms

    load = config.load_gear_config if component_type == "gear" else config.load_spoke_config
    return dict(load(name, filename, env_aware))


@or_none
def config_show() -> str | None:
    """The core's configuration that is in force, as YAML: `envs`, `prefixes`, `hud`."""
    found = {key: ask("get_config", key=key).get("value") for key in PARTS}
    import yaml  # 12 ms

    return yaml.safe_dump(found, sort_keys=False, allow_unicode=True, width=100)


@or_false
def config_edit() -> bool:
    """Have `$EDITOR` edit envs.yaml in the terminal; whether it could, and ended well."""
    import os
    import shlex
    import subprocess
    import sys

    from axium.thin.paths import environ, home_of

    if sys.stdin is None or not sys.stdin.isatty():
        raise NotDone("there is no terminal to edit in")
    editor = shlex.split(environ().get("EDITOR") or "vi")
    return subprocess.call([*editor, os.path.realpath(home_of(environ()).envs)]) == 0
