"""Keeping one tmux server's HUD texts as they were last wanted."""

import asyncio
import logging
from collections.abc import Iterable, Iterator
from contextlib import suppress
from itertools import islice

from axium.daemon.services.tmux.client import (
    Client,
    Command,
    Ready,
    Start,
    TmuxMissing,
    TooOld,
    Unreachable,
    is_too_old,
)
from axium.daemon.services.tmux.identity import is_running, socket_file
from axium.daemon.services.tmux.variables import (
    CLEAR,
    REFRESH,
    HudTexts,
    Variables,
    changes,
    chunks,
    found_variables,
    options,
    visible_first,
)
from axium.model.panes import Server

log = logging.getLogger("axium.tmux")

_FACTS = "#{version} #{@axium_options}"
_VISIBLE = "#{S:#{?session_attached,#{W:#{?window_active,#{P:#{pane_id}\n},}},}}"

RETRY = 1.0
"""Seconds without a run of tmux after one that failed."""

LONGEST_RETRY = 60.0

STORM_PAUSE = 0.015
"""Seconds of rest after a run during which the texts changed more than once."""


def retries() -> Iterator[float]:
    """Seconds until each next try while nothing new is wanted."""
    seconds = RETRY
    while True:
        yield seconds
        seconds = min(seconds * 2, LONGEST_RETRY)


class Push:
    """Brings one server to the latest texts, one run of tmux at a time."""

    def __init__(self, server: Server, client: Client, start: Start) -> None:
        self.server = server
        self._client = client
        self._start = start
        self._wanted: HudTexts | None = None
        self._news = asyncio.Event()
        self._overtaken = 0
        self._variables = Variables()
        self._known: dict[str, str] | None = None
        self._wants_options = False
        self._file: tuple[int, int, int] | None = None
        self._failing = False
        self._ready: Ready | None = None
        self._task: asyncio.Task[None] | None = None

    def push(self, texts: HudTexts) -> None:
        """Show `texts` soon, instead of any that wait."""
        self._wanted = texts
        self._overtaken += 1
        self._news.set()
        if self._task is None or self._task.done():
            self._task = self._start(f"push to tmux {self.server.socket}", self._work())

    def prepare(self) -> None:
        """A push is to be expected in a moment: have its tmux start meanwhile."""
        is_idle = self._task is None or self._task.done()
        if is_idle and self._ready is None and self._known is not None and not self._failing:
            self._ready = self._client.prepare(self.server.socket, self._start)

    def look_again(self) -> None:
        """The server may have been changed by others: ask before the next push."""
        self._file = None

    def close(self) -> None:
        """Leave the server as it is."""
        self._drop_ready()
        if self._task is not None:
            self._task.cancel()

    async def _work(self) -> None:
        pauses = retries()
        while is_running(self.server) and (texts := self._take()) is not None:
            try:
                await self._bring(texts)
            except TooOld as fault:
                self._give_up(fault)
            except Unreachable as fault:
                self._fell(fault)
                self._put_back(texts)
                await self._rest(next(pauses))
            else:
                self._rose()
                pauses = retries()
                if self._overtaken > 1:
                    await asyncio.sleep(STORM_PAUSE)

    def _take(self) -> HudTexts | None:
        texts, self._wanted = self._wanted, None
        self._news.clear()
        self._overtaken = 0
        return texts

    def _put_back(self, texts: HudTexts) -> None:
        if self._wanted is None:
            self._wanted = texts

    async def _bring(self, texts: HudTexts) -> None:
        known = await self._present()
        wanted = self._variables.of(texts)
        if self._wants_options:
            wanted |= options(texts)
        changed = changes(known, wanted)
        if len(list(islice(chunks(changed), 2))) > 1:
            changed = visible_first(changed, await self._visible())
        for commands in chunks(changed):
            await self._do([*commands, REFRESH])
        self._drop_ready()
        self._known = wanted

    async def _do(self, commands: list[Command]) -> None:
        ready, self._ready = self._ready, None
        if ready is None or not await ready.do(commands):
            await self._client.do(self.server.socket, *commands)

    def _drop_ready(self) -> None:
        if self._ready is not None:
            self._ready.drop()
            self._ready = None

    async def _present(self) -> dict[str, str]:
        """The server's variables; it is asked when it may have others than it was told.

        Asking also makes sure that it is this server which has the socket now.
        """
        file = socket_file(self.server.socket)
        if self._known is None or file != self._file:
            self._file = file
            self._known = await self._ask()
        return self._known

    async def _ask(self) -> dict[str, str]:
        facts, *_ = await self._client.ask(self.server, ("display-message", "-p", _FACTS))
        version, _, wants_options = facts.partition(" ")
        if is_too_old(version):
            raise TooOld(version)
        self._wants_options = wants_options == "on"
        if self._wants_options:
            await self._client.do(self.server.socket, CLEAR)
        return found_variables(await self._client.ask(self.server, ("show-environment", "-gh")))

    async def _visible(self) -> Iterable[str]:
        return await self._client.ask(self.server, ("display-message", "-p", _VISIBLE))

    async def _rest(self, seconds: float) -> None:
        """Wait as long; news end it, but not before the shortest time between two failures."""
        await asyncio.sleep(RETRY)
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds - RETRY):
                await self._news.wait()

    def _fell(self, fault: Unreachable) -> None:
        self._known = None
        silent = self._failing or isinstance(fault, TmuxMissing)
        if not silent and is_running(self.server):
            log.warning("tmux server `%s` shows an old HUD: %s", self.server.socket, fault)
            self._failing = True

    def _give_up(self, fault: TooOld) -> None:
        self._known = None
        if not self._failing:
            log.info("tmux server `%s` shows no HUD: %s", self.server.socket, fault)
        self._failing = True

    def _rose(self) -> None:
        if self._failing:
            log.info("tmux server `%s` shows the present HUD again", self.server.socket)
        self._failing = False
