"""Links as the daemon has them: the process that keeps them, who asked, who follows, aliases."""

import asyncio
import logging
import os
from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from axium.daemon.connection import Connection
from axium.daemon.tasks import Tasks

if TYPE_CHECKING:
    from axium.daemon.services.links.kept import Kept, Needs

log = logging.getLogger("axium.links")


class Figures(NamedTuple):
    """What links spared and mended since the process that keeps them was started first."""

    saved_secs: float = 0.0
    brought_back: int = 0


class Links:
    """What a daemon without links has of them: next to nothing. `kept` is the rest, if any."""

    def __init__(self, needs: Callable[[], "Needs"], *, files: tuple[str, ...]) -> None:
        self._needs = needs
        self._files = files
        self._making = asyncio.Lock()
        self._tasks = Tasks(log)
        self.kept: Kept | None = None

    @property
    def count(self) -> int:
        """How many links there are."""
        return 0 if self.kept is None else len(self.kept.names)

    @property
    def connections(self) -> int:
        """How many clients are connected by aliases."""
        return 0 if self.kept is None else self.kept.connections

    def begin(self) -> None:
        """Have what there is of links, if anything hints at some."""
        if self.kept is None and any(map(os.path.lexists, self._files)):
            self._tasks.spawn("begin with links", self._begin())

    async def have(self) -> "Kept":
        """All that is behind, made by whoever asks first."""
        async with self._making:
            if self.kept is None:
                # 15 ms and 1 MiB, which a daemon without links never pays.
                from axium.daemon.services.links.kept import Kept

                kept = Kept(self._needs())
                await kept.begin()
                self.kept = kept
        return self.kept

    def closed(self, connection: Connection) -> None:
        """A client is gone."""
        if self.kept is not None:
            self.kept.left(connection)

    def hold(self, *, is_held: bool) -> None:
        """Hold background reconnects and the delivery of events, or go on."""
        if self.kept is not None:
            self.kept.hold(is_held=is_held)

    def changed_on_disk(self) -> None:
        """A file of the user's is another one."""
        if self.kept is None:
            self.begin()
        else:
            self._tasks.spawn("read the changed links", self.kept.reload(retries=False))

    async def reload(self) -> None:
        """Read the links again; logins that were refused are tried again."""
        if self.kept is not None:
            await self.kept.reload(retries=True)
        elif any(map(os.path.lexists, self._files)):
            await self.have()

    async def figures(self) -> Figures:
        """What links spared and mended."""
        return Figures() if self.kept is None else await self.kept.figures()

    def answer_one_shot(self, line: bytes, connection: Connection) -> bytes | None:
        """Answer a request in the dialect of existing clients; see `Port.answer`."""
        from axium.daemon.services.links import one_shot

        async def ask(request: one_shot.OneShot) -> bytes:
            kept = await self.have()
            return await kept.one_shot(connection, request, None)

        return one_shot.answer(line, connection, ask)

    def end_streams(self) -> None:
        """The daemon is about to end: who would wait without a bound waits no more."""
        if self.kept is not None:
            self.kept.end_streams()

    async def close(self, *, keeps: bool, most_secs: float) -> None:
        """End, or leave the connections to the next daemon."""
        await self._tasks.close()
        if self.kept is not None:
            await self.kept.close(keeps=keeps, most_secs=most_secs)

    async def _begin(self) -> None:
        await self.have()
