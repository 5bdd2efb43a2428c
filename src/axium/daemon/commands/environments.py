"""Environments: which is active, globally and in each pane, and what runs because of it."""

from collections.abc import Mapping
from typing import Annotated, Any

import msgspec

from axium.daemon.context import Context
from axium.daemon.services.explaining import (
    Explained,
    Source,
    explained,
    explained_of_plugin,
)
from axium.wire.envelope import Done, Reply, Request
from axium.wire.errors import Refusal
from axium.wire.registry import ALWAYS, command

EnvName = Annotated[str, msgspec.Meta(description="the name of an environment of envs.yaml")]
Pane = Annotated[str, msgspec.Meta(description="`%3`, or `SERVER:%3` for another tmux server")]
Server = Annotated[str, msgspec.Meta(description="$TMUX of a shell in the pane's tmux server")]


class SetEnv(Request, tag="set_env"):
    """Make `value` (or `env`) the environment of every pane without one of its own.

    It is on disk and visible to shells before the reply.
    """

    value: EnvName | None = None
    env: EnvName | None = None
    server: Server | None = None


@command(emits=("env_change", "hud_refresh"))
async def set_env(ctx: Context, req: SetEnv) -> Done:
    name = req.value if req.value is not None else req.env
    await ctx.services.environments.set_global(name, req.server)
    return Done()


class SetPaneEnv(Request, tag="set_pane_env"):
    """Give one pane an environment of its own, which wins over the global one."""

    pane: Pane | None = None
    env: EnvName | None = None
    value: EnvName | None = None
    server: Server | None = None


@command(emits=("env_change", "hud_refresh"))
async def set_pane_env(ctx: Context, req: SetPaneEnv) -> Done:
    name = req.env if req.env is not None else req.value
    await ctx.services.environments.set_pane(name, req.pane, req.server)
    return Done()


class GetPaneEnv(Request, tag="get_pane_env"):
    """Tell the environment that applies in a pane."""

    pane: Pane | None = None
    server: Server | None = None


class PaneEnv(Reply):
    """`source` is `pane` for an override, `global`, or null where no environment is set."""

    env: str | None
    source: Source | None


@command(memo=True, gear=ALWAYS)
def get_pane_env(ctx: Context, req: GetPaneEnv) -> PaneEnv:
    if not req.pane:
        raise Refusal("invalid", "pane ID required")
    env, source = ctx.services.environments.in_pane(ctx.services.panes.key(req.pane, req.server))
    return PaneEnv(env=env, source=source)


class ClearPaneEnv(Request, tag="clear_pane_env"):
    """Take a pane's own environment away; not an error where it has none."""

    pane: Pane | None = None
    server: Server | None = None


@command(emits=("env_change", "hud_refresh"))
async def clear_pane_env(ctx: Context, req: ClearPaneEnv) -> Done:
    await ctx.services.environments.clear_pane(req.pane, req.server)
    return Done()


class PreviousEnv(Request, tag="previous_env"):
    """Return to the environment before this one, of `pane`, else everywhere.

    A pane that followed the global environment before does so again. Asked twice,
    it is back where it was. What was before is kept as long as the pane lives.
    """

    pane: Pane | None = None
    server: Server | None = None


class Returned(Reply):
    """`env` is null where the pane follows the global environment from now on, `old` if it did."""

    env: str | None
    old: str | None


@command(emits=("env_change", "hud_refresh"))
async def previous_env(ctx: Context, req: PreviousEnv) -> Returned:
    env, old = await ctx.services.environments.go_back(req.pane, req.server)
    return Returned(env=env, old=old)


class HoldEnv(Request, tag="hold_env"):
    """Publish a pointer to an environment for shells that hold it for themselves.

    It is there before the reply, and kept up to date as long as envs.yaml has the environment.
    """

    env: EnvName | None = None


@command()
async def hold_env(ctx: Context, req: HoldEnv) -> Done:
    await ctx.services.environments.hold(req.env)
    return Done()


class ListEnvs(Request, tag="list_envs"):
    """Tell every environment with its properties."""


class Envs(Reply):
    """`active` is the global one, or null."""

    envs: dict[str, dict[str, Any]]
    active: str | None


@command(memo=True)
def list_envs(ctx: Context, req: ListEnvs) -> Envs:
    found = ctx.services.store.committed
    return Envs(
        envs={name: env.properties for name, env in found.configuration.environments.items()},
        active=found.state.active_env,
    )


class GetEnvData(Request, tag="get_env_data"):
    """Tell the properties of an environment: the named one, else the pane's, else the global."""

    name: EnvName | None = None
    pane: Pane | None = None
    server: Server | None = None


class EnvData(Reply):
    """The properties, and `name`.

    By dotted path: `texts`, the scalars as they were written (`1.10`), and
    `places`, where everything was (`FILE:LINE:COLUMN`).
    """

    env_data: dict[str, Any]
    texts: Mapping[str, str]
    places: dict[str, str]


@command(memo=True)
def get_env_data(ctx: Context, req: GetEnvData) -> EnvData:
    key = ctx.services.panes.key(req.pane, req.server)
    env = ctx.services.environments.applying(req.name, key)
    if env is None:
        raise Refusal("not_found", "no environment is set", hint="`axium env set NAME` sets one")
    return EnvData(
        env_data={**env.properties, "name": env.name},
        texts=env.texts,
        places={path: str(mark) for path, mark in env.marks.items()},
    )


class Explain(Request, tag="explain"):
    """Tell what a command would run, and where each part of that was written; nothing runs.

    `env` is the environment that the caller's shell holds for itself, which wins
    over the pane's. `variables` are the caller's process variables that `$NAME` in
    rules may mean, null for one that is not set.
    """

    command: str
    args: list[str] = msgspec.field(default_factory=list)
    env: EnvName | None = None
    pane: Pane | None = None
    server: Server | None = None
    cwd: str | None = None
    variables: dict[str, str | None] = msgspec.field(default_factory=dict)


@command()
def explain(ctx: Context, req: Explain) -> Explained:
    services = ctx.services
    configuration = services.store.committed.configuration
    key = services.panes.key(req.pane, req.server)
    source = "shell" if req.env is not None else services.environments.in_pane(key)[1]
    plugin = configuration.subcommands.get(req.command, {}).get(next(iter(req.args), ""))
    if plugin is not None:
        env = services.environments.applying(req.env, key)
        words = [req.command, *req.args]
        return explained_of_plugin(
            plugin, words, env=env.name if env else None, pane=req.pane, source=source
        )
    decision = services.plans.for_process(
        req.command, env=req.env, key=key, variables=req.variables
    )
    rules = configuration.rules.for_command(req.command)
    return explained(decision, req.args, rules, pane=req.pane, source=source)
