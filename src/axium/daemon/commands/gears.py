"""Gears from outside: what a command of one needs, to be run in its confinement."""

from axium.daemon.caller import USER
from axium.daemon.context import Context
from axium.plugins.orders import Run, RunKind
from axium.wire.envelope import Handed, Reply, Request
from axium.wire.errors import Refusal
from axium.wire.registry import NEVER, command


class GearChannel(Request, tag="gear_channel"):
    """Say how a process of a gear's is confined, and hand over a channel of the gear's.

    It is looked at again whether the gear may run. The channel comes with the reply's first byte
    (SCM_RIGHTS); what is asked on it is asked by the gear. `kind` says what the process is:
    `command`, the gear's own command line, or `program`, what the gear has run in a pane. `cwd`
    is where the user started it, which `./**` means.
    """

    gear: str
    kind: RunKind = "command"
    cwd: str | None = None


class Confinement(Reply):
    """Names of variables that it gets, with a blank between them; and what it is to be."""

    # First, and of letters that JSON leaves as they are: who starts the process reads no JSON.
    names: str
    run: Run


@command(gear=NEVER)
async def gear_channel(ctx: Context, req: GearChannel) -> Handed[Confinement]:
    if ctx.connection.caller is not USER:
        hint = "it is for who starts a gear's command: `axium COMMAND`"
        raise Refusal("denied", "permission denied: gear_channel", hint=hint)
    plugins, confinements = ctx.services.plugins, ctx.services.confinements
    confined = await plugins.admit(req.gear, here=req.cwd)
    if req.gear not in confinements:
        await plugins.reload("gear", req.gear)
    run = confined.run(req.kind)
    channel = ctx.services.gear_channels.open(req.gear, here=req.cwd if run.has_channel else None)
    return Handed(Confinement(names=" ".join(confined.variables), run=run), channel)
