"""Methods without a state: what calls of tests are answered."""

from __future__ import annotations

import asyncio
from typing import Any

from tests.support.servers.truenas.jobs import TRACE
from tests.support.servers.truenas.peer import Literally, Method, Peer, Refusal

NOTHING = object()
"""No answer, ever."""


async def _ping(_peer: Peer) -> str:
    return "pong"


async def _echo(_peer: Peer, *params: Any) -> Any:
    return params[0] if params else None


async def _big(_peer: Peer, size: int) -> str:
    return "x" * size


async def _date(_peer: Peer) -> Literally:
    return Literally('{"at": {"$date": 1700000000000}, "n": 123456789012345678901, "f": 1.10}')


async def _sleep(_peer: Peer, secs: float) -> float:
    await asyncio.sleep(secs)
    return secs


async def _drop(peer: Peer) -> Any:
    peer.drop()
    return NOTHING


async def _silence(_peer: Peer) -> Any:
    return NOTHING


async def _fail(_peer: Peer) -> None:
    data = {"error": 2, "errname": "ENOENT", "reason": "[ENOENT] no pool", "trace": TRACE}
    raise Refusal(-32001, "Method call error", data | {"extra": None})


async def _invalid(_peer: Peer) -> None:
    extra = [["pool.name", "too short", 22], ["pool.size", "too small", 22]]
    data = {"error": 22, "reason": "[EINVAL] pool.name: too short", "trace": TRACE, "extra": extra}
    raise Refusal(-32602, "Invalid params", data)


METHODS: dict[str, Method] = {
    "core.ping": _ping,
    "test.echo": _echo,
    "test.big": _big,
    "test.date": _date,
    "test.sleep": _sleep,
    "test.drop": _drop,
    "test.silence": _silence,
    "test.fail": _fail,
    "test.invalid": _invalid,
}
