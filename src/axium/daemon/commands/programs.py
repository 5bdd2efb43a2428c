"""Programs that the daemon runs for plugins and for the user, and the jobs that they are."""

from typing import Annotated, Literal

import msgspec

from axium.daemon.context import Context
from axium.daemon.services.broker.asked import Asked
from axium.model.jobs import TAIL_BYTES, Mode, Row
from axium.wire.envelope import Reply, Request
from axium.wire.registry import OWN, command

Seconds = Annotated[float, msgspec.Meta(gt=0, le=86400)]


class DaemonExec(Request, tag="daemon_exec"):
    """Run a program in the environment that applies; permission `exec`.

    A string goes to the shell, unless the permission is a list of programs: then it is split
    into words and runs without one. `mode` is `background` for a string and `wait` for a list
    unless told; `foreground` is another word for `wait`. After `timeout` seconds it is ended
    with all that it started; without one, `wait` ends it after 60. `environment` is the one that
    applies, else that of `pane`. `env` are variables.
    """

    command: str | list[str]
    cwd: str | None = None
    env: dict[str, str] = msgspec.field(default_factory=dict)
    mode: Literal["background", "wait", "foreground"] | None = None
    timeout: Seconds | None = None
    environment: str | None = None
    pane: str | None = None
    server: str | None = None


class Executed(Reply):
    """The last three are of one that was waited for, as far as its program wrote them.

    Of each stream 1 MiB is kept; `truncated` says that there was more.
    """

    job: int
    pid: int
    stdout: str | None = None
    stderr: str | None = None
    returncode: int | None = None
    truncated: bool = False


@command(gear=OWN)
async def daemon_exec(ctx: Context, req: DaemonExec) -> Executed:
    mode: Mode | None = "wait" if req.mode == "foreground" else req.mode
    asked = Asked(
        command=req.command,
        cwd=req.cwd,
        variables=req.env,
        mode=mode,
        limit=req.timeout,
        environment=req.environment,
        pane=req.pane,
        server=req.server,
    )
    job = await ctx.services.brokers().programs.start(ctx.connection.caller, req.spoke, asked)
    if job.order.mode == "background":
        return Executed(job=job.number, pid=job.group.pid)
    returncode, stdout, stderr = await ctx.services.brokers().jobs.outcome(job)
    return Executed(
        job=job.number,
        pid=job.group.pid,
        stdout=stdout,
        stderr=stderr,
        returncode=returncode,
        truncated=job.is_cut,
    )


class ListJobs(Request, tag="list_jobs"):
    """Tell which jobs run or ran, the last 200; a plugin's own, or those of `spoke`."""


class JobRows(Reply):
    """The oldest first."""

    jobs: list[Row]


@command(is_about_gear=True)
def list_jobs(ctx: Context, req: ListJobs) -> JobRows:
    return JobRows(jobs=ctx.services.brokers().jobs.rows(ctx.meant(req)))


class ShowJob(Request, tag="show_job"):
    """Tell how a job is, and what it wrote."""

    job: int


class JobShown(Reply):
    """`output` is the last 64 KiB of what it wrote, both streams as they came."""

    job: Row
    output: str
    truncated: bool


@command(is_about_gear=True)
def show_job(ctx: Context, req: ShowJob) -> JobShown:
    jobs = ctx.services.brokers().jobs
    job = jobs.find(req.job, ctx.meant(req))
    return JobShown(job=jobs.row(job), output=job.output, truncated=job.written > TAIL_BYTES)


class StopJob(Request, tag="stop_job"):
    """End a job with all that it started: it is asked to, and killed 2 seconds later."""

    job: int


class Stopped(Reply):
    """False where it had ended before."""

    stopped: bool


@command(is_about_gear=True)
async def stop_job(ctx: Context, req: StopJob) -> Stopped:
    whose = ctx.meant(req)
    return Stopped(stopped=await ctx.services.brokers().jobs.stop(req.job, whose))
