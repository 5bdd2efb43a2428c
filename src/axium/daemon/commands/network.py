"""Sockets that are handed over to gears, which make none where their `net` is a list."""

from typing import Annotated

import msgspec

from axium.daemon.context import Context
from axium.wire.envelope import Handed, Reply, Request
from axium.wire.registry import OWN, command

Host = Annotated[str, msgspec.Meta(min_length=1, max_length=255)]
Port = Annotated[int, msgspec.Meta(ge=1, le=65535)]
Seconds = Annotated[float, msgspec.Meta(gt=0, le=60)]


class NetConnect(Request, tag="net_connect"):
    """Hand a gear a socket that is connected to a place; permission `net`.

    The place is judged as it is written: `host` has to be the list's, not another name of it.
    `timeout` is for all of it, the name's resolution too.
    """

    host: Host
    port: Port
    timeout: Seconds = 10.0


class HandedOver(Reply):
    """The socket's address; with the first byte of the line goes its descriptor (SCM_RIGHTS)."""

    address: str


@command(gear=OWN)
async def net_connect(ctx: Context, req: NetConnect) -> Handed[HandedOver]:
    network = ctx.services.brokers().network
    caller = ctx.connection.caller
    made = await network.connect(caller, req.host, req.port, within=req.timeout)
    return Handed(HandedOver(address=made.address), made.descriptor)


class NetListen(Request, tag="net_listen"):
    """Hand a gear a socket that listens at a port of 127.0.0.1; permission `net`."""

    port: Port


@command(gear=OWN)
def net_listen(ctx: Context, req: NetListen) -> Handed[HandedOver]:
    made = ctx.services.brokers().network.listen(ctx.connection.caller, req.port)
    return Handed(HandedOver(address=made.address), made.descriptor)
