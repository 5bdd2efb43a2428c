"""The one-shot dialect of existing clients: an object with `command`, lines until the last one."""

import asyncio
import logging
from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any

import msgspec

from axium.daemon.connection import Connection
from axium.daemon.services.links.callers import PROCESS_ENDED, is_lagged
from axium.daemon.services.links.params import time_of
from axium.links.channel import CallOrder, Order, PingOrder
from axium.wire.errors import Refusal

Raw = msgspec.Raw

log = logging.getLogger("axium.links")

COMMANDS = ("ping", "call", "stop")


class Options(msgspec.Struct):
    """What a call may say in `kwargs`; other words are for other daemons."""

    timeout: float | None = None
    job: bool | str | None = None


class OneShot(msgspec.Struct):
    """A request."""

    command: Any
    link: str | None = None
    method: str | None = None
    params: Raw = Raw(b"[]")
    kwargs: Options | None = None
    timeout: float | None = None

    @property
    def secs(self) -> float | None:
        """How long it may take, if it says so."""
        if self.timeout is not None or self.kwargs is None:
            return self.timeout
        return self.kwargs.timeout

    @property
    def is_job(self) -> bool:
        """Whether it is a long one, whose progress is to be told."""
        return self.kwargs is not None and bool(self.kwargs.job)


_decode = msgspec.json.Decoder(OneShot).decode
_encode = msgspec.json.Encoder().encode

PONG = _encode({"type": "result", "result": "pong"}) + b"\n"


class OneShotClient:
    """A client that waits for its last line."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.answer: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()

    def more(self, body: bytes) -> None:
        """See `Caller`: the dialect has no word for what was left out."""
        if not self.connection.has_unsent and not is_lagged(body):
            self.connection.send(body + b"\n")

    def last(self, body: bytes, *, is_ok: bool) -> None:
        """See `Caller`."""
        if not self.answer.done():
            self.answer.set_result(body + b"\n")

    def lost(self, why: str = PROCESS_ENDED) -> None:
        """See `Caller`."""
        self.last(failed(why, "ConnectionError").rstrip(), is_ok=False)


def decoded(line: bytes) -> OneShot:
    """The request in a line. ValueError."""
    try:
        line.decode()
        return _decode(line)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as fault:
        raise ValueError(f"Invalid request: {fault}") from None


def order_of(request: OneShot, link: str) -> Callable[[int], Order]:
    """What a request asks of a link, by the number of who asks. ValueError."""
    secs = request.secs
    if secs is not None and not 0 <= secs < 1e9:
        raise ValueError("`timeout` is in seconds")
    if request.command == "ping":
        assert secs is not None
        return lambda number: PingOrder(call=number, link=link, timeout=secs, dialect="one-shot")
    if not request.method:
        raise ValueError("`method` is missing")
    params = request.params
    if bytes(memoryview(params)[:1]) not in (b"[", b"{"):
        raise ValueError("`params` is a list or an object")
    is_job = request.is_job
    return partial(
        lambda number, **said: CallOrder(call=number, link=link, dialect="one-shot", **said),
        method=request.method,
        params=params,
        job=is_job,
        timeout=time_of(secs, is_job=is_job),
    )


def told(result: Any) -> bytes:
    """The last line of what was done."""
    return _encode({"type": "result", "result": result}) + b"\n"


def failed(sentence: str, error_type: str, **fields: Any) -> bytes:
    """The last line of what was not."""
    return _encode({"type": "error", "error": sentence, "error_type": error_type, **fields}) + b"\n"


def refused(refusal: Refusal) -> bytes:
    """The last line where the daemon itself refused."""
    kind = "ValueError" if refusal.code in ("unknown_link", "invalid") else "ConnectionError"
    return failed(refusal.sentence, kind, code=refusal.code)


def answer(
    line: bytes, connection: Connection, ask: Callable[[OneShot], Coroutine[Any, Any, bytes]]
) -> bytes | None:
    """Answer a line, which is the connection's only one; None where a task sends it later."""
    connection.close_after()
    try:
        request = decoded(line)
    except ValueError as fault:
        return failed(str(fault), "ValueError")
    if request.command not in COMMANDS:
        return failed(f"Unknown command: {request.command}", "ValueError")
    task = asyncio.create_task(ask(request), name="one-shot request")
    task.add_done_callback(partial(_send, connection))
    connection.spawn(task)
    return None


def _send(connection: Connection, task: asyncio.Task[bytes]) -> None:
    if task.cancelled():
        return
    fault = task.exception()
    if fault is None:
        connection.send(task.result())
        return
    log.error("a one-shot request failed", exc_info=fault)
    sentence = f"the daemon failed: {type(fault).__name__}: {fault}"
    connection.send(failed(sentence, type(fault).__name__))
