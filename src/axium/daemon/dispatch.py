"""From a line to its answer: dialect, envelope, command, handler, reply."""

import asyncio
import logging
import os
import time
from collections.abc import Coroutine
from functools import partial
from typing import Any

from axium.daemon.caller import USER
from axium.daemon.connection import Connection
from axium.daemon.context import Context, Services
from axium.daemon.memo import Memo
from axium.daemon.services.events import MOST_ROUNDS
from axium.daemon.text import TextVerbs, text_error
from axium.wire.codec import Codec, ForLink, request_id
from axium.wire.envelope import (
    LATER,
    Handed,
    Reply,
    Request,
    RequestId,
    encode_handed,
    encode_refusal,
    encode_reply,
)
from axium.wire.errors import Refusal
from axium.wire.registry import Answer, Command, Registry

log = logging.getLogger("axium.dispatch")


class Dispatch:
    """Answers the lines of every connection from one registry of commands."""

    def __init__(self, registry: Registry, services: Services, text: TextVerbs, memo: Memo) -> None:
        self._registry = registry
        self._services = services
        self._text = text
        self._memo = memo
        self.remembered = memo.find
        self._codec = Codec(registry)

    def answer(self, line: bytes, connection: Connection) -> bytes | None:
        """See `Port.answer`."""
        if line.lstrip()[:1] != b"{":
            return self._answer_text(line, connection)
        return self._answer_json(line, connection)

    def closed(self, connection: Connection) -> None:
        """See `Port.closed`."""
        self._services.subscriptions.end_all(connection)
        self._services.links.closed(connection)

    def _answer_text(self, line: bytes, connection: Connection) -> bytes | None:
        connection.close_after()
        try:
            answer = self._text.answer(line)
        except Exception as fault:  # noqa: BLE001 (the boundary of dispatch: one answer, always)
            return _text_failed(fault)
        if isinstance(answer, bytes):
            return answer
        task = asyncio.create_task(answer, name="text verb")
        task.add_done_callback(partial(self._send_text, connection))
        connection.spawn(task)
        return None

    def _answer_json(self, line: bytes, connection: Connection) -> bytes | None:
        try:
            request = self._codec.request(line)
        except Refusal as refusal:
            if isinstance(refusal, ForLink) and connection.caller is USER:
                self._services.counters.requests["one-shot"] += 1
                return self._services.links.answer_one_shot(line, connection)
            known_id = request_id(line)
            if known_id is None:
                connection.close_after()
            return _refused(refusal, known_id)
        if request.id is None:
            connection.close_after()
        command = self._registry.of(request)
        self._services.counters.requests[command.name] += 1
        return self._carry_out(command, request, connection, line)

    def _carry_out(
        self, command: Command, request: Request, connection: Connection, line: bytes
    ) -> bytes | None:
        started = time.perf_counter()
        # Asked first: a reply made just before the minute's end must not outlive it.
        until = self._services.hud.changes_at() if command.memo else 0.0
        try:
            if command.needs_id and request.id is None:
                raise Refusal("invalid", f"`{command.name}` needs an `id`", hint="add an `id`")
            result = self._begun(command, request, connection)
            if isinstance(result, Handed):
                self._services.counters.took(time.perf_counter() - started)
                _hand(connection, result, request.id)
                return None
            if result is LATER:
                self._services.counters.took(time.perf_counter() - started)
                return None
            if isinstance(result, Reply):
                reply = encode_reply(result, request.id)
                if command.memo and connection.caller is USER:
                    self._memo.learn(line, reply, request.id, name=command.name, until=until)
                self._services.counters.took(time.perf_counter() - started)
                return reply
        except Exception as fault:  # noqa: BLE001 (the boundary of dispatch: one reply, always)
            return _failed(fault, command.name, request.id)
        task: asyncio.Task[Answer] = asyncio.create_task(result, name=command.name)
        task.add_done_callback(partial(self._send_reply, connection, request.id, started))
        connection.spawn(task)
        return None

    def _begun(
        self, command: Command, request: Request, connection: Connection
    ) -> Answer | Coroutine[Any, Any, Answer]:
        """The reply, or what makes it; one that emits is waited with until listeners are done."""
        if request.spoke or connection.caller is not USER:
            self._services.permissions.admit(connection.caller, request.spoke, command)
        context = Context(self._services, connection)
        if not command.emits or not self._services.events.is_heard:
            return command.handler(context, request)
        if connection.round >= MOST_ROUNDS:
            raise Refusal(
                "failed",
                f"`{command.name}` would be round {MOST_ROUNDS + 1} of a loop of events",
                hint="a listener's own request causes the event that it listens for",
            )
        return self._services.events.heard_out(
            _outcome(command, context, request),
            round=connection.round,
            waits=connection.caller is USER,
        )

    def _send_reply(
        self,
        connection: Connection,
        answer_id: RequestId | None,
        started: float,
        task: asyncio.Task[Answer],
    ) -> None:
        if task.cancelled():
            return
        self._services.counters.took(time.perf_counter() - started)
        try:
            result = task.result()
            if isinstance(result, Handed):
                _hand(connection, result, answer_id)
                return
            reply = encode_reply(result, answer_id)
        except Exception as fault:  # noqa: BLE001 (the boundary of dispatch: one reply, always)
            reply = _failed(fault, task.get_name(), answer_id)
        connection.send(reply)

    def _send_text(self, connection: Connection, task: asyncio.Task[bytes]) -> None:
        if task.cancelled():
            return
        fault = task.exception()
        connection.send(task.result() if fault is None else _text_failed(fault))


async def _outcome(command: Command, context: Context, request: Request) -> Answer:
    result = command.handler(context, request)
    return result if isinstance(result, Reply | Handed) else await result


def _hand(connection: Connection, handed: Handed[Any], answer_id: RequestId | None) -> None:
    try:
        reply = encode_handed(handed.reply, answer_id)
    except Exception:
        os.close(handed.descriptor)
        raise
    connection.send(reply, (handed.descriptor,))


def _text_failed(fault: BaseException) -> bytes:
    if isinstance(fault, Refusal):
        return text_error(fault.sentence)
    log.error("a text verb failed", exc_info=fault)
    return text_error(f"the daemon failed: {type(fault).__name__}: {fault}")


def _failed(fault: BaseException, name: str, answer_id: RequestId | None) -> bytes:
    if isinstance(fault, Refusal):
        return _refused(fault, answer_id)
    log.error("`%s` failed", name, exc_info=fault)
    return encode_refusal(
        "failed",
        f"`{name}` failed inside the daemon: {type(fault).__name__}: {fault}",
        hint="`axium daemon logs` has the traceback",
        request_id=answer_id,
    )


def _refused(refusal: Refusal, answer_id: RequestId | None) -> bytes:
    # It leads by the task that it ended to itself, and to a request that may have megabytes.
    refusal.__traceback__ = None
    return encode_refusal(
        refusal.code,
        refusal.sentence,
        hint=refusal.hint,
        fields=refusal.fields,
        request_id=answer_id,
    )
