"""Work that may block: each piece on a thread that nobody waits for longer than a bound."""

import asyncio
import threading
from collections import defaultdict
from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

from axium.wire.errors import Refusal

T = TypeVar("T")

MOST_EACH = 4
"""Threads at once for one owner: what hangs for one of them holds up none of the others."""

_BROKEN: Exception | None = RuntimeError("the work broke off; the log has its trace")


class Workers:
    """Threads that live as long as their work; one that never ends does not keep the daemon."""

    def __init__(self) -> None:
        self._free: dict[str, asyncio.Semaphore] = defaultdict(lambda: asyncio.Semaphore(MOST_EACH))

    async def run(
        self,
        owner: str,
        work: Callable[[], T],
        *,
        within: float,
        discard: Callable[[T], None] | None = None,
    ) -> T:
        """What `work` gives or raises. Refusal `timeout` after `within` seconds, `unavailable`.

        It goes on then; what it gives in the end goes to `discard`.
        """
        loop = asyncio.get_running_loop()
        given: asyncio.Future[T] = loop.create_future()
        free = self._free[owner]

        def deliver(result: T | None, fault: Exception | None) -> None:
            free.release()
            if not given.done():
                given.set_exception(fault) if fault else given.set_result(result)  # type: ignore[arg-type]
            elif fault is None and discard is not None:
                discard(result)  # type: ignore[arg-type]

        def carry_out() -> None:
            result, fault = None, _BROKEN
            try:
                result, fault = work(), None
            except (OSError, ValueError, MemoryError, Refusal) as raised:
                fault = raised
            finally:
                with suppress(RuntimeError):  # the daemon has ended meanwhile
                    loop.call_soon_threadsafe(deliver, result, fault)

        try:
            async with asyncio.timeout(within):
                await free.acquire()
                self._begin(owner, carry_out)
                return await given
        except TimeoutError:
            raise Refusal(
                "timeout",
                f"a disk or a program did not answer within {within:g} s",
                hint="what was asked for may still happen",
            ) from None

    def _begin(self, owner: str, work: Callable[[], None]) -> None:
        try:
            threading.Thread(target=work, name=f"for {owner}", daemon=True).start()
        except RuntimeError:
            self._free[owner].release()
            hint = "the machine, or a limit of its user, has room for no more processes"
            raise Refusal("unavailable", "no thread could be started", hint=hint) from None
