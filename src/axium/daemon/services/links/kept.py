"""All that the daemon has of links, made with the first of them: definitions, process, callers."""

import asyncio
import logging
from collections.abc import Callable, Coroutine, Iterable, Mapping
from concurrent.futures import Executor
from typing import Any, NamedTuple

import msgspec

from axium.daemon.connection import Connection
from axium.daemon.services.links import Figures
from axium.daemon.services.links.aliases import Aliases, AliasPort
from axium.daemon.services.links.callers import (
    DAEMON_ENDS,
    Asker,
    Caller,
    Callers,
    Creditor,
    Follower,
    StatusAsker,
)
from axium.daemon.services.links.definitions import Definitions
from axium.daemon.services.links.one_shot import (
    PONG,
    OneShot,
    OneShotClient,
    answer,
    failed,
    order_of,
    refused,
    told,
)
from axium.daemon.services.links.process import Process
from axium.daemon.services.links.seen import Seen
from axium.links.channel import (
    AbortOrder,
    CallOrder,
    CloseOrder,
    Define,
    FollowOrder,
    HoldOrder,
    LeaveOrder,
    News,
    Order,
    PingOrder,
    RetryOrder,
    Row,
    StatusOrder,
    row_of,
)
from axium.links.definition import Link
from axium.model.links import Shown, shown
from axium.model.marks import Fault
from axium.wire.envelope import Ready, RequestId
from axium.wire.errors import Refusal

log = logging.getLogger("axium.links")

MOST_FOLLOWED = 64
"""Subscriptions of one connection."""

STATUS_SECS = 1.0
"""How long a process may take to tell its figures before those that were told last are shown."""


class Needs(NamedTuple):
    """What links are made from. `show` tells the HUD, `show_faults` whoever shows faults."""

    home: str
    run: str
    state: str
    user_home: str
    environ: Mapping[str, str]
    executor: Executor
    is_paused: Callable[[], bool]
    show: Callable[[str], None]
    show_faults: Callable[[tuple[Fault, ...]], None]


