"""What the tests of gears share: one that may do this and that, and its real channel."""

from __future__ import annotations

import _socket
import asyncio
import json
import socket
from collections.abc import Mapping
from typing import Any

from axium.daemon.caller import Plugin
from axium.daemon.channel import Channel
from axium.daemon.poller import Poller
from axium.daemon.services.confinements import Confined
from axium.model.confining import policy_of
from axium.model.manifests import Manifest
from axium.model.marks import Mark
from axium.model.permissions import Permissions, effective
from axium.model.rules import rule_from_wire
from axium.wire.channel import Answer
from tests.daemon.serving import Served, line

NAME = "creds"
GEAR = Plugin("gear", NAME)


def load_gear(
    served: Served,
    name: str = NAME,
    *,
    programs: Mapping[str, str] = {},
    prefixes: Mapping[str, str] = {},
    override: Permissions | None = None,
    **may: Any,
) -> Confined:
    """Load a gear whose manifest asks for this, as admission does."""
    asked = Permissions(**may)
    rights = effective(asked, override, strict=False)
    directory = served.scratch.home / "gears" / name
    directory.mkdir(parents=True, exist_ok=True)
    scratch = served.scratch.state / "gears" / name
    scratch.mkdir(parents=True, exist_ok=True)
    places = served.services.confinements.places
    policy, brokered = policy_of(
        rights, places, directory=str(directory.resolve()), scratch=(str(scratch.resolve()),)
    )
    confined = Confined(
        name=name,
        directory=policy.directory,
        entrypoint="main:register",
        rights=rights,
        policy=policy,
        brokered=brokered,
        programs=programs,
        level="enforced",
        is_permissive=False,
    )
    rules = [
        rule_from_wire(command, wrapper=wrapper, strategy=None, config=None, owner=name)
        for command, wrapper in prefixes.items()
    ]
    manifest = Manifest(
        name=name, where=Mark("gear.yaml"), permissions=asked, prefixes=tuple(rules)
    )
    served.services.permissions.load(manifest)
    served.services.confinements.load(confined)
    return confined


class GearChannel:
    """A gear's end of its channel, or another plugin's; the daemon's end is the real one."""

    def __init__(self, served: Served, caller: Plugin = GEAR) -> None:
        self.served = served
        self.answers: list[Answer] = []
        self._buffer = b""
        self._last = 0
        self.ours, theirs = socket.socketpair()
        self.ours.setblocking(False)
        served.run(self._open(_socket.socket(fileno=theirs.detach()), caller))

    async def _open(self, theirs: _socket.socket, caller: Plugin) -> None:
        self._poller = Poller()
        self.channel = Channel(
            theirs,
            caller,
            self.served.daemon._listener._port,
            self._poller,
            on_answer=self.answers.append,
            on_close=lambda: None,
        )

    def ask(self, cmd: str, /, **fields: Any) -> dict[str, Any]:
        """Send a request, and the next line, decoded, without its `id`."""
        self._last += 1
        self.send(line(cmd, id=self._last, **fields))
        reply = self.reply()
        assert reply.pop("id") == self._last
        return reply

    def send(self, raw: bytes) -> None:
        """Send bytes."""
        self.served.run(self._send(raw))

    def reply(self) -> dict[str, Any]:
        """The next line, decoded."""
        decoded: dict[str, Any] = json.loads(self.served.run(self._line()))
        return decoded

    def close(self) -> None:
        """Hang up."""
        self.ours.close()
        self.served.run(self._close())

    async def _send(self, raw: bytes) -> None:
        await asyncio.get_running_loop().sock_sendall(self.ours, raw)

    async def _line(self) -> bytes:
        while b"\n" not in self._buffer:
            chunk = await asyncio.get_running_loop().sock_recv(self.ours, 65536)
            if not chunk:
                raise EOFError("the daemon closed the channel")
            self._buffer += chunk
        head, newline, self._buffer = self._buffer.partition(b"\n")
        return head + newline

    async def _close(self) -> None:
        self.channel.close()
        self._poller.close()
