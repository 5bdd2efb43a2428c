"""A server that behaves as TrueNAS does on the wire: logins, limits, jobs new and old, faults."""

from __future__ import annotations

import asyncio
import json
import ssl
import threading
from collections import Counter
from collections.abc import Callable
from typing import Any, NamedTuple

from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.exceptions import ConnectionClosed

from tests.links.scram_server import ScramServer

USER, PASSWORD, KEY = "admin", "hunter2", "7-hunter3"
LARGEST = 64 * 1024
MOST_AT_ONCE = 20
MOST_LOGINS = 20

TRACE = {"class": "CallError", "frames": [], "formatted": "Traceback: here", "repr": "CallError()"}


class Fault(Exception):
    """An error that the server answers with."""

    def __init__(self, code: int, message: str, data: Any = None) -> None:
        super().__init__(message)
        self.body = {"code": code, "message": message, "data": data}


class Peer:
    """One client."""

    def __init__(self, socket: ServerConnection) -> None:
        self.socket = socket
        self.is_known = False
        self.has_new_jobs = False
        self.subscriptions: set[str] = set()
        self.scram: ScramServer | None = None
        self.running = 0


class Job(NamedTuple):
    """One job; `row` is what the server says of it."""

    row: dict[str, Any]
    task: asyncio.Task[None]


