"""One plugin's process, from the order that makes it to its end."""

import asyncio
import logging
import os
import socket
from _socket import socket as plain_socket
from collections.abc import Awaitable, Callable, Mapping
from typing import NamedTuple, Protocol

from axium.daemon.caller import Plugin
from axium.daemon.channel import Channel
from axium.daemon.connection import Port
from axium.daemon.poller import Poller
from axium.daemon.services.plugins.answers import modest, sane
from axium.daemon.services.plugins.calls import KILLED_SECS, MOST_WAITING, Calls
from axium.daemon.services.plugins.output import Output
from axium.daemon.services.plugins.template import Template
from axium.daemon.services.subscriptions import Emitted
from axium.plugins.orders import Fork
from axium.wire.channel import Answer, Deliver, Fault, Place, Register, Render

log = logging.getLogger("axium.plugins")

_KILLED_SECS = 2.5
"""How long the template may take to kill one and what descends from it."""

_LEAVE_SECS = 0.3
"""How long a host whose channel was closed may take to end by itself."""


class Owner(Protocol):
    """Who has the host, and is told how it fares."""

    def raised(self, faults: list[Fault]) -> None:
        """Code of the plugin raised."""

    def late(self, what: str) -> None:
        """A call was not answered by its deadline."""

    def ended(self, host: "Host", reason: str, *, is_own: bool) -> None:
        """The host is no more; `is_own`: it ended without having been told to."""


class Outside(NamedTuple):
    """What a host needs of the daemon; `put` writes lines to the plugin's log."""

    port: Port
    poller: Poller
    template: Template
    put: Callable[[list[bytes]], Awaitable[None]]


class Host:
    """A process that has one plugin's code; its calls are answered one after another."""

    def __init__(
        self, order: Fork, outside: Outside, owner: Owner, variables: Mapping[str, str]
    ) -> None:
        self._key = str(order.key)
        self._owner = owner
        self._template = outside.template
        self._variables = [os.fsencode(f"{name}={value}") for name, value in variables.items()]
        self._loop = asyncio.get_running_loop()
        self._reason: str | None = None
        self._is_told_to_end = False
        self._killing: asyncio.TimerHandle | None = None
        self._gone: asyncio.Future[None] = self._loop.create_future()
        self.plugin = Plugin(order.kind, order.name)
        self.pid: int | None = None
        self.is_contained: bool | None = None
        ours, theirs = socket.socketpair()
        read, write = os.pipe()
        os.set_blocking(read, False)
        self._channel = Channel(
            plain_socket(fileno=ours.detach()),
            self.plugin,
            outside.port,
            outside.poller,
            on_answer=self._answered,
            on_close=self._closed,
        )
        self._calls = Calls(self._channel, self)
        self._output = Output(read, outside.put)
        self._template.fork(order, [theirs.detach(), write], self)

    @property
    def is_busy(self) -> bool:
        """Whether a call made now would have to wait for another one."""
        return not self._calls.is_idle

    def register(self, then: Callable[[Answer | None], None]) -> None:
        """Have the plugin loaded; its first call."""

        def call(number: int) -> Register:
            return Register(call=number, variables=self._variables)

        self._calls.ask("register", call, round=1, then=then, has_deadline=False)

    def deliver(self, event: Emitted, *, round: int, done: Callable[[], None]) -> None:  # noqa: A002
        """See `Listener`."""
        arguments = event.arguments()

        def call(number: int) -> Deliver:
            return Deliver(
                call=number,
                event=event.name,
                args=list(arguments.positional),
                kwargs=arguments.named,
                origin=getattr(event, "origin", None),
            )

        self._calls.ask(f"`{event.name}`", call, round=round, then=lambda _answer: done())

    def render(
        self,
        segments: list[str],
        places: list[Place],
        *,
        is_update: bool,
        round: int,  # noqa: A002
        then: Callable[[Answer | None], None],
    ) -> None:
        """Have segments rendered; `then` gets their values."""

        def call(number: int) -> Render:
            return Render(call=number, segments=segments, places=places, is_update=is_update)

        self._calls.ask("its segments", call, round=round, then=then)

    async def end(self, *, grace_secs: float) -> None:
        """Let it finish what is under way, as long as this; then end it, and wait for that."""
        self._is_told_to_end = True
        await self._calls.idle(grace_secs)
        self.dismiss()
        await asyncio.wait([self._gone], timeout=_KILLED_SECS)

    def dismiss(self) -> None:
        """It is not needed any longer: it may end by itself, or is killed soon."""
        self._is_told_to_end = True
        self._channel.close()

    def raised(self, faults: list[Fault]) -> None:
        """See `Watcher`."""
        self._owner.raised(faults)

    def late(self, what: str) -> None:
        """See `Watcher`."""
        self._owner.late(what)

    def overrun(self) -> None:
        """See `Watcher`."""
        log.warning("calls of %s are dropped: %d wait already", self.plugin.name, MOST_WAITING)

    def hangs(self, what: str) -> None:
        """See `Watcher`."""
        self._reason = f"left {what} unanswered for {KILLED_SECS:g} s and was killed"
        self._template.kill(self._key)

    def forked(self, pid: int, *, is_contained: bool) -> None:
        """See `Made`."""
        self.pid, self.is_contained = pid, is_contained

    def gone(self, reason: str, *, is_own: bool) -> None:
        """See `Made`."""
        if self._killing is not None:
            self._killing.cancel()
        self._output.end()
        self._gone.set_result(None)
        self._channel.close()
        is_own = is_own and not self._is_told_to_end
        self._owner.ended(self, self._reason or reason, is_own=is_own)

    def _answered(self, answer: Answer) -> None:
        answer = sane(answer)
        self._calls.answered(modest(answer) if self.plugin.kind == "gear" else answer)

    def _closed(self) -> None:
        """The channel is closed: by us, by its end, or because it was misused."""
        if self._channel.is_broken:
            self._reason = "wrote to its channel what is no request and no answer, and was killed"
        self._calls.end()
        if not self._gone.done():
            self._killing = self._loop.call_later(_LEAVE_SECS, self._template.kill, self._key)
