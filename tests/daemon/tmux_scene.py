"""What the tests of the tmux service share: servers, attached terminals, a recorder of runs."""

from __future__ import annotations

import asyncio
import fcntl
import os
import select
import signal
import struct
import subprocess
import termios
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import TypeVar

from axium.daemon import spawn
from axium.daemon.services.tmux import HudTexts, Tmux, server_at
from axium.model.panes import Server
from tests.support import Scratch, until
from tests.support.processes import alive

T = TypeVar("T")

OWN = "AXIUM_HUD_#{s/^.//:pane_id}"
TEMPLATE = f"##{{?{OWN},##{{{OWN}}},##{{AXIUM_HUD}}}}"


class Recorder:
    """Runs programs as the daemon does, and keeps the tmux commands of each run."""

    def __init__(self) -> None:
        self.runs: list[list[str]] = []

    async def __call__(
        self,
        argv: Sequence[str],
        *,
        environ: Mapping[str, str],
        timeout: float,  # noqa: ASYNC109
    ) -> spawn.Finished:
        self.runs.append(list(argv[5:]))
        return await spawn.run(argv, environ=environ, timeout=timeout)


class Terminal:
    """A real client of a tmux server, on a pty of its own."""

    def __init__(self, server: TmuxServer, session: str = "main") -> None:
        self._pty, inner = os.openpty()
        fcntl.ioctl(inner, termios.TIOCSWINSZ, struct.pack("HHHH", 50, 200, 0, 0))
        self._process = subprocess.Popen(
            ["tmux", "-S", server.socket, "attach", "-t", session],
            stdin=inner,
            stdout=inner,
            stderr=inner,
            env=server.scratch.environ,
            start_new_session=True,
        )
        os.close(inner)
        self._seen = b""
        self.wait_for("[")

    def wait_for(self, text: str) -> None:
        """Wait until tmux has written `text` since the last wait ended."""

        def written() -> bool:
            while select.select([self._pty], [], [], 0)[0]:
                self._seen += os.read(self._pty, 65536)
            return text.encode() in self._seen

        until(written)
        self._seen = b""

    def close(self) -> None:
        """Hang up."""
        os.close(self._pty)
        self._process.wait(10)


class TmuxServer:
    """A tmux server at a socket of any name, whose status line shows the HUD's variables."""

    def __init__(self, scratch: Scratch, name: str = "server") -> None:
        self.scratch = scratch
        self.socket = str(scratch.tmux / name)
        self.cmd("-f", "/dev/null", "new-session", "-d", "-s", "main", "sleep 1000")
        self.cmd("set", "-g", "@axium_tpl", TEMPLATE)
        self.cmd("set", "-g", "status-right", "#{E:#{E:@axium_tpl}}")
        self.cmd("set", "-g", "status-right-length", "100")
        self.pid = int(self.cmd("display-message", "-p", "#{pid}"))
        found = server_at(self.socket, self.pid)
        assert found is not None
        self.server = found

    def cmd(self, *args: str) -> str:
        """What `tmux ARGS` prints there."""
        done = self.scratch.run("tmux", "-S", self.socket, *args)
        assert done.returncode == 0, f"tmux {args}: {done.stderr.strip()}"
        return done.stdout.removesuffix("\n")

    def variables(self) -> dict[str, str]:
        """The hidden variables of the server."""
        lines = self.cmd("-u", "show-environment", "-gh").split("\n")
        return dict(line.split("=", 1) for line in lines if line)

    def new_pane(self, command: str = "sleep 1000") -> str:
        """The id of a new pane in a new window that nobody sees."""
        return self.cmd("new-window", "-d", "-t", "main:", "-P", "-F", "#{pane_id}", command)

    def signal(self, number: int) -> None:
        os.kill(self.pid, number)

    def close(self) -> None:
        """End the server, also a stopped one."""
        if alive(self.pid):
            self.signal(signal.SIGTERM)
            self.signal(signal.SIGCONT)
        until(lambda: not alive(self.pid))


def play(
    scratch: Scratch,
    scene: Callable[[Tmux], Awaitable[T]],
    run: Recorder | None = None,
    environ: Mapping[str, str] | None = None,
) -> T:
    """What `scene` gives with a service of its own, which leaves nothing behind."""

    async def whole() -> T:
        tmux = Tmux(environ=environ or scratch.environ, run=run or Recorder())
        try:
            return await scene(tmux)
        finally:
            await tmux.close()
            assert asyncio.all_tasks() == {asyncio.current_task()}

    return asyncio.run(whole())


async def becomes(condition: Callable[[], T]) -> T:
    """`until`, while the loop goes on."""
    return await asyncio.to_thread(until, condition)


async def quiet(tmux: Tmux) -> None:
    """Wait until the service has nothing more to do."""
    await becomes(lambda: not tmux._tasks)


async def show(tmux: Tmux, server: Server, texts: HudTexts) -> None:
    """Push, and wait until that is done."""
    tmux.push(server, texts)
    await quiet(tmux)
