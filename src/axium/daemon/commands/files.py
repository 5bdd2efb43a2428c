"""Files of the user, read and written for plugins that may; and the log that each plugin has."""

from typing import cast

from axium.daemon.context import Context
from axium.wire.envelope import Done, Owner, Reply, Request
from axium.wire.errors import Refusal
from axium.wire.registry import ALWAYS, command


class ReadFile(Request, tag="read_file"):
    """Read a text file, 10 MiB at most; permission `fs_read`, by what the path leads to."""

    path: str


class Content(Reply):
    """All of it."""

    content: str


@command()
async def read_file(ctx: Context, req: ReadFile) -> Content:
    caller = ctx.connection.caller
    text = await ctx.services.brokers().files.read(caller, req.spoke, req.path)
    return Content(content=cast(str, text))  # it is one, in JSON already


class WriteFile(Request, tag="write_file"):
    """Put `content` in a file's place at once, or make one; permission `fs_write`.

    Directories that are missing are made. The mode stays, a new file is the user's alone.
    """

    path: str
    content: str


@command()
async def write_file(ctx: Context, req: WriteFile) -> Done:
    caller = ctx.connection.caller
    await ctx.services.brokers().files.write(caller, req.spoke, req.path, req.content)
    return Done()


class WriteLog(Request, tag="write_log"):
    """Append a line to `logs/NAME.log`; `level` is `info` unless told."""

    message: str
    level: str = "info"
    gear: Owner | None = None


@command(gear=ALWAYS)
async def write_log(ctx: Context, req: WriteLog) -> Done:
    name = ctx.meant(req, req.gear)
    if name is None:
        raise Refusal("invalid", "spoke name required", hint="`spoke` names the log")
    await ctx.services.brokers().logs.write(name, req.level, req.message)
    return Done()
