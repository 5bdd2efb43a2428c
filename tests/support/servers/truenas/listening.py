"""The server itself: peers come, their requests are answered within its limits, events go out."""

from __future__ import annotations

import asyncio
import json
import ssl
from collections import Counter
from typing import Any, NamedTuple

from websockets.asyncio.server import Server, ServerConnection, serve, unix_serve
from websockets.exceptions import ConnectionClosed

from tests.support.servers.truenas.faults import Fault, Faults
from tests.support.servers.truenas.jobs import Jobs
from tests.support.servers.truenas.logins import Logins, Rate
from tests.support.servers.truenas.methods import METHODS, NOTHING
from tests.support.servers.truenas.peer import Literally, Method, Peer, Refusal

LARGEST = 64 * 1024
MOST_AT_ONCE = 20


class Settings(NamedTuple):
    """See `TrueNas`."""

    port: int
    path: str | None
    tls: tuple[str, str] | None
    is_old: bool
    needs_login: bool
    tells_added: bool
    rate: tuple[int, float, float]
    iterations: int


class Listening:
    """See `TrueNas`."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._counts: Counter[str] = Counter()
        self._peers: set[Peer] = set()
        self._server: Server | None = None
        self._faults = Faults()
        self._jobs = Jobs(self._tell_job, tells_added=settings.tells_added)
        logins = Logins(Rate(*settings.rate), settings.iterations, self._counts)
        self._methods: dict[str, Method] = {
            **METHODS,
            **logins.methods,
            **self._jobs.methods,
            "core.set_options": self._set_options,
            "core.subscribe": self._subscribe,
            "core.unsubscribe": self._unsubscribe,
            "test.note": self._note,
        }
        if settings.is_old:
            del self._methods["core.set_options"]

    async def listen(self) -> None:
        """Let peers come."""
        settings = self._settings
        limits: dict[str, Any] = {
            "max_size": LARGEST,
            "ping_interval": None,
            "compression": None,
        }
        if settings.path is not None:
            self._server = await unix_serve(self._serve, settings.path, **limits)
        else:
            limits["ssl"] = None if settings.tls is None else _trusted(*settings.tls)
            self._server = await serve(self._serve, "127.0.0.1", settings.port, **limits)

    async def stop(self) -> None:
        """Let none come, break off with those that are there, forget all jobs."""
        if self._server is not None:
            self._server.close(close_connections=False)
            await self.drop()
            await self._server.wait_closed()
            self._server = None
        await self._jobs.forget()

    async def drop(self) -> None:
        """Break off with all peers."""
        for peer in list(self._peers):
            peer.drop()

    async def emit(self, collection: str, fields: Any, times: int) -> None:
        """An event, as often as wanted."""
        await self._emit(collection, {"fields": fields}, times)

    async def fault(self, kind: str, on: str, times: int, secs: float) -> None:
        """Something is to go wrong."""
        self._faults.add(Fault(kind, secs), on=on, times=times)

    async def counted(self) -> Counter[str]:
        """How often what has happened."""
        return self._counts

    async def _serve(self, socket: ServerConnection) -> None:
        peer = Peer(socket, is_known=not self._settings.needs_login)
        self._peers.add(peer)
        self._counts["connects"] += 1
        if self._faults.next("connect") is not None:
            peer.drop()
        tasks = set()
        try:
            async for data in socket:
                self._counts["frames"] += 1
                task = asyncio.create_task(self._answer(peer, json.loads(data)))
                tasks.add(task)
                task.add_done_callback(tasks.discard)
        except ConnectionClosed as closed:
            is_too_large = closed.sent is not None and closed.sent.code == 1009
            self._counts["too large" if is_too_large else "broken off"] += 1
        finally:
            self._peers.discard(peer)
            for task in tasks:
                task.cancel()

    async def _answer(self, peer: Peer, body: dict[str, Any]) -> None:
        method = body["method"]
        self._counts[method] += 1
        fault = self._faults.next(method)
        match fault:
            case Fault("drop"):
                peer.drop()
                return
            case Fault("close"):
                await peer.close()
                return
            case Fault("silence"):
                return
            case Fault("late", secs):
                await asyncio.sleep(secs)
        reply = await self._reply(peer, body)
        if reply is not None:
            await peer.answer(reply, fault)

    async def _reply(self, peer: Peer, body: dict[str, Any]) -> str | None:
        """What it is answered; None for nothing."""
        request_id = json.dumps(body["id"])
        peer.running += 1
        try:
            if peer.running > MOST_AT_ONCE:
                raise Refusal(-32000, "Too many concurrent calls")
            result = await self._call(peer, body)
        except Refusal as refusal:
            error = json.dumps(refusal.body)
            return f'{{"jsonrpc":"2.0","id":{request_id},"error":{error}}}'
        finally:
            peer.running -= 1
        if result is NOTHING:
            return None
        text = result if isinstance(result, Literally) else json.dumps(result)
        return f'{{"jsonrpc":"2.0","id":{request_id},"result":{text}}}'

    async def _call(self, peer: Peer, body: dict[str, Any]) -> Any:
        method, params = body["method"], body.get("params", [])
        if not peer.is_known and not method.startswith("auth."):
            data = {"error": 13, "reason": "Not authenticated"}
            raise Refusal(-32001, "Method call error", data)
        if method == "test.job":
            return await self._jobs.run(peer, body["id"], *params)
        if method not in self._methods:
            raise Refusal(-32601, "Method does not exist")
        return await self._methods[method](peer, *params)

    async def _set_options(self, peer: Peer, options: dict[str, bool]) -> dict[str, bool]:
        peer.has_new_jobs = not options["legacy_jobs"]
        return options

    async def _subscribe(self, peer: Peer, event: str) -> str:
        if event == "test.forbidden":
            raise Refusal(-32001, "Method call error", {"reason": "no such event"})
        peer.subscriptions.add(event)
        return f"ticket of {event}"

    async def _unsubscribe(self, peer: Peer, ticket: str) -> None:
        peer.subscriptions.discard(ticket.removeprefix("ticket of "))

    async def _note(self, _peer: Peer, name: str) -> str:
        """Something that is done as often as it is asked for."""
        self._counts[f"note {name}"] += 1
        return name

    async def _tell_job(self, row: dict[str, Any], msg: str) -> None:
        await self._emit("core.get_jobs", {"msg": msg, "id": row["id"], "fields": row}, 1)
        if self._faults.next(f"job {row['state']}") is not None:
            await self.drop()

    async def _emit(self, collection: str, params: dict[str, Any], times: int) -> None:
        told = {"collection": collection, "msg": "changed"} | params
        event = json.dumps({"jsonrpc": "2.0", "method": "collection_update", "params": told})
        for peer in list(self._peers):
            for _ in range(times if collection in peer.subscriptions else 0):
                await peer.send(event)
                self._counts[collection] += 1


def _trusted(certificate: str, key: str) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    return context
