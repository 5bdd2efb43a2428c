"""tmux panes, opened, typed into and read for plugins that may."""

import msgspec

from axium.daemon.context import Context
from axium.daemon.services.broker.asked import Opening, Split
from axium.wire.envelope import Done, Reply, Request
from axium.wire.registry import OWN, command


class TmuxSplitRun(Request, tag="tmux_split_run"):
    """Run a command in a new pane, in the environment of `target`; permission of this name.

    A string is the shell's, a list of words is not. `height` is in percent, `vertical` is one
    above the other. `target` is the pane that is split: the caller's, whom only the caller
    knows, or the one that tmux shows. `server` is $TMUX of a shell in the tmux that is meant.
    """

    command: str | list[str]
    height: int = 20
    split: Split = "vertical"
    target: str | None = None
    server: str | None = None
    cwd: str | None = None
    env_vars: dict[str, str] = msgspec.field(default_factory=dict)


class Opened(Reply):
    """The new pane, in both spellings."""

    pane: str
    pane_id: str


@command(emits=("env_change", "hud_refresh"), gear=OWN)
async def tmux_split_run(ctx: Context, req: TmuxSplitRun) -> Opened:
    asked = Opening(
        req.command, req.height, req.split, req.target, req.server, req.cwd, req.env_vars
    )
    pane = await ctx.services.brokers().panes.split(ctx.connection.caller, req.spoke, asked)
    return Opened(pane=pane, pane_id=pane)


class TmuxSendKeys(Request, tag="tmux_send_keys"):
    """Type into a pane; permission of this name.

    The name of one key as tmux has it (`C-c`, `Enter`) is that key, unless `literal`. Other
    text is typed as it is, and a newline presses Enter.
    """

    keys: str
    pane: str | None = None
    pane_id: str | None = None
    server: str | None = None
    literal: bool = False


@command(gear=OWN)
async def tmux_send_keys(ctx: Context, req: TmuxSendKeys) -> Done:
    where = (req.pane or req.pane_id, req.server)
    caller = ctx.connection.caller
    await ctx.services.brokers().panes.type(caller, req.spoke, where, req.keys, literal=req.literal)
    return Done()


class TmuxCapturePane(Request, tag="tmux_capture_pane"):
    """Read a pane; permission of this name.

    `start` and `end` are lines of history and screen, the first is 0, the last that has
    something is -1; without them the visible screen. What tmux wrapped is one line.
    """

    pane: str | None = None
    pane_id: str | None = None
    server: str | None = None
    start: int | None = None
    end: int | None = None


class Captured(Reply):
    """Lines, each with its newline."""

    content: str


@command(gear=OWN)
async def tmux_capture_pane(ctx: Context, req: TmuxCapturePane) -> Captured:
    content = await ctx.services.brokers().panes.capture(
        ctx.connection.caller,
        req.spoke,
        (req.pane or req.pane_id, req.server),
        (req.start, req.end),
    )
    return Captured(content=content)
