"""Configuration: what the user's files and the plugins' own say, as it is in force."""

from collections.abc import Coroutine
from typing import Annotated, Any, Literal

import msgspec
from msgspec import UNSET, UnsetType

from axium.daemon.caller import User
from axium.daemon.commands.core import told
from axium.daemon.context import Context
from axium.daemon.services.plugin_configs import Asked
from axium.model.core_config import CORE_KEYS, core_value
from axium.model.plugin_config import MissingKey, value_at
from axium.wire.envelope import Done, Owner, Reply, Request
from axium.wire.errors import Refusal
from axium.wire.registry import ALWAYS, command


class GetConfig(Request, tag="get_config"):
    """Tell a part of the core's configuration, or with `spoke` or `gear` a plugin's own.

    The core's is `key` alone: `hud`, `envs` or `prefixes`. A plugin's is read from
    `default_filename` (NAME.yaml if left out) in its directory, with the user's override laid
    over it, for the environment `env` (the global one if left out); `key` is a dotted path in
    it. With `env_aware` false its sections by environment are left as they stand.
    """

    key: str | None = None
    default_filename: str | None = None
    env: str | None = None
    env_aware: bool = True
    gear: Owner | None = None


class Told(Reply):
    """`value` is a part of the core's; the rest is of a plugin's.

    `problems` are faults of its files, of which the last good content holds, and `warnings`
    what holds in spite of one; each is `FILE:LINE:COLUMN: message`.
    """

    value: Annotated[Any, msgspec.Meta(description="of the core's configuration")] = UNSET
    config: Annotated[Any, msgspec.Meta(description="the whole, or the value at `key`")] = UNSET
    source: Literal["cache", "loaded"] | UnsetType = UNSET
    problems: list[str] | UnsetType = UNSET
    warnings: list[str] | UnsetType = UNSET


@command(memo=True, gear=ALWAYS)
def get_config(ctx: Context, req: GetConfig) -> Told | Coroutine[Any, Any, Told]:
    name = _plugin(ctx, req)
    if name is not None:
        return _of_plugin(ctx, req, name)
    if req.key is None:
        raise Refusal("invalid", "missing field `key`", hint=f"one of {', '.join(CORE_KEYS)}")
    if req.key not in CORE_KEYS:
        raise Refusal(
            "not_found",
            f"key '{req.key}' not found in config",
            hint=f"one of {', '.join(CORE_KEYS)}",
        )
    return Told(value=core_value(ctx.services.store.committed.configuration, req.key))


class ForgetConfig(Request, tag="forget_config"):
    """Read a plugin's configuration from its files when it is next asked for; all without a name.

    Who edits a file need not ask for this: files that were read are watched.
    """


@command(is_about_gear=True)
def forget_config(ctx: Context, req: ForgetConfig) -> Done:
    ctx.services.plugin_configs.forget(ctx.meant(req))
    return Done()


def _plugin(ctx: Context, req: GetConfig) -> str | None:
    """Whose configuration is asked for; None for the core's, which gears are not told."""
    caller = ctx.connection.caller
    named = req.gear or req.spoke
    is_core = not named and req.default_filename is None and req.key in CORE_KEYS
    if not isinstance(caller, User) and caller.kind == "spoke" and is_core:
        return None
    return ctx.meant(req, named)


async def _of_plugin(ctx: Context, req: GetConfig, name: str) -> Told:
    caller = ctx.connection.caller
    kind = caller.kind if not isinstance(caller, User) else "gear" if req.gear else None
    asked = Asked(name, req.default_filename, req.env or None, req.env_aware, kind)
    config = await ctx.services.plugin_configs.get(asked)
    return Told(
        config=config.content if req.key is None else _value(config.content, req.key),
        source=config.source,
        problems=told(config.faults, "error"),
        warnings=told(config.faults, "warning"),
    )


def _value(content: dict[str, Any], key: str) -> Any:
    try:
        return value_at(content, key)
    except MissingKey as missing:
        raise Refusal("not_found", str(missing), hint=missing.hint) from None
