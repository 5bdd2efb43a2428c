"""The daemon itself: liveness, capabilities, state, pausing, reloading, stopping, figures."""

from typing import Annotated

import msgspec

from axium.daemon.caller import USER, is_gear
from axium.daemon.context import Context
from axium.daemon.services.lifecycle import PROTOCOL, uptime_in_full
from axium.model.marks import Fault
from axium.wire.envelope import Reply, Request
from axium.wire.registry import ALWAYS, NEVER, command, registry

FEATURES = ("text-verbs", "hud-line", "env-line", "plan-line", "events", "one-shot")
"""Named features beside the commands, for clients that ask by capability."""


class Ping(Request, tag="ping"):
    """Answer, which says that the daemon lives."""


class Pong(Reply):
    """`protocol` counts incompatible changes of the wire."""

    pong: bool
    version: str
    protocol: int
    pid: int


@command(gear=ALWAYS)
def ping(ctx: Context, req: Ping) -> Pong:
    life = ctx.services.life
    return Pong(pong=True, version=life.version, protocol=PROTOCOL, pid=life.pid)


class Hello(Request, tag="hello"):
    """Say what this daemon can do; a client asks for capabilities and compares no versions."""

    version: str | None = None
    capabilities: list[str] | None = None


class Capabilities(Reply):
    """A capability for every command, `cmd-NAME`, and the named features.

    Where the request lists some, those of them that are there.
    """

    version: str
    protocol: int
    capabilities: list[str]


@command(gear=ALWAYS)
def hello(ctx: Context, req: Hello) -> Capabilities:
    found = [f"cmd-{name}" for name in registry.names()] + list(FEATURES)
    if req.capabilities is not None:
        found = [name for name in found if name in req.capabilities]
    life = ctx.services.life
    return Capabilities(version=life.version, protocol=PROTOCOL, capabilities=found)


class GetState(Request, tag="get_state"):
    """Tell the whole state of environments and panes."""


class PaneInfo(msgspec.Struct):
    """A pane with an environment of its own; `server` is its tmux server's name."""

    env: str
    server: str
    socket: str | None


class WholeState(msgspec.Struct, kw_only=True):
    """What `get_state` tells."""

    active_env: str | None
    panes: dict[str, str]
    started: Annotated[str, msgspec.Meta(description="ISO 8601 UTC")]
    started_at: Annotated[float, msgspec.Meta(description="epoch seconds")]
    tmux_pane: Annotated[str | None, msgspec.Meta(description="in which the daemon was started")]
    hud_cache: dict[str, str]
    paused: bool
    generation: Annotated[int, msgspec.Meta(description="counts changes")]
    pane_info: dict[str, PaneInfo]


class StateReply(Reply):
    """By pane, of those with an environment of their own: `panes`, `hud_cache`, `pane_info`.

    A gear is told `active_env`, `panes` and `started`.
    """

    state: WholeState


class StateForGear(msgspec.Struct, kw_only=True):
    """What of `WholeState` says nothing of terminals."""

    active_env: str | None
    panes: dict[str, str]
    started: str


class StateReplyForGear(Reply):
    """See `StateReply`."""

    state: StateForGear


@command(gear=ALWAYS)
def get_state(ctx: Context, req: GetState) -> StateReply | StateReplyForGear:
    services = ctx.services
    state = services.store.committed.state
    if is_gear(ctx.connection.caller):
        return StateReplyForGear(
            state=StateForGear(
                active_env=state.active_env, panes=state.panes, started=services.life.started
            )
        )
    return StateReply(
        state=WholeState(
            active_env=state.active_env,
            panes=state.panes,
            started=services.life.started,
            started_at=services.life.started_at,
            tmux_pane=services.life.tmux_pane,
            hud_cache={key: services.hud.text(key, "plain") for key in state.panes},
            paused=state.paused,
            generation=state.generation,
            pane_info={key: PaneInfo(**info) for key, info in services.panes.info().items()},
        )
    )


class DaemonStatus(Request, tag="daemon_status"):
    """Tell how the daemon is."""


class Status(msgspec.Struct, kw_only=True):
    """What `daemon_status` tells."""

    running: bool
    uptime: Annotated[str, msgspec.Meta(description="like `2h 15m 30s`")]
    uptime_secs: int
    active_env: str | None
    panes: Annotated[int, msgspec.Meta(description="how many have an environment of their own")]
    state: Annotated[str, msgspec.Meta(description="`monitoring` or `paused`")]
    pid: int
    version: str
    connections: int
    plugins: int
    links: int
    problems: list[str]
    warnings: list[str]
    hints: dict[str, str]


