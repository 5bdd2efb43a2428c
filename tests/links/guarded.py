"""A server that wants something in the handshake, or leads elsewhere; the rest is an echo."""

from __future__ import annotations

import asyncio
import json
import threading
from http import HTTPStatus
from typing import Any

from websockets.asyncio.server import Server, ServerConnection, serve, unix_serve
from websockets.datastructures import Headers
from websockets.http11 import Request, Response


class Guarded:
    """Answers with the name of the method; `wanted` is a header with its value.

    `elsewhere` is where it leads whoever comes; `path` a Unix socket in place of a port.
    """

    def __init__(
        self,
        wanted: tuple[str, str] | None = None,
        *,
        elsewhere: str | None = None,
        path: str | None = None,
    ) -> None:
        self.seen: list[tuple[str, dict[str, str]]] = []
        self._wanted = wanted
        self._elsewhere = elsewhere
        self._path = path
        self.port = 0
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="guarded server")
        self._thread.start()
        self._server: Server = self._do(self._listen())

    @property
    def uri(self) -> str:
        """Where it is."""
        return f"ws://127.0.0.1:{self.port}/rpc"

    def close(self) -> None:
        """The end."""
        self._do(self._stop())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _do(self, work: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(10)

    async def _listen(self) -> Server:
        settings: dict[str, Any] = {"process_request": self._look, "compression": None}
        if self._path is not None:
            return await unix_serve(self._echo, self._path, **settings)
        server = await serve(self._echo, "127.0.0.1", 0, **settings)
        self.port = next(iter(server.sockets)).getsockname()[1]
        return server

    async def _stop(self) -> None:
        self._server.close()
        await self._server.wait_closed()

    def _look(self, _socket: ServerConnection, request: Request) -> Response | None:
        self.seen.append((request.path, dict(request.headers)))
        if self._elsewhere is not None:
            return Response(302, "Found", Headers({"Location": self._elsewhere}))
        if self._wanted is None or request.headers.get(self._wanted[0]) == self._wanted[1]:
            return None
        return Response(int(HTTPStatus.UNAUTHORIZED), "Unauthorized", Headers())

    async def _echo(self, socket: ServerConnection) -> None:
        async for data in socket:
            body = json.loads(data)
            reply = {"jsonrpc": "2.0", "id": body["id"], "result": body["method"]}
            await socket.send(json.dumps(reply))
