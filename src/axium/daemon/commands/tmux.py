"""tmux servers: which of them show the HUD."""

from axium.daemon.context import Context
from axium.wire.envelope import Reply, Request
from axium.wire.registry import command


class TmuxAttach(Request, tag="tmux_attach"):
    """Show the HUD in this tmux server from now on; `server` is $TMUX of a shell inside it."""

    server: str


class Attached(Reply):
    """The name by which the server's panes are told apart; `default` needs none."""

    server_name: str


@command()
async def tmux_attach(ctx: Context, req: TmuxAttach) -> Attached:
    return Attached(server_name=await ctx.services.terminals.attach(req.server))
