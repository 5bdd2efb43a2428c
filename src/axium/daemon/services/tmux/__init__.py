"""tmux as the daemon uses it: HUD texts pushed, panes and servers watched, identities told."""

import logging
from collections.abc import Callable, Mapping

from axium.daemon import spawn
from axium.daemon.services.tmux.client import PID, Client, Command, Run, Unreachable
from axium.daemon.services.tmux.identity import (
    default_socket,
    is_running,
    server_at,
)
from axium.daemon.services.tmux.push import Push
from axium.daemon.services.tmux.variables import HudTexts, Look
from axium.daemon.services.tmux.watch import Watch
from axium.daemon.tasks import Tasks
from axium.model.panes import Server

__all__ = ["HudTexts", "Look", "Tmux", "Unreachable", "default_socket", "server_at"]

log = logging.getLogger("axium.tmux")

# Not `list-panes -a`, which fails on a server that has no session at the time.
_PANES = "#{S:#{W:#{P:#{pane_id} #{?pane_dead,0,#{pane_pid}}\n}}}"


class Tmux:
    """Every tmux server that is served; one that hangs or dies delays nothing else."""

    def __init__(self, *, environ: Mapping[str, str], run: Run = spawn.run) -> None:
        self._client = Client(environ, run)
        self._pushes: dict[Server, Push] = {}
        self._watches: dict[Server, Watch] = {}
        self._tasks = Tasks(log)

    def push(self, server: Server, texts: HudTexts) -> None:
        """Have the server show `texts` soon; of several in a row the last counts."""
        if server not in self._pushes:
            self._pushes[server] = Push(server, self._client, self._tasks.spawn)
        self._pushes[server].push(texts)
        if server in self._watches:
            self._watches[server].expect(texts.panes)

    def prepare(self, server: Server) -> None:
        """A push to the server is to be expected in a moment; without one nothing changes."""
        if server in self._pushes:
            self._pushes[server].prepare()

    def look_again(self, server: Server) -> None:
        """Somebody else changed the server: ask what it has before the next push."""
        if server in self._pushes:
            self._pushes[server].look_again()

    async def identify(self, socket: str) -> Server | None:
        """The server that answers at `socket` within a second."""
        try:
            pid = int(await self._client.do(socket, PID))
        except (Unreachable, ValueError):
            return None
        return server_at(socket, pid)

    async def panes(self, server: Server) -> dict[str, int] | None:
        """Each pane's process, 0 for a dead pane that is kept; None if it can't be asked."""
        lines = await self._ask(server, "display-message", "-p", _PANES)
        if lines is None:
            return None
        return {pane: int(pid) for pane, pid in map(str.split, lines)}

    def knows(self, server: Server, pane: str) -> bool:
        """Whether the pane was among the server's when its panes were looked at last."""
        return server in self._watches and self._watches[server].knows(pane)

    async def session_of(self, server: Server, pane: str) -> str | None:
        """The name of the session that shows a pane; None if it can't be asked."""
        lines = await self._ask(server, "display-message", "-p", "-t", pane, "#{session_name}")
        return lines[0] if lines else None

    async def tell(self, server: Server, *commands: Command) -> str:
        """What `commands` print on the server. Unreachable; ValueError for a NUL."""
        if not is_running(server):
            raise Unreachable(f"no tmux server with pid {server.pid} is running")
        return await self._client.tell(server, *commands)

    def watch(
        self,
        server: Server,
        *,
        on_pane_gone: Callable[[str], None],
        on_server_gone: Callable[[], None],
    ) -> None:
        """Tell of each pane that goes away from now on, and once of the server's end.

        Panes of pushed texts that the server does not have are told of as well.
        """

        def gone() -> None:
            self.forget(server)
            on_server_gone()

        self._unwatch(server)
        watch = self._watches[server] = Watch(
            server,
            panes=lambda: self.panes(server),
            start=self._tasks.spawn,
            on_pane_gone=on_pane_gone,
            on_server_gone=gone,
        )
        try:
            watch.begin()
        except OSError as fault:
            log.warning("tmux server `%s` can't be watched: %s", server.socket, fault)
            self._unwatch(server)

    async def close(self) -> None:
        """End all pushes and watches; what is shown stays."""
        for server in self._pushes.keys() | self._watches.keys():
            self.forget(server)
        await self._tasks.close()

    async def _ask(self, server: Server, *command: str) -> list[str] | None:
        if not is_running(server):
            return None
        try:
            return await self._client.ask(server, command)
        except Unreachable:
            return None

    def forget(self, server: Server) -> None:
        """Serve it no more; what it shows stays."""
        self._unwatch(server)
        if push := self._pushes.pop(server, None):
            push.close()

    def _unwatch(self, server: Server) -> None:
        if watch := self._watches.pop(server, None):
            watch.close()
