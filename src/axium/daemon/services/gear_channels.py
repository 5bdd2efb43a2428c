"""Channels of gears beside that of their host: one for each command that the user runs."""

import socket
from _socket import socket as plain_socket

from axium.daemon.caller import Plugin
from axium.daemon.channel import Channel
from axium.daemon.connection import Port
from axium.daemon.poller import Poller
from axium.daemon.services.confinements import Confinements
from axium.wire.channel import Answer
from axium.wire.errors import Refusal

MOST = 64
"""Of one gear at once."""


class GearChannels:
    """Each ends with the process that has its other end, and when its gear goes."""

    def __init__(self, confinements: Confinements) -> None:
        self._open: dict[str, set[Channel]] = {}
        self._poller: Poller | None = None
        self.port: Port | None = None
        confinements.on_unload(self._close_of)

    def open(self, name: str, *, here: str | None = None) -> int:
        """The other end of a new channel of a loaded gear. Refusal `busy`.

        `here` is where a command of the gear was started.
        """
        channels = self._open.setdefault(name, set())
        if len(channels) >= MOST:
            raise Refusal("busy", f"{MOST} commands of `{name}` run already")
        ours, theirs = socket.socketpair()
        ours.setblocking(False)
        made = self._made(plain_socket(fileno=ours.detach()), Plugin("gear", name, here))
        channels.add(made)
        return theirs.detach()

    def close(self) -> None:
        """Close all of them."""
        for name in list(self._open):
            self._close_of(name)
        if self._poller is not None:
            self._poller.close()

    def _close_of(self, name: str) -> None:
        for channel in self._open.pop(name, ()):
            channel.close()

    def _made(self, ours: plain_socket, gear: Plugin) -> Channel:
        assert self.port is not None
        if self._poller is None:
            self._poller = Poller()
        made: Channel

        def unasked(_answer: Answer) -> None:
            # Nobody calls what is no host.
            made.close_after()

        def closed() -> None:
            self._open.get(gear.name, set()).discard(made)

        made = Channel(
            ours,
            gear,
            self.port,
            self._poller,
            on_answer=unasked,
            on_close=closed,
        )
        return made
