"""What plugins have done for them: files, programs, panes, logs; each by a permission of theirs."""

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from axium.daemon.services.broker.files import Files
    from axium.daemon.services.broker.logs import LogBroker
    from axium.daemon.services.broker.network import Network
    from axium.daemon.services.broker.panes import PaneBroker
    from axium.daemon.services.broker.programs import Programs
    from axium.daemon.services.jobs import Jobs


class Made(NamedTuple):
    """Each of them; `jobs` are what `programs` started."""

    files: "Files"
    jobs: "Jobs"
    logs: "LogBroker"
    network: "Network"
    panes: "PaneBroker"
    programs: "Programs"


class Brokers:
    """All of them, made when one is first asked for: no start needs what they import (6 ms)."""

    def __init__(self, make: Callable[[], Made]) -> None:
        self._make = make
        self._made: Made | None = None

    def __call__(self) -> Made:
        """Each of them."""
        if self._made is None:
            self._made = self._make()
        return self._made

    async def close(self) -> None:
        """End what runs."""
        if self._made is not None:
            await self._made.jobs.close()
