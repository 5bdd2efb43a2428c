"""The core's own configuration as plain data, by the keys that `get_config` knows."""

from collections.abc import Callable
from typing import Any

import msgspec

from axium.model.configuration import Configuration
from axium.model.rules import Rule

CORE_KEYS = ("hud", "envs", "prefixes")
"""The parts that there are."""


def core_value(configuration: Configuration, key: str) -> Any:
    """A part of the configuration as plain data; KeyError where `key` is not of `CORE_KEYS`."""
    parts: dict[str, Callable[[], Any]] = {
        "hud": lambda: msgspec.to_builtins(configuration.hud),
        "envs": lambda: {name: env.properties for name, env in configuration.environments.items()},
        "prefixes": lambda: [
            _plain(rule)
            for name in configuration.rules.commands()
            for rule in configuration.rules.for_command(name)
        ],
    }
    return parts[key]()


def _plain(rule: Rule) -> dict[str, Any]:
    return {
        "command": rule.command,
        "form": type(rule.form).__name__,
        "text": [template.text for template in rule.templates()],
        "unset": list(rule.unset),
        "fallback": rule.fallback,
        "owner": rule.owner,
        "where": str(rule.where),
    }
