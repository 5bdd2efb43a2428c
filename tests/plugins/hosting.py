"""A real template over a socket pair, and the daemon's end of the channels of its hosts."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path
from textwrap import dedent
from typing import Any

from axium.plugins.orders import command
from axium.plugins.processes import children
from tests.support import Scratch
from tests.support.processes import alive
from tests.support.waiting import until

SECS = 20.0

Files = str | Mapping[str, str]
"""The text of `main.py`, or texts by path."""


def write_plugin(directory: Path, files: Files) -> Path:
    """A plugin's directory with these files in it."""
    for path, text in ({"main.py": files} if isinstance(files, str) else files).items():
        (directory / path).parent.mkdir(parents=True, exist_ok=True)
        (directory / path).write_text(dedent(text))
    return directory


class Hosting:
    """The template, and what it says."""

    def __init__(self, scratch: Scratch) -> None:
        self._scratch = scratch
        self._orders, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._orders.settimeout(SECS)
        self._hosts: list[Host] = []
        with theirs:
            self.process = subprocess.Popen(command(), stdin=theirs.fileno(), env=scratch.environ)

    def host(self, files: Files, name: str = "aws", log: int | None = None, **order: Any) -> Host:
        """A host for a plugin with these files, not registered yet; it prints to `log`."""
        directory = write_plugin(self._scratch.root / "plugins" / name, files)
        key = f"{name}-{len(self._hosts)}"
        output = self._scratch.root / f"{key}.log"
        ours, theirs = socket.socketpair()
        ours.settimeout(SECS)
        asked = {"key": key, "kind": "spoke", "name": name, "directory": str(directory), **order}
        with theirs, output.open("ab") as file:
            self.order({"fork": asked}, theirs.fileno(), file.fileno() if log is None else log)
        said = self.said()
        assert said["forked"] == key, said
        host = Host(key, said["pid"], ours, output)
        self._hosts.append(host)
        return host

    def registered(
        self, files: Files, name: str = "aws", log: int | None = None, **order: Any
    ) -> Host:
        """A host whose plugin is registered, without a fault."""
        host = self.host(files, name, log, **order)
        answer = host.call("register")
        assert answer["faults"] == [], answer["faults"]
        return host

    def order(self, order: Mapping[str, Any], *fds: int) -> None:
        """Tell the template."""
        socket.send_fds(self._orders, [json.dumps(order).encode()], fds)

    def said(self) -> dict[str, Any]:
        """The next that the template says."""
        said: dict[str, Any] = json.loads(self._orders.recv(65536))
        return said

    def below(self) -> list[int]:
        """The processes that descend from the template."""
        found = [self.process.pid]
        for pid in found:
            found += children(pid)
        return found[1:]

    def end(self) -> int:
        """Close the orders; the template's exit code."""
        self._orders.close()
        return self.process.wait(SECS)

    def close(self) -> None:
        """End everything, and see that it has."""
        for host in self._hosts:
            host.close()
        try:
            self.end()
        finally:
            if self.process.poll() is None:
                os.kill(self.process.pid, signal.SIGKILL)
                self.process.wait()
        for host in self._hosts:
            until(lambda pid=host.pid: not alive(pid))  # type: ignore[misc]


class Host:
    """The daemon's end of one channel; `asked` is what the plugin requested so far."""

    def __init__(self, key: str, pid: int, channel: socket.socket, output: Path) -> None:
        self.key = key
        self.pid = pid
        self.asked: list[dict[str, Any]] = []
        self.reply: Callable[[dict[str, Any]], dict[str, Any]] = lambda _request: {}
        self._channel = channel
        self._lines = channel.makefile("rb")
        self._output = output
        self._calls = 0

    def call(self, do: str, **fields: Any) -> dict[str, Any]:
        """The answer to a call; the requests that come before it are replied to."""
        self.begin(do, **fields)
        return self.answer()

    def begin(self, do: str, **fields: Any) -> None:
        """Send a call, and wait for nothing."""
        self._calls += 1
        self._send({"do": do, "call": self._calls, **fields})

    def answer(self) -> dict[str, Any]:
        """The answer to the call under way, without its number."""
        while "answer" not in (line := self.line()):
            self.asked.append(line)
            self._send({"id": line["id"], "ok": True, **self.reply(line)})
        assert line.pop("answer") == self._calls
        return line

    def emit(self, event: str, *args: Any, **kwargs: Any) -> list[dict[str, Any]]:
        """Have listeners called; the faults of those that raised."""
        faults: list[dict[str, Any]] = self.call("event", event=event, args=args, kwargs=kwargs)[
            "faults"
        ]
        return faults

    def line(self) -> dict[str, Any]:
        """The next line of the channel. EOFError at its end."""
        line = self._lines.readline()
        if not line:
            raise EOFError
        said: dict[str, Any] = json.loads(line)
        return said

    def is_closed(self) -> bool:
        """Whether the host has closed the channel, as its end does."""
        try:
            return self._lines.readline() == b""
        except ConnectionResetError:
            return True

    def send(self, data: bytes) -> None:
        """Bytes onto the channel."""
        self._channel.sendall(data)

    def printed(self) -> str:
        """What the plugin wrote to stdout and stderr."""
        return self._output.read_text()

    def close(self) -> None:
        """Close the channel: the host ends."""
        self._lines.close()
        self._channel.close()

    def _send(self, said: Mapping[str, Any]) -> None:
        self.send(json.dumps(said).encode() + b"\n")
