"""Environments, for plugins: which one applies here, and what it says.

The daemon answers; while it is down, what it published, and the user's files.
"""

from typing import Any

from axium.core._api.asking import ask, part
from axium.core._api.environments import active_env
from axium.model.suggest import nearest

UNANSWERED = (OSError, ValueError)


def load_envs() -> dict[str, dict[str, Any]]:
    """Every environment with its properties, in the order of the file."""
    try:
        envs: dict[str, dict[str, Any]] = part(ask("list_envs", starts=False), "envs", dict)
    except UNANSWERED:
        return _from_files()
    return envs


def get_active_env_name() -> str | None:
    """The environment that applies in the calling shell or pane, else the global one."""
    try:
        return active_env(starts=False)
    except UNANSWERED:
        from axium.core._api.reading import active_env as saved_env  # 12 ms, for YAML

        return saved_env()


def get_active_env() -> dict[str, Any]:
    """The properties of the environment that applies, and `name`; empty where none does."""
    name = get_active_env_name()
    return {} if name is None else {**load_envs().get(name, {}), "name": name}


def get_env_value(key: str) -> Any:
    """A property of the environment that applies, by its dotted path; None where it has none."""
    value: Any = get_active_env()
    for name in key.split("."):
        if not isinstance(value, dict) or name not in value:
            return None
        value = value[name]
    return value


def validate_env_name(name: str) -> tuple[bool, str | None]:
    """Whether there is such an environment, and if not, what is wrong and what may be meant."""
    if not name.strip():
        return False, "Environment name cannot be empty"
    known = load_envs()
    if name in known:
        return True, None
    close = nearest(name, known)
    meant = f"\nDid you mean: {', '.join(close)}" if close else ""
    return False, f"Unknown environment: {name}{meant}"


def current() -> str | None:
    """As `get_active_env_name`."""
    return get_active_env_name()


def get(key: str) -> Any:
    """As `get_env_value`."""
    return get_env_value(key)


def all() -> dict[str, dict[str, Any]]:  # noqa: A001 (published)
    """As `load_envs`."""
    return load_envs()


def _from_files() -> dict[str, dict[str, Any]]:
    from axium.core._api.reading import configuration  # 12 ms, for YAML

    found = configuration().environments
    return {name: env.properties for name, env in found.items()}
