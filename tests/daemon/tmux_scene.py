"""What the tests of the tmux service share: servers, a recorder of runs."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import TypeVar

from axium.daemon import spawn
from axium.daemon.services.tmux import HudTexts, server_at
from axium.daemon.services.tmux import Tmux as Service
from axium.model.panes import Server
from tests.support import Scratch, Tmux, until

T = TypeVar("T")

OWN = "AXIUM_HUD_#{s/^.//:pane_id}"
TEMPLATE = f"##{{?{OWN},##{{{OWN}}},##{{AXIUM_HUD}}}}"


class Recorder:
    """Runs programs as the daemon does, for `bound` seconds at most; keeps their tmux commands."""

    def __init__(self, bound: float = math.inf) -> None:
        self.runs: list[list[str]] = []
        self._bound = bound

    async def __call__(
        self,
        argv: Sequence[str],
        *,
        environ: Mapping[str, str],
        timeout: float,  # noqa: ASYNC109
        stdin: bytes | int = b"",
    ) -> spawn.Finished:
        self.runs.append(list(argv[5:]))
        bounded = min(timeout, self._bound)
        return await spawn.run(argv, environ=environ, timeout=bounded, stdin=stdin)


class TmuxServer(Tmux):
    """A tmux server at a socket of any name, whose status line shows the HUD's variables."""

    def __init__(self, scratch: Scratch, name: str = "server") -> None:
        path = str(scratch.tmux / name)
        super().__init__(scratch, path=path, shell="sleep 1000")  # noqa: S604 (of a pane)
        self.cmd("set", "-g", "@axium_tpl", TEMPLATE)
        self.cmd("set", "-g", "status-right", "#{E:#{E:@axium_tpl}}")
        self.cmd("set", "-g", "status-right-length", "100")
        found = server_at(self.socket, self.pid)
        assert found is not None
        self.server = found

    def variables(self) -> dict[str, str]:
        """The hidden variables of the server."""
        lines = self.cmd("-u", "show-environment", "-gh").split("\n")
        return dict(line.split("=", 1) for line in lines if line)


def play(
    scratch: Scratch,
    scene: Callable[[Service], Awaitable[T]],
    run: Recorder | None = None,
    environ: Mapping[str, str] | None = None,
) -> T:
    """What `scene` gives with a service of its own, which leaves nothing behind."""

    async def whole() -> T:
        tmux = Service(environ=environ or scratch.environ, run=run or Recorder())
        try:
            return await scene(tmux)
        finally:
            await tmux.close()
            assert asyncio.all_tasks() == {asyncio.current_task()}

    return asyncio.run(whole())


async def becomes(condition: Callable[[], T]) -> T:
    """`until`, while the loop goes on."""
    return await asyncio.to_thread(until, condition)


async def quiet(tmux: Service) -> None:
    """Wait until the service has nothing more to do."""
    await becomes(lambda: not tmux._tasks)


async def show(tmux: Service, server: Server, texts: HudTexts) -> None:
    """Push, and wait until that is done."""
    tmux.push(server, texts)
    await quiet(tmux)
