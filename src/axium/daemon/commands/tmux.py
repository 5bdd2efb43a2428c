"""tmux servers: which of them show the HUD."""

from axium.daemon.context import Context
from axium.wire.envelope import Done, Reply, Request
from axium.wire.registry import command


class TmuxAttach(Request, tag="tmux_attach"):
    """Show the HUD in this tmux server from now on; `server` is $TMUX of a shell inside it."""

    server: str


class TmuxDetach(Request, tag="tmux_detach"):
    """Push no HUD to this tmux server, until it is attached again; its panes keep what they have.

    What it shows now is taken away by the script that takes the hook away.
    """

    server: str


class Attached(Reply):
    """The name by which the server's panes are told apart; `default` needs none."""

    server_name: str


@command()
async def tmux_attach(ctx: Context, req: TmuxAttach) -> Attached:
    return Attached(server_name=await ctx.services.terminals.attach(req.server))


@command()
async def tmux_detach(ctx: Context, req: TmuxDetach) -> Done:
    await ctx.services.terminals.detach(req.server)
    return Done()
