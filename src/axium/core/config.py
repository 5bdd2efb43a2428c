"""A plugin's own configuration: its file, the user's override, the environment's part of both.

The daemon answers; while it is down, the files are read here. Which environment counts is told
by the calling shell or pane, and in a plugin's own process it is the global one.
"""

from typing import TYPE_CHECKING, Any

from axium.core._api.asking import Refused, ask
from axium.core._config import UNANSWERED, load, refusal
from axium.thin.paths import environ, home_of

if TYPE_CHECKING:
    from axium.core._config import Kind


def load_spoke_config(
    spoke: str,
    filename: str | None = None,
    env_aware: bool = True,  # noqa: FBT001, FBT002 (published)
) -> dict[str, Any]:
    """The configuration of a spoke, from NAME.yaml in its directory unless `filename` is given.

    Without `env_aware` the sections of environments are left as they stand.
    FileNotFoundError (no such spoke or file), PermissionError (another plugin's), ValueError.
    """
    return _load("spoke", spoke, filename, env_aware=env_aware)


def load_gear_config(
    gear: str,
    filename: str | None = None,
    env_aware: bool = True,  # noqa: FBT001, FBT002 (published)
) -> dict[str, Any]:
    """The configuration of a gear, as `load_spoke_config`."""
    return _load("gear", gear, filename, env_aware=env_aware)


def get_spoke_config_value(spoke: str, path: str, default: Any = None) -> Any:
    """The value at a dotted path of a spoke's configuration; `default` where there is none."""
    try:
        config = load_spoke_config(spoke)
    except FileNotFoundError:
        return default
    return get_config_value_by_path(config, path, default)


def get_config_value_by_path(config: dict[str, Any], path: str, default: Any = None) -> Any:
    """The value at a dotted path through mappings; `default` where there is none."""
    from axium.model.plugin_config import MissingKey, value_at  # 20 ms, for msgspec

    try:
        return value_at(config, path)
    except MissingKey:
        return default


def get_config_paths(spoke: str, filename: str | None) -> dict[str, dict[str, Any]]:
    """Where a spoke's file and the user's override are, or would be: `path`, `exists`.

    ValueError for a name that neither can have.
    """
    import os  # 1 ms, and 12 for YAML

    from axium.config.plugin_config import Plugin, files_of, find_plugin
    from axium.model.names import plugin_fault

    if fault := plugin_fault(spoke):
        raise ValueError(fault)
    root = home_of(environ()).root
    plugin = find_plugin(root, spoke) or Plugin(spoke, "spokes", f"{root}/spokes/{spoke}")
    files = files_of(root, plugin, filename)
    return {
        name: {"path": file.path, "exists": os.path.isfile(file.path)}
        for name, file in files._asdict().items()
    }


def invalidate_cache(spoke: str | None = None) -> None:
    """Have a spoke's files read when they are next asked for; those of all without a name.

    After an edit this is not needed: the daemon watches the files. PermissionError.
    """
    try:
        ask("forget_config", spoke=spoke, starts=False)
    except Refused as refused:
        raise refusal(refused, spoke or "") from None
    except UNANSWERED:
        return  # what is read without a daemon is kept nowhere


def reload_all_configs() -> None:
    """Have the files of every plugin that the caller may ask for read anew."""
    invalidate_cache()


def _load(kind: "Kind", name: str, filename: str | None, *, env_aware: bool) -> dict[str, Any]:
    config = load(name, filename, env_aware=env_aware, kind=kind)
    if config.problems or config.warnings:
        import logging  # 9 ms, and only where something is wrong

        for text in (*config.problems, *config.warnings):
            logging.getLogger("axium.config").warning("%s", text)
    return config.content
