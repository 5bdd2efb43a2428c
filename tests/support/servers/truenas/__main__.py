"""The server's process: orders of the test come as lines, each is answered when it is done."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Callable, Coroutine
from typing import Any

from tests.support.servers.truenas.listening import Listening, Settings


async def serve(settings: Settings) -> None:
    """Do what the test says, until its end of the pipe is closed."""
    listening = Listening(settings)
    orders: dict[str, Callable[..., Coroutine[Any, Any, Any]]] = {
        "listen": listening.listen,
        "stop": listening.stop,
        "drop": listening.drop,
        "emit": listening.emit,
        "fault": listening.fault,
        "counts": listening.counted,
    }
    reader = asyncio.StreamReader()
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while line := await reader.readline():
        name, *given = json.loads(line)
        print(json.dumps(await orders[name](*given)), flush=True)
    await listening.stop()


if __name__ == "__main__":
    asyncio.run(serve(Settings(**json.loads(sys.argv[1]))))