class StatusReply(Reply):
    """`problems` and `warnings` are of the user's files, as `FILE:LINE:COLUMN: message`.

    `hints` says by such a text what to do about it.
    """

    status: Status


@command()
def daemon_status(ctx: Context, req: DaemonStatus) -> StatusReply:
    services = ctx.services
    state = services.store.committed.state
    return StatusReply(
        status=Status(
            running=True,
            uptime=uptime_in_full(services.life.uptime_secs),
            uptime_secs=services.life.uptime_secs,
            active_env=state.active_env,
            panes=len(state.panes),
            state=services.life.mode,
            pid=services.life.pid,
            version=services.life.version,
            connections=services.life.connections(),
            plugins=services.plugins.active,
            links=services.links.count,
            problems=told(services.settings.faults, "error"),
            warnings=told(services.settings.faults, "warning"),
            hints=hints(services.settings.faults),
        )
    )


class Stop(Request, tag="stop"):
    """Stop the daemon: this reply is sent first, requests in flight get 5 s to finish.

    `keeps_links`: connections of links stay open for a daemon that is started within a minute.
    """

    keeps_links: bool = False


class Stopping(Reply):
    """The daemon is about to be gone."""

    stopping: bool


@command(gear=NEVER)
def stop(ctx: Context, req: Stop) -> Stopping:
    ctx.services.life.stop(keeps_links=req.keeps_links)
    return Stopping(stopping=True)


class Reload(Request, tag="reload"):
    """Read state and all files again; a broken file keeps its last good content."""


class Reloaded(Reply):
    """Both lists are of `FILE:LINE:COLUMN: message`.

    A file with a problem keeps its last good content; one with warnings is in force.
    `hints` says by such a text what to do about it.
    """

    reloaded: bool
    problems: list[str]
    warnings: list[str]
    hints: dict[str, str]


@command(
    emits=("hud_refresh", "spoke_reloaded", "gear_loaded", "daemon_reload", "config_reloaded"),
    gear=NEVER,
)
async def reload(ctx: Context, req: Reload) -> Reloaded:
    life, connection = ctx.services.life, ctx.connection
    if connection.caller is USER:
        faults = await life.reload()
    else:
        # Its own host is among what is loaded again: it is not kept waiting for that.
        ctx.services.events.later("reload", life.reload(), round=connection.round)
        faults = ctx.services.settings.faults
    return Reloaded(
        reloaded=True,
        problems=told(faults, "error"),
        warnings=told(faults, "warning"),
        hints=hints(faults),
    )


def told(faults: tuple[Fault, ...], severity: str) -> list[str]:
    """The faults of one severity as text."""
    return [str(fault) for fault in faults if fault.severity == severity]


def hints(faults: tuple[Fault, ...]) -> dict[str, str]:
    """What to do about each fault that says so, by its text."""
    return {str(fault): fault.hint for fault in faults if fault.hint is not None}


class Pause(Request, tag="pause"):
    """Hold background work and the delivery of events; not an error when they are held."""


class Mode(Reply):
    """`state` is `monitoring` or `paused`."""

    state: str


@command(gear=NEVER)
async def pause(ctx: Context, req: Pause) -> Mode:
    await ctx.services.life.pause()
    return Mode(state=ctx.services.life.mode)


class Resume(Request, tag="resume"):
    """Go on after a pause; not an error when nothing is held."""


@command(gear=NEVER)
async def resume(ctx: Context, req: Resume) -> Mode:
    await ctx.services.life.resume()
    return Mode(state=ctx.services.life.mode)


class Stats(Request, tag="stats"):
    """Tell what was asked, and how long the answers took inside the daemon."""


class StatsReply(Reply):
    """`latency_us` counts answers by the power of two of microseconds that they took at most."""

    requests: dict[str, int]
    latency_us: dict[str, int]
    loop_lag_ms: float
    restarts: dict[str, int]


@command()
def stats(ctx: Context, req: Stats) -> StatsReply:
    counters = ctx.services.counters
    return StatsReply(
        requests=dict(counters.requests),
        latency_us=counters.histogram(),
        loop_lag_ms=counters.worst_lag_secs * 1000,
        restarts=ctx.services.plugins.restarts(),
    )
