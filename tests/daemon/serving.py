"""The whole daemon inside the test: bytes in, bytes out, on socket pairs."""

from __future__ import annotations

import _socket
import asyncio
import json
import os
import signal
import socket
import time
from collections.abc import Coroutine, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any, TypeVar

from axium.daemon.app import Daemon
from axium.daemon.boot import ENDING, take
from axium.daemon.context import Services
from axium.daemon.services.tmux import Tmux
from axium.daemon.wiring import Given
from axium.thin.paths import home_of
from tests.support import Scratch

T = TypeVar("T")

BOUND_SECS = 10.0

ENVS = """\
envs:
  root: {prefix: ""}
  dev:
    prefix: wrapx exec dev --
    region: eu-west-1
    color: "#00FF00"
  prod:
    prefix: wrapx exec prod --
    account: 012345678901
"""
PREFIXES = """\
prefixes:
  - command: aws
    prefix: ${env.prefix}
    unset: [AWS_ACCESS_KEY_ID]
  - command: kubectl
    strategy: args_prepend
    config: {args: [--context, "${env.region}"]}
  - command: vault
    wrapper: run-vault $VAULT_USER
"""
HUD = "layout: [env, uptime]\n"
FILES = {"envs.yaml": ENVS, "prefixes.yaml": PREFIXES, "hud.yaml": HUD}


class Served:
    """A daemon's services and dispatch in a scratch home, with a real writer thread.

    Whatever goes wrong where nobody awaits it fails the test at `close`.
    """

    def __init__(self, scratch: Scratch, files: Mapping[str, str] = FILES) -> None:
        self.scratch = scratch
        self.write(files)
        self._runner = asyncio.Runner()
        self._strays: list[str] = []
        self._clients: list[Client] = []
        self._runner.get_loop().set_exception_handler(self._stray)
        self._begin()

    @property
    def services(self) -> Services:
        """The services behind the wire."""
        return self.daemon.services

    def write(self, files: Mapping[str, str]) -> None:
        """Write files of the config home."""
        for name, text in files.items():
            (self.scratch.home / name).write_text(text)

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """What a coroutine gives on the daemon's loop, within a bound."""
        return self._runner.run(asyncio.wait_for(work, BOUND_SECS))

    def client(self, first: bytes = b"") -> Client:
        """A new connection, which has sent `first` before it was accepted."""
        client = Client(self, first)
        self._clients.append(client)
        return client

    def send(self, raw: bytes) -> bytes:
        """What these bytes are answered with on a connection of their own, until it is closed."""
        return self.client(raw).rest()

    def ask(self, cmd: str, **fields: Any) -> dict[str, Any]:
        """The reply to one request on a connection of its own."""
        reply: dict[str, Any] = json.loads(self.send(line(cmd, **fields)))
        return reply

    def settled(self) -> None:
        """Wait until every callback that is due has run."""
        self.run(asyncio.sleep(0.001))

    def tasks(self) -> list[str]:
        """What the daemon is at, by the names of its tasks."""
        return sorted(task.get_name() for task in asyncio.all_tasks(self._runner.get_loop()))

    def restart(self) -> None:
        """End this daemon and begin another one in the same home."""
        self._end()
        self._begin()

    def close(self) -> None:
        """End it; AssertionError where something went wrong behind the replies."""
        for client in self._clients:
            client.close()
        self.services.life.stop(keeps_links=False)
        self._end()
        self._runner.close()
        assert self._strays == []

    def _begin(self) -> None:
        self._writer = ThreadPoolExecutor(1, "writer")
        self._hold = take(home_of(self.scratch.environ), self.scratch.environ)
        # What ends the tests ends what they start as well.
        signal.pthread_sigmask(signal.SIG_UNBLOCK, ENDING)
        self.daemon = self.run(self._begun())

    async def _begun(self) -> Daemon:
        environ = self.scratch.environ
        daemon = Daemon(Given(self._hold, self._writer, environ, Tmux(environ=environ)))
        await daemon.begin()
        return daemon

    def _end(self) -> None:
        kept = self.services.links.kept
        keeper = None if kept is None else kept.pid
        self.run(self.daemon.end())
        if keeper is not None and not self.services.life.keeps_links:
            _reap(keeper)
        self._writer.shutdown()
        self._hold.release()
        # The lock goes with the process, which here goes on.
        os.close(self._hold.lock._descriptor)

    def _stray(self, _loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        self._strays.append(f"{context['message']}: {context.get('exception')!r}")


def _reap(pid: int) -> None:
    """Reap a links process that an earlier daemon of this test started: the last one did not."""
    deadline = time.monotonic() + 1.0
    with suppress(ChildProcessError):
        while time.monotonic() < deadline:
            os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT)
            time.sleep(0.01)
        os.waitpid(pid, 0)


class Client:
    """The client's end of a connection."""

    def __init__(self, served: Served, first: bytes) -> None:
        self._served = served
        self._buffer = b""
        self._ours, theirs = socket.socketpair()
        self._ours.setblocking(False)
        if first:
            self._ours.send(first)
        accepted = _socket.socket(socket.AF_UNIX, socket.SOCK_STREAM, 0, theirs.detach())
        served.run(self._taken(accepted))

    def send(self, raw: bytes) -> None:
        """Send bytes."""
        self._served.run(self._send(raw))

    def end(self) -> None:
        """Send no more, which the daemon sees as end of file."""
        self._ours.shutdown(socket.SHUT_WR)

    def line(self) -> bytes:
        """The next line, its newline included; what there is of it at the end of file."""
        return self._served.run(self._line())

    def reply(self) -> dict[str, Any]:
        """The next line, decoded."""
        decoded: dict[str, Any] = json.loads(self.line())
        return decoded

    def replies(self, count: int) -> list[dict[str, Any]]:
        """The next lines, decoded."""
        return [self.reply() for _ in range(count)]

    def ask(self, cmd: str, **fields: Any) -> dict[str, Any]:
        """Send a request, and the next line, decoded."""
        self.send(line(cmd, **fields))
        return self.reply()

    def rest(self) -> bytes:
        """All that comes until the daemon closes."""
        return self._served.run(self._rest())

    def close(self) -> None:
        """Hang up."""
        self._ours.close()

    async def _taken(self, accepted: _socket.socket) -> None:
        self._served.daemon._listener._take(accepted)

    async def _send(self, raw: bytes) -> None:
        await asyncio.get_running_loop().sock_sendall(self._ours, raw)

    async def _line(self) -> bytes:
        while b"\n" not in self._buffer and await self._more():
            pass
        head, newline, self._buffer = self._buffer.partition(b"\n")
        return head + newline

    async def _rest(self) -> bytes:
        while await self._more():
            pass
        whole, self._buffer = self._buffer, b""
        return whole

    async def _more(self) -> bool:
        data = await asyncio.get_running_loop().sock_recv(self._ours, 65536)
        self._buffer += data
        return bool(data)


def line(cmd: str, **fields: Any) -> bytes:
    """A request as a client writes it."""
    return json.dumps({"cmd": cmd, **fields}).encode() + b"\n"
