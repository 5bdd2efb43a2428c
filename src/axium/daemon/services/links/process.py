"""Having a links process: the one that is there already, or a new one, and again when it ends."""

import asyncio
import logging
import os
import signal
import socket
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import partial

from axium.daemon.services.links.keeper import Keeper
from axium.daemon.services.links.spawning import spawn
from axium.daemon.services.plugins.output import Output
from axium.daemon.services.plugins.pauses import PAUSES, Pauses
from axium.links.channel import NEWS, PROTOCOL, Heard, News, Order, decode_news
from axium.wire.errors import Refusal

log = logging.getLogger("axium.links")

HELLO_SECS = 10.0
"""How long a process may take to say what it is."""

_BACKLOG = 4


class Process:
    """Orders go to the process, which is started by the first of them.

    `on_heard` gets what it tells callers, `on_news` what it tells the daemon, `on_loss` why it
    ended without having been told to. `first` gives the orders that every process begins with.
    """

    def __init__(
        self,
        path: str,
        environ: Callable[[], Mapping[str, str]],
        *,
        first: Callable[[], list[Order]],
        on_heard: Callable[[Heard], None],
        on_news: Callable[[News], None],
        on_loss: Callable[[str], None],
    ) -> None:
        self._path = path
        self._environ = environ
        self._first = first
        self._on_heard = on_heard
        self._on_news = on_news
        self._on_loss = on_loss
        self._loop = asyncio.get_running_loop()
        self._keeper: Keeper | None = None
        self._hello: asyncio.Future[News] | None = None
        self._ends = Pauses()
        self._not_before = 0.0
        self._coming = asyncio.Lock()
        self._arriving: asyncio.Task[None] | None = None
        self._child: int | None = None
        self._output: Output | None = None
        self.restarts = 0

    @property
    def pid(self) -> int | None:
        """The process, if there is one."""
        return None if self._keeper is None else self._keeper.pid

    @property
    def is_full(self) -> bool:
        """Whether requests come faster than the process reads them."""
        return self._keeper is not None and self._keeper.is_full

    def tell(self, order: Order) -> None:
        """Give an order, if there is a process."""
        if self._keeper is not None:
            self._keeper.send(order)

    async def ready(self) -> None:
        """Have a process, after a pause where one ended lately. Refusal `unavailable`."""
        if self._arriving is None:
            self._arriving = asyncio.create_task(self._arrive(), name="have a links process")
            self._arriving.add_done_callback(_looked_at)
        arriving = self._arriving
        try:
            # Others may wait for it when this one waits no more.
            await asyncio.shield(arriving)
        except asyncio.CancelledError:
            if arriving.cancelled():
                raise _unavailable("is not needed any more") from None
            raise

    async def adopt(self) -> bool:
        """Go on with the process that the daemon before us had; False where there is none."""
        async with self._coming:
            return self._keeper is not None or await self._is_adopted()

    async def end(self) -> None:
        """Have it end, within a bound."""
        self._await_none()
        keeper, self._keeper = self._keeper, None
        if keeper is not None:
            await keeper.end()
        self._reap()

    def let_go(self) -> None:
        """Leave it to the next daemon."""
        self._await_none()
        keeper, self._keeper = self._keeper, None
        if keeper is not None:
            keeper.let_go()
        if self._output is not None:
            self._output.end()

    def _await_none(self) -> None:
        if self._arriving is not None:
            self._arriving.cancel()

    async def _arrive(self) -> None:
        try:
            async with self._coming:
                if self._keeper is None:
                    await self._come()
        finally:
            self._arriving = None

    async def _come(self) -> None:
        wait = self._not_before - self._loop.time()
        if wait > 0:
            await asyncio.sleep(wait)
        if await self._is_adopted():
            return
        try:
            channel = self._spawn()
        except OSError as error:
            raise _unavailable(f"can't be started: {error.strerror or error}") from None
        if not await self._is_greeted(channel):
            self._kill_child()
            self._put_off()
            raise _unavailable("does not answer")
        log.info("the links process, pid %s, is there", self.pid)

    async def _is_adopted(self) -> bool:
        channel = socket.socket(socket.AF_UNIX)
        channel.setblocking(False)
        try:
            channel.connect(self._path)
        except OSError:
            channel.close()
            return False
        if not await self._is_greeted(channel):
            return False
        log.info("the links process, pid %s, goes on", self.pid)
        return True

    async def _is_greeted(self, channel: socket.socket) -> bool:
        """Whether who is at the other end is a process of our kind, which has its first orders."""
        self._hello = self._loop.create_future()
        keeper = self._keeper = Keeper(channel, on_heard=self._heard, on_end=self._ended)
        try:
            async with asyncio.timeout(HELLO_SECS):
                hello = await self._hello
        except (TimeoutError, ConnectionError):
            self._keeper = None
            keeper.let_go()
            return False
        if hello.pid is not None:
            keeper.is_process(hello.pid)
        if hello.hello != PROTOCOL:
            self._keeper = None
            await keeper.end()
            return False
        if self._keeper is not keeper:
            return False  # it ended right after its hello, or was told to meanwhile
        for order in self._first():
            keeper.send(order)
        return True

    def _spawn(self) -> socket.socket:
        listening = _listen(self._path)
        ours, theirs = socket.socketpair()
        read, write = os.pipe()
        os.set_blocking(read, False)
        try:
            self._child = spawn(
                self._environ(),
                channel=theirs.fileno(),
                listening=listening.fileno(),
                output=write,
                path=self._path,
            )
        except OSError:
            ours.close()
            os.close(read)
            raise
        finally:
            theirs.close()
            listening.close()
            os.close(write)
        self._output = Output(read, _log_lines)
        return ours

    def _heard(self, found: Heard) -> None:
        if found.mark != NEWS:
            self._on_heard(found)
            return
        news = decode_news(found.body)
        if news.hello is not None and self._hello is not None and not self._hello.done():
            self._hello.set_result(news)
        if news.beat and self._keeper is not None:
            self._keeper.answered()
        if news.text is not None:
            log.log(news.level or logging.INFO, "%s", news.text)
        self._on_news(news)

    def _ended(self, why: str) -> None:
        """It ended by itself."""
        if self._hello is not None and not self._hello.done():
            self._hello.set_exception(ConnectionError(why))
            return
        if self._keeper is None:
            return  # it was told to
        self._keeper.let_go()
        self._keeper = None
        self.restarts += 1
        self._put_off()
        log.error("the links process %s", why)
        self._reap()
        self._on_loss(why)

    def _put_off(self) -> None:
        """Start the next one a while after this one's end."""
        now = self._loop.time()
        pause = self._ends.after_end(now)
        self._not_before = now + (PAUSES[-1] if pause is None else pause)

    def _kill_child(self) -> None:
        """One that never said what it is has no keeper that could end it."""
        if self._child is not None:
            os.kill(self._child, signal.SIGKILL)
        self._reap()

    def _reap(self) -> None:
        child, self._child = self._child, None
        if child is not None:
            self._loop.run_in_executor(None, partial(os.waitpid, child, 0))
        if self._output is not None:
            self._output.end()
            self._output = None


def _looked_at(task: asyncio.Task[None]) -> None:
    """Why it failed is told to those who wait, of whom there may be none."""
    if not task.cancelled():
        task.exception()


def _listen(path: str) -> socket.socket:
    """Where the next daemon comes, with nobody else allowed from the first instant."""
    listening = socket.socket(socket.AF_UNIX)
    with suppress(FileNotFoundError):
        os.unlink(path)
    before = os.umask(0o177)
    try:
        listening.bind(path)
    except OSError:
        listening.close()
        raise
    finally:
        os.umask(before)
    listening.listen(_BACKLOG)
    return listening


def _unavailable(what: str) -> Refusal:
    return Refusal(
        "unavailable", f"the links process {what}", hint="`axium daemon logs` has the reason"
    )


async def _log_lines(lines: list[bytes]) -> None:
    for line in lines:
        log.error("the links process: %s", line.decode("utf-8", "backslashreplace"))