class Kept:
    """Links as the daemon has them."""

    def __init__(self, needs: Needs) -> None:
        self._needs = needs
        self._definitions = Definitions(needs.home, needs.executor, show_faults=needs.show_faults)
        self._callers = Callers()
        self._process = Process(
            f"{needs.run}/links.sock",
            lambda: needs.environ,
            first=self._first_orders,
            on_heard=self._callers.heard,
            on_news=self._take_news,
            on_loss=self._take_loss,
        )
        self._aliases = Aliases(needs.user_home, self._alias_port)
        self._seen = Seen(f"{needs.state}/links_seen.json", needs.run, needs.executor)
        self._rows: dict[str, Row] = {}
        self._before = Figures()

    async def begin(self) -> None:
        """Read which links there are, and go on with a process that keeps some."""
        await self._seen.begin()
        await self._definitions.read()
        if await self._process.adopt() and not self._definitions.links:
            await self._process.end()
        await self._follow_definitions()

    @property
    def names(self) -> list[str]:
        """The links that there are."""
        return list(self._definitions.links)

    @property
    def connections(self) -> int:
        """How many clients are connected by aliases."""
        return self._aliases.connections

    # What clients ask.

    async def call(
        self, connection: Connection, request_id: RequestId, link: str, given: CallOrder
    ) -> Ready:
        """The last line of a call; what comes before it goes to the connection. Refusal."""
        self._definitions.known(link)
        try:
            async with asyncio.timeout(given.timeout):
                await self._process.ready()
        except TimeoutError:
            sentence = "not sent in time: the links process is not there yet"
            raise Refusal("unavailable", sentence) from None
        answer = await self._asked(
            Asker(connection, request_id, is_bounded=given.timeout is not None),
            lambda number: msgspec.structs.replace(given, call=number),
        )
        if answer.is_ok:
            self._seen.note(link, given.method)
        return answer

    @property
    def is_ready(self) -> bool:
        """Whether a process is there, so that `call_now` can be asked."""
        return self._process.pid is not None

    def call_now(
        self, connection: Connection, request_id: RequestId, link: str, given: CallOrder
    ) -> None:
        """As `call`, and the last line goes to the connection too, as soon as it is told."""
        self._definitions.known(link)
        self._check_room()
        caller = Creditor(
            connection,
            request_id,
            is_bounded=given.timeout is not None,
            on_ok=lambda: self._seen.note(link, given.method),
        )
        self._process.tell(msgspec.structs.replace(given, call=self._callers.add(caller)))

    async def ping(
        self, connection: Connection, request_id: RequestId, link: str, secs: float
    ) -> Ready:
        """The last line of a round trip to the server. Refusal."""
        self._definitions.known(link)
        asker = Asker(connection, request_id)
        return await self._asked(
            asker, lambda number: PingOrder(call=number, link=link, timeout=secs)
        )

    async def follow(
        self, connection: Connection, request_id: RequestId, link: str, event: str
    ) -> Ready:
        """The last line of a subscription, when it has ended. Refusal."""
        self._definitions.known(link)
        if self._callers.find(connection, request_id) is not None:
            raise Refusal(
                "conflict", f"something with the id `{request_id}` is open on this connection"
            )
        if len(self._callers.followers(connection)) >= MOST_FOLLOWED:
            raise Refusal("busy", f"{MOST_FOLLOWED} subscriptions are open on this connection")
        follower = Follower(connection, request_id, is_held=self._needs.is_paused())
        return await self._asked(follower, lambda number: FollowOrder(number, link, event))

    def unfollow(self, connection: Connection, request_id: RequestId) -> bool:
        """End a subscription of this connection; False where it has none with this id."""
        number = self._callers.find(connection, request_id)
        found = None if number is None else self._callers.followers(connection).get(number)
        if number is None or found is None:
            return False
        self._callers.take(number)
        self._process.tell(LeaveOrder(number))
        found.leave()
        return True

    def cancel(self, connection: Connection, request_id: RequestId, *, aborts: bool) -> bool:
        """Wait no more for a call, or have its job ended; False where there is none."""
        number = self._callers.find(connection, request_id)
        if number is None or number in self._callers.followers(connection):
            return False
        self._process.tell(AbortOrder(number) if aborts else LeaveOrder(number))
        return True

    def left(self, connection: Connection) -> None:
        """A client is gone."""
        for number in self._callers.left(connection):
            self._process.tell(LeaveOrder(number))

    async def one_shot(self, connection: Connection, request: OneShot, link: str | None) -> bytes:
        """The last line of a request in the dialect of existing clients."""
        try:
            name = self._meant(link or request.link)
            if request.command == "stop":
                self._process.tell(CloseOrder(name))
                return told("Daemon shutting down")
            if request.command == "ping" and request.secs is None:
                return PONG
            client = OneShotClient(connection)
            await self._sent(client, order_of(request, name))
            return await client.answer
        except Refusal as refusal:
            return refused(refusal)
        except ValueError as fault:
            return failed(str(fault), "ValueError")

    # What the user changes, and asks about.

    async def add(self, link: Link) -> None:
        """One more link. Refusal `invalid`, `conflict`, `failed`."""
        await self._definitions.add(link)
        await self._follow_definitions()

    async def remove(self, name: str) -> None:
        """One less. Refusal `unknown_link`, `conflict`, `failed`."""
        await self._definitions.remove(name)
        await self._follow_definitions()

    async def reload(self, *, retries: bool) -> None:
        """Read the file again; `retries`: what was refused or taken away is tried again too."""
        if await self._definitions.read():
            await self._follow_definitions()
        elif retries:
            self._process.tell(RetryOrder())
            await self._aliases.follow(self.links())

    def links(self) -> list[Link]:
        """The links that there are."""
        return list(self._definitions.links.values())

    async def rows(self, name: str | None = None) -> list[Row]:
        """How the links are, or one of them. Refusal `unknown_link`."""
        if name is not None:
            self._definitions.known(name)
        await self._refresh()
        names = self.names if name is None else [name]
        rows = [self._rows.get(each) or row_of(self._definitions.links[each]) for each in names]
        for row in rows:
            row.why = row.why or self._aliases.why(row.name)
        return rows

    async def figures(self) -> Figures:
        """What links spared and mended."""
        await self._refresh()
        return _sum(self._before, self._rows.values(), self._process.restarts)

    def hold(self, *, is_held: bool) -> None:
        """Hold background reconnects and the delivery of events, or go on."""
        self._process.tell(HoldOrder(is_held))
        for follower in self._callers.followers().values():
            follower.hold(is_held=is_held)

    @property
    def pid(self) -> int | None:
        """The process that keeps them, if there is one."""
        return self._process.pid

    # The end.

    def end_streams(self) -> None:
        """The daemon is about to end: who would wait without a bound waits no more."""
        for number in self._callers.unbounded():
            self._process.tell(LeaveOrder(number))
            self._callers.take(number).lost(DAEMON_ENDS)

    async def close(self, *, keeps: bool, most_secs: float) -> None:
        """End, or leave the connections to the next daemon."""
        await self._aliases.close(most_secs)
        if keeps:
            self._process.let_go()
        else:
            await self._process.end()
        self._callers.lose()
        await self._seen.close()

    # What follows.

    async def _asked(self, asker: Asker, order: Callable[[int], Order]) -> Ready:
        await self._sent(asker, order)
        return await asker.answer

    async def _sent(self, caller: Caller, order: Callable[[int], Order]) -> None:
        if self._process.pid is None:
            await self._process.ready()
        if caller.connection is None or not caller.connection.is_open:
            caller.lost()
            return
        self._check_room()
        self._process.tell(order(self._callers.add(caller)))

    def _check_room(self) -> None:
        """Refusal `busy` where requests come faster than the process reads them."""
        if self._process.is_full:
            raise Refusal("busy", "not sent: too many large requests are under way")

    def _meant(self, name: str | None) -> str:
        """The link of this name; without one the only one. Refusal `unknown_link`."""
        if name is not None:
            return self._definitions.known(name).name
        if len(self._definitions.links) == 1:
            return next(iter(self._definitions.links))
        if not self._definitions.links:
            raise Refusal("unknown_link", "there is no link", hint="`axium link add` makes one")
        raise Refusal("unknown_link", "there are several links: name one in `link`")

    def _alias_port(self, name: str) -> AliasPort:
        return AliasPort(name, self._answer_at_alias, self.left)

    def _answer_at_alias(self, line: bytes, connection: Connection, link: str) -> bytes | None:
        def ask(request: OneShot) -> Coroutine[Any, Any, bytes]:
            return self.one_shot(connection, request, link)

        return answer(line, connection, ask)

    def _first_orders(self) -> list[Order]:
        return [Define(self.links()), HoldOrder(self._needs.is_paused())]

    async def _follow_definitions(self) -> None:
        links = self.links()
        if not links and self._process.pid is not None:
            self._remember_figures()
            await self._process.end()
            self._callers.lose()
        self._process.tell(Define(links))
        self._process.tell(RetryOrder())
        self._rows = {name: row for name, row in self._rows.items() if name in self.names}
        await self._aliases.follow(links)
        await self._seen.follow(self.names)
        self._show()

    async def _refresh(self) -> None:
        """Have the figures as they are now, if there is a process."""
        if self._process.pid is None:
            return
        asker = StatusAsker()
        self._process.tell(StatusOrder(self._callers.add(asker)))
        done, _pending = await asyncio.wait([asker.rows], timeout=STATUS_SECS)
        if done and (rows := asker.rows.result()):
            self._rows = {row.name: row for row in rows}

    def _take_news(self, news: News) -> None:
        if news.links is not None:
            self._rows = {row.name: row for row in news.links}
            self._show()

    def _take_loss(self, _why: str) -> None:
        self._remember_figures()
        self._callers.lose()
        self._show()

    def _remember_figures(self) -> None:
        self._before = _sum(self._before, self._rows.values(), 0)
        self._rows = {}

    def _show(self) -> None:
        rows = [Shown(row.name, row.state, row.jobs) for row in self._rows.values()]
        self._needs.show(shown(rows))


def _sum(before: Figures, rows: Iterable[Row], restarts: int) -> Figures:
    rows = list(rows)
    brought_back = sum(max(0, min(row.connects - 1, row.losses)) for row in rows)
    saved = sum(row.saved_secs for row in rows)
    return Figures(before.saved_secs + saved, before.brought_back + brought_back + restarts)
