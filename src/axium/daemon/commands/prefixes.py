"""Prefixes: what stands before wrapped commands, by the user's rules and by registered ones."""

from collections.abc import Mapping
from typing import Any

import msgspec

from axium.daemon.caller import is_gear
from axium.daemon.context import Context
from axium.model.rules import Rule, rule_from_wire
from axium.plugins.environ import of_gear
from axium.wire.envelope import Done, Reply, Request
from axium.wire.errors import Refusal
from axium.wire.registry import OWN, command


class Place(msgspec.Struct, kw_only=True):
    """Where a command is to run: `env` wins over `pane`, which wins over the global one."""

    env: str | None = None
    pane: str | None = None
    server: str | None = None
    cwd: str | None = None
    generation: int | None = None
    variables: dict[str, str] | None = None


class ApplyPrefixes(Request, tag="apply_prefixes"):
    """Tell what a command with these arguments becomes; without a rule it stays as it is.

    `context.variables` are the process variables that `$NAME` in rules may mean;
    without them the daemon's own are used, for a gear those that it gets itself.
    """

    command: str
    args: list[str] = msgspec.field(default_factory=list)
    context: Place = msgspec.field(default_factory=Place)
    guards: bool = False


class Applied(Reply):
    """The whole argv; variables to set; variables to take away."""

    command: list[str]
    env_vars: dict[str, str]
    unset: list[str]


@command()
def apply_prefixes(ctx: Context, req: ApplyPrefixes) -> Applied:
    place, services = req.context, ctx.services
    key = services.panes.key(place.pane, place.server)
    env = services.environments.applying(place.env, key)
    variables = _own_variables(ctx) if place.variables is None else place.variables
    decision = services.plans.decide(req.command, env=env, pane=key, variables=variables)
    before, after = ([part.word for part in side] for side in (decision.before, decision.after))
    return Applied(
        command=[*before, *req.args, *after],
        env_vars={name: part.word for name, part in decision.set},
        unset=[name for name, _part in decision.unset],
    )


def _own_variables(ctx: Context) -> Mapping[str, str]:
    """The daemon's, as far as the caller may know them."""
    caller, own = ctx.connection.caller, ctx.services.plans.own_variables
    if not is_gear(caller):
        return own
    return of_gear(own, ctx.services.permissions.of(caller.name).env)


class ListPrefixedCommands(Request, tag="list_prefixed_commands"):
    """Tell the names of wrapped commands."""


class Commands(Reply):
    """Sorted."""

    commands: list[str]


@command(memo=True)
def list_prefixed_commands(ctx: Context, req: ListPrefixedCommands) -> Commands:
    return Commands(commands=ctx.services.prefixes.commands())


class RegisterPrefix(Request, tag="register_prefix"):
    """Register a rule, by `wrapper`, or by `strategy` and `config`, until the daemon stops.

    The first registration of a command wins, and the user's own file always. A gear has the
    rules of its manifest: one of those is confirmed, any other is `denied`.
    """

    command: str
    wrapper: str | None = None
    strategy: str | None = None
    config: dict[str, Any] | None = None


@command(gear=OWN)
async def register_prefix(ctx: Context, req: RegisterPrefix) -> Done:
    caller, services = ctx.connection.caller, ctx.services
    rule = _rule(req, ctx.meant(req) or "user")
    if is_gear(caller):
        services.permissions.confirm_prefix(caller, rule)
        services.prefixes.confirm(rule)
    else:
        await services.prefixes.register(rule)
    return Done()


def _rule(req: RegisterPrefix, owner: str) -> Rule:
    """What is to be registered. Refusal `invalid`."""
    try:
        return rule_from_wire(
            req.command,
            wrapper=req.wrapper,
            strategy=req.strategy,
            config=req.config,
            owner=owner,
        )
    except ValueError as fault:
        field, _colon, said = str(fault).partition(": ")
        raise Refusal("invalid", f"field `{field}`: {said}") from None


class UnregisterPrefixes(Request, tag="unregister_prefixes"):
    """Take away the rules that `spoke` registered, else those that the user did."""


class Unregistered(Reply):
    """How many rules that were."""

    unregistered: int


@command(is_about_gear=True)
async def unregister_prefixes(ctx: Context, req: UnregisterPrefixes) -> Unregistered:
    owner = ctx.meant(req) or "user"
    return Unregistered(unregistered=await ctx.services.prefixes.unregister(owner))
