"""Configuration: what the user's files say, as it is in force."""

from typing import Any

from axium.daemon.context import Context
from axium.daemon.services.settings import CORE_KEYS, core_value
from axium.wire.envelope import Reply, Request
from axium.wire.errors import Refusal
from axium.wire.registry import command


class GetConfig(Request, tag="get_config"):
    """Tell a part of the configuration: `key` alone is `hud`, `envs` or `prefixes`."""

    key: str | None = None
    default_filename: str | None = None
    env: str | None = None


class Value(Reply):
    """The part as it is in force."""

    value: Any


@command(memo=True)
def get_config(ctx: Context, req: GetConfig) -> Value:
    if req.spoke:
        raise Refusal("not_loaded", "spoke not loaded", hint=f"no plugin `{req.spoke}` is loaded")
    if req.key is None:
        raise Refusal("invalid", "missing field `key`", hint=f"one of {', '.join(CORE_KEYS)}")
    if req.key not in CORE_KEYS:
        raise Refusal(
            "not_found",
            f"key '{req.key}' not found in config",
            hint=f"one of {', '.join(CORE_KEYS)}",
        )
    return Value(value=core_value(ctx.services.store.committed.configuration, req.key))