class FakeTrueNas:
    """Runs on a thread of its own, on one port of the loopback that survives `kill` and `revive`.

    `is_old` servers know nothing of `core.set_options` and reply to a job with its number.
    `needs_login`: without it a peer is known from the start.
    """

    def __init__(
        self, *, is_old: bool = False, needs_login: bool = True, tls: ssl.SSLContext | None = None
    ) -> None:
        self.is_old = is_old
        self.needs_login = needs_login
        self.counts: Counter[str] = Counter()
        self.open_before_close: Callable[[], None] | None = None
        self._tls = tls
        self._loop = asyncio.new_event_loop()
        self._peers: set[Peer] = set()
        self._jobs: dict[int, Job] = {}
        self._server: Server | None = None
        self.port = 0
        self._thread = threading.Thread(target=self._loop.run_forever, name="fake truenas")
        self._thread.start()
        self.revive()

    @property
    def uri(self) -> str:
        """Where a link finds it."""
        scheme = "ws" if self._tls is None else "wss"
        return f"{scheme}://127.0.0.1:{self.port}/api/current"

    def revive(self) -> None:
        """Listen, at the same port as before."""
        self._do(self._listen())

    def kill(self) -> None:
        """Stop listening, and break every connection off without a word."""
        self._do(self._stop())

    def drop(self) -> None:
        """Break every connection off; new ones may come."""
        self._do(self._break())

    def emit(self, collection: str, fields: Any = None, *, times: int = 1) -> None:
        """An event, as often as wanted."""
        self._do(self._emit(collection, {"fields": fields}, times))

    def close(self) -> None:
        """The end."""
        self._do(self._stop())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _do(self, work: Any) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result(10)

    async def _listen(self) -> None:
        self._server = await serve(
            self._serve,
            "127.0.0.1",
            self.port,
            ssl=self._tls,
            max_size=LARGEST,
            ping_interval=None,
            compression=None,
        )
        self.port = next(iter(self._server.sockets)).getsockname()[1]

    async def _stop(self) -> None:
        if self._server is not None:
            self._server.close(close_connections=False)
            await self._break()
            await self._server.wait_closed()
            self._server = None
        for job in self._jobs.values():
            job.task.cancel()
        await asyncio.gather(*(job.task for job in self._jobs.values()), return_exceptions=True)

    async def _break(self) -> None:
        for peer in list(self._peers):
            peer.socket.transport.abort()

    async def _serve(self, socket: ServerConnection) -> None:
        peer = Peer(socket)
        peer.is_known = not self.needs_login
        self._peers.add(peer)
        self.counts["connects"] += 1
        tasks = set()
        try:
            async for data in socket:
                task = asyncio.create_task(self._answer(peer, data))
                tasks.add(task)
                task.add_done_callback(tasks.discard)
        except ConnectionClosed:
            self.counts["broken off"] += 1
        finally:
            self._peers.discard(peer)
            for task in tasks:
                task.cancel()

    async def _answer(self, peer: Peer, data: str | bytes) -> None:
        body = json.loads(data)
        self.counts[body["method"]] += 1
        peer.running += 1
        try:
            if peer.running > MOST_AT_ONCE:
                raise Fault(-32000, "Too many concurrent calls")
            result = await self._call(peer, body)
            if result is not NOTHING:
                text = result if isinstance(result, Literally) else json.dumps(result)
                request_id = json.dumps(body["id"])
                await peer.socket.send(f'{{"jsonrpc":"2.0","id":{request_id},"result":{text}}}')
        except Fault as fault:
            reply = {"jsonrpc": "2.0", "id": body["id"], "error": fault.body}
            await peer.socket.send(json.dumps(reply))
        finally:
            peer.running -= 1

    async def _call(self, peer: Peer, body: dict[str, Any]) -> Any:
        method, params = body["method"], body.get("params", [])
        if not peer.is_known and not method.startswith("auth."):
            raise Fault(-32001, "Method call error", {"error": 13, "reason": "Not authenticated"})
        known: dict[str, Callable[..., Any]] = {
            "auth.login": self._login,
            "auth.login_with_api_key": self._login_by_key,
            "auth.login_ex": self._scram,
            "core.set_options": self._set_options,
            "core.subscribe": self._subscribe,
            "core.unsubscribe": self._unsubscribe,
            "core.get_jobs": self._get_jobs,
            "core.job_abort": self._abort,
            "test.echo": _echo,
            "test.big": _big,
            "test.date": _date,
            "test.sleep": _sleep,
            "test.drop": self._drop_peer,
            "test.silence": _silence,
            "test.fail": _fail,
            "test.invalid": _invalid,
            "test.twice": _twice,
            "test.anonymous": _anonymous,
            "test.job": self._job,
        }
        if method not in known or (self.is_old and method == "core.set_options"):
            raise Fault(-32601, "Method does not exist")
        if method == "test.job":
            return await self._job(peer, body["id"], *params)
        return await known[method](peer, *params)

    def _count_login(self) -> None:
        self.counts["logins"] += 1
        if self.counts["logins"] > MOST_LOGINS:
            raise Fault(-32001, "Method call error", {"error": 16, "reason": "Rate limit exceeded"})

    async def _login(self, peer: Peer, user: str, password: str) -> bool:
        self._count_login()
        peer.is_known = (user, password) == (USER, PASSWORD)
        return peer.is_known

    async def _login_by_key(self, peer: Peer, key: str) -> bool:
        self._count_login()
        if key != KEY:
            data = {"error": 22, "reason": f"Invalid API key {key}"}
            raise Fault(-32001, "Method call error", data)
        peer.is_known = True
        return True

    async def _scram(self, peer: Peer, message: dict[str, str]) -> dict[str, Any]:
        if message["scram_type"] == "CLIENT_FIRST_MESSAGE":
            self._count_login()
            peer.scram = ScramServer(KEY.partition("-")[2])
            return _scram_reply("SERVER_FIRST_RESPONSE", peer.scram.first(message["rfc_str"]))
        assert peer.scram is not None
        final = peer.scram.final(message["rfc_str"])
        peer.is_known = final is not None and peer.scram.user == f"{USER}:7"
        if not peer.is_known:
            return {"response_type": "AUTH_ERR"}
        return _scram_reply("SERVER_FINAL_RESPONSE", final)

    async def _set_options(self, peer: Peer, options: dict[str, bool]) -> dict[str, bool]:
        peer.has_new_jobs = not options["legacy_jobs"]
        return options

    async def _subscribe(self, peer: Peer, event: str) -> str:
        if event == "test.forbidden":
            raise Fault(-32001, "Method call error", {"reason": "no such event"})
        peer.subscriptions.add(event)
        return f"ticket of {event}"

    async def _unsubscribe(self, peer: Peer, ticket: str) -> None:
        peer.subscriptions.discard(ticket.removeprefix("ticket of "))

    async def _get_jobs(self, _peer: Peer, filters: list[list[Any]]) -> list[dict[str, Any]]:
        ((_name, _operator, wanted),) = filters
        return [job.row for number, job in self._jobs.items() if number == wanted]

    async def _abort(self, _peer: Peer, number: int) -> None:
        self._jobs[number].task.cancel()

    async def _job(self, peer: Peer, request_id: Any, *params: Any) -> Any:
        """Steps of so many seconds each; then this outcome."""
        defaults: list[Any] = [3, 0.02, "SUCCESS"]
        steps, secs, outcome = [*params, *defaults[len(params) :]]
        number = len(self._jobs) + 1
        row: dict[str, Any] = {
            "id": number,
            "method": "test.job",
            "message_ids": [request_id],
            "state": "WAITING",
            "progress": {"percent": None, "description": ""},
            "result": None,
            "error": None,
            "exception": None,
            "exc_info": None,
        }
        task = asyncio.create_task(self._run(row, steps, secs, outcome))
        self._jobs[number] = Job(row, task)
        if not peer.has_new_jobs:
            return number
        await asyncio.wait([task])
        if row["state"] == "SUCCESS":
            return row["result"]
        data = {"error": 14, "reason": row["error"], "trace": TRACE, "extra": None}
        raise Fault(-32001, "Method call error", data)

    async def _run(self, row: dict[str, Any], steps: int, secs: float, outcome: str) -> None:
        await self._tell_job(row, "added")
        try:
            for step in range(steps):
                row["state"] = "RUNNING"
                row["progress"] = {"percent": 100 * step / steps, "description": f"step {step}"}
                await self._tell_job(row)
                await asyncio.sleep(secs)
            row["state"], row["result"] = outcome, {"steps": steps}
            if outcome == "FAILED":
                row["error"] = "[EFAULT] it failed"
        except asyncio.CancelledError:
            row["state"] = "ABORTED"
        await self._tell_job(row)

    async def _tell_job(self, row: dict[str, Any], msg: str = "changed") -> None:
        await self._emit("core.get_jobs", {"msg": msg, "id": row["id"], "fields": row}, 1)

    async def _emit(self, collection: str, params: dict[str, Any], times: int) -> None:
        event = {
            "jsonrpc": "2.0",
            "method": "collection_update",
            "params": {"collection": collection, "msg": "changed"} | params,
        }
        text = json.dumps(event)
        for peer in list(self._peers):
            if collection in peer.subscriptions:
                for _ in range(times):
                    try:
                        await peer.socket.send(text)
                        self.counts[collection] += 1
                    except ConnectionClosed:
                        break

    async def _drop_peer(self, peer: Peer) -> None:
        peer.socket.transport.abort()


