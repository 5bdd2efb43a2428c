"""Links of a real daemon, as its clients use them: requests on its socket, lines back."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from typing import Any

from tests.real.client import Client
from tests.support import Daemon, Scratch, until
from tests.support.servers.truenas import KEY

Line = dict[str, Any]
LAST = ("result", "error")

FIELDS = {"auth": "truenas-key", "user": "admin", "secret": KEY}
"""How a link logs in to a TrueNAS."""


class Caller(Client):
    """A client on one connection; requests have numbers, lines are kept as they came."""

    def __init__(self, scratch: Scratch) -> None:
        try:
            super().__init__(scratch.socket, timeout=30.0)
        except OSError:
            self.socket.close()
            raise
        self._numbers = count(1)
        self.lines: list[Line] = []

    def begin(self, link: str, method: str, params: Any = (), **fields: Any) -> int:
        """Begin a call; its number. A text is JSON as it is."""
        text = params if isinstance(params, str) else json.dumps(params)
        number = next(self._numbers)
        head = json.dumps({"cmd": "call", "id": number, "link": link, "method": method, **fields})
        self.send(f'{head[:-1]}, "params": {text}}}\n'.encode())
        return number

    def other(self, cmd: str, **fields: Any) -> int:
        """Any other request; its number."""
        number = next(self._numbers)
        self.ask(cmd, id=number, **fields)
        return number

    def next(self) -> Line:
        """The next line."""
        line = self.reply()
        self.lines.append(line)
        return line

    def of(self, number: int) -> list[Line]:
        """All lines of a request, up to its last one."""
        while not self._is_over(number):
            self.next()
        return [line for line in self.lines if line["id"] == number]

    def ended(self, number: int) -> Line:
        """The last line of a request."""
        return self.of(number)[-1]

    def call(self, link: str, method: str, params: Any = (), **fields: Any) -> Line:
        """A call, and its last line."""
        return self.ended(self.begin(link, method, params, **fields))

    def _is_over(self, number: int) -> bool:
        # A reply to a request that has but one line has no type.
        return any(
            line["id"] == number and line.get("type", "result") in LAST for line in self.lines
        )


class Links:
    """What a daemon has of links."""

    def __init__(self, scratch: Scratch, daemon: Daemon) -> None:
        self.scratch = scratch
        self.daemon = daemon

    def add(self, name: str, uri: str, *, secret: str | None = None, **fields: Any) -> None:
        """One more link; its secret, where there is one, is in a file."""
        if secret is not None:
            fields["secret"] = f"file:{self.written(name, secret)}"
        reply = self.daemon.request({"cmd": "link_add", "name": name, "uri": uri, **fields})
        assert reply == {"ok": True}

    def written(self, name: str, secret: str) -> str:
        """The file of a secret."""
        path = self.scratch.root / f"{name}.secret"
        path.write_text(secret + "\n")
        path.chmod(0o600)
        return str(path)

    @contextmanager
    def caller(self) -> Iterator[Caller]:
        """A client with a connection of its own."""
        with Caller(self.scratch) as caller:
            yield caller

    def call(self, link: str, method: str, params: Any = (), **fields: Any) -> Line:
        """A call by a client of its own, and its last line, without the number."""
        with self.caller() as caller:
            line = caller.call(link, method, params, **fields)
        del line["id"]
        return line

    def row(self, name: str) -> Line:
        """How a link is."""
        status = self.daemon.request({"cmd": "link_status", "name": name})
        row: Line = status["links"][0]
        return row

    def until_state(self, name: str, state: str) -> None:
        """Wait until a link is so."""
        until(lambda: self.row(name)["state"] == state, 10.0)
