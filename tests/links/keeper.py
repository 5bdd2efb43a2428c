"""A real links process, with the test in the daemon's place."""

from __future__ import annotations

import json
import os
import signal
import socket
import tempfile
import threading
from collections import defaultdict
from collections.abc import Mapping
from itertools import count
from pathlib import Path
from typing import Any

import msgspec

from axium.daemon.services.links.spawning import spawn
from axium.links import channel as c
from axium.links.definition import Link
from tests.support import until


class Keeper:
    """The process, and the channel to it; `attach` is what the next daemon does."""

    def __init__(self, environ: Mapping[str, str] | None = None) -> None:
        self._root = tempfile.TemporaryDirectory(prefix="axk", dir="/tmp")
        self.path = f"{self._root.name}/links.sock"
        listening = socket.socket(socket.AF_UNIX)
        listening.bind(self.path)
        listening.listen()
        ours, theirs = socket.socketpair()
        around = {"PATH": "/usr/bin:/bin", "HOME": self._root.name, **(environ or {})}
        self.pid = spawn(
            around,
            channel=theirs.fileno(),
            listening=listening.fileno(),
            output=2,
            path=self.path,
        )
        listening.close()
        theirs.close()
        self._begin(ours)

    def _begin(self, channel: socket.socket) -> None:
        self.channel = channel
        self.bodies: dict[int, list[dict[str, Any]]] = defaultdict(list)
        self.last: dict[int, bytes] = {}
        self.news: list[c.News] = []
        self.reads = threading.Event()
        self.reads.set()
        self._calls = count(1)
        self._thread = threading.Thread(target=self._read, args=[channel.makefile("rb")])
        self._thread.start()

    def _read(self, stream: Any) -> None:
        with stream:
            for line in stream:
                self.reads.wait()
                found = c.heard(line)
                if found.mark == c.NEWS:
                    self.news.append(c.decode_news(found.body))
                    continue
                self.bodies[found.call].append(json.loads(found.body))
                if found.mark in (c.LAST, c.FAILED):
                    self.last[found.call] = found.body.rstrip()

    def define(self, *links: Link) -> None:
        """These links there are."""
        self.order(c.Define(list(links)))

    def order(self, order: c.Order) -> None:
        """Any order."""
        self.channel.sendall(c.encode(order) + b"\n")

    def begin(self, link: str, method: str, params: str = "[]", **fields: Any) -> int:
        """Begin a call; its number."""
        number = next(self._calls)
        raw = msgspec.Raw(params.encode())
        fields.setdefault("timeout", 20.0)
        self.order(c.CallOrder(call=number, link=link, method=method, params=raw, **fields))
        return number

    def follow(self, link: str, event: str) -> int:
        """Follow an event, from when it comes; the number."""
        number = next(self._calls)
        self.order(c.FollowOrder(number, link, event))
        until(lambda: self.bodies[number])
        return number

    def ended(self, number: int, timeout: float = 10.0) -> dict[str, Any]:
        """How a call ended."""
        until(lambda: number in self.last, timeout)
        return self.bodies[number][-1]

    def call(self, link: str, method: str, params: str = "[]", **fields: Any) -> dict[str, Any]:
        """A call, and how it ended."""
        return self.ended(self.begin(link, method, params, **fields))

    def ping(self, link: str, timeout: float = 5.0) -> dict[str, Any]:
        """A round trip."""
        number = next(self._calls)
        self.order(c.PingOrder(call=number, link=link, timeout=timeout))
        return self.ended(number)

    @property
    def megabytes(self) -> float:
        """How much memory the process has."""
        pages = int(Path(f"/proc/{self.pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") / 2**20

    @property
    def is_over(self) -> bool:
        """Whether the process has ended."""
        return os.waitid(os.P_PID, self.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None

    def rows(self) -> dict[str, Any]:
        """How the links are, by name."""
        number = next(self._calls)
        self.order(c.StatusOrder(number))
        return {row["name"]: row for row in self.ended(number)["links"]}

    def detach(self) -> None:
        """The daemon is gone."""
        self.channel.shutdown(socket.SHUT_RDWR)
        self.channel.close()
        self._thread.join()

    def attach(self) -> None:
        """The next daemon comes."""
        channel = socket.socket(socket.AF_UNIX)
        channel.connect(self.path)
        self._begin(channel)
        until(lambda: self.news)

    def close(self) -> None:
        """Have it end, which it does at once and well."""
        if not self.is_over:
            self.order(c.EndOrder())
            until(lambda: self.is_over)
            assert not Path(self.path).exists()
        assert os.waitpid(self.pid, 0)[1] in (0, signal.SIGKILL)
        self.detach()
        self._root.cleanup()