class Literally(str):
    """JSON as it is to be sent."""

    __slots__ = ()


NOTHING = object()


def _scram_reply(kind: str, text: str | None) -> dict[str, Any]:
    return {"response_type": "SCRAM_RESPONSE", "scram_type": kind, "rfc_str": text}


async def _echo(_peer: Peer, *params: Any) -> Any:
    return params[0] if params else None


async def _big(_peer: Peer, size: int) -> str:
    return "x" * size


async def _date(_peer: Peer) -> Literally:
    return Literally('{"at": {"$date": 1700000000000}, "n": 123456789012345678901, "f": 1.10}')


async def _sleep(_peer: Peer, secs: float) -> float:
    await asyncio.sleep(secs)
    return secs


async def _silence(_peer: Peer) -> Any:
    return NOTHING


async def _fail(_peer: Peer) -> None:
    data = {"error": 2, "errname": "ENOENT", "reason": "[ENOENT] no pool", "trace": TRACE}
    raise Fault(-32001, "Method call error", data | {"extra": None})


async def _invalid(_peer: Peer) -> None:
    extra = [["pool.name", "too short", 22], ["pool.size", "too small", 22]]
    data = {"error": 22, "reason": "[EINVAL] pool.name: too short", "trace": TRACE, "extra": extra}
    raise Fault(-32602, "Invalid params", data)


async def _twice(peer: Peer) -> Any:
    await peer.socket.send('{"jsonrpc":"2.0","id":424242,"result":"to nobody"}')
    return "once"


async def _anonymous(peer: Peer) -> Any:
    await peer.socket.send('{"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"what?"}}')
    return NOTHING
