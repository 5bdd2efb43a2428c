"""A plugin's commands in the user's terminal: that plugin alone is loaded, into this process."""

import functools
import os
import signal
import socket
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from typer._click.core import Command
from typer.core import TyperCommand, TyperGroup

from axium.config.manifests import Found, find
from axium.core import transport
from axium.core.cli import HelpfulCommand, HelpfulGroup
from axium.plugins.channel import Channel
from axium.plugins.confined import CHANNEL
from axium.plugins.faults import Told, Unloadable, told
from axium.plugins.orders import Run
from axium.plugins.plugin import Plugin
from axium.plugins.register import commands_of
from axium.plugins.runner import become
from axium.thin.paths import Home, cwd, environ
from axium.thin.query import with_server

_OURS: dict[type[Command], type[Command]] = {TyperGroup: HelpfulGroup, TyperCommand: HelpfulCommand}


class Terminal:
    """The spokes of one home, loaded one by one as their commands are run."""

    def __init__(self, home: Home) -> None:
        self._root = home.root

    def load(self, name: str) -> TyperGroup:
        """The commands of one spoke. Unloadable, and whatever its own code raises."""
        found = find(self._root, "spokes", name)
        if found is None:
            raise Unloadable(f"{self._root}/spokes/{name}", "there is no such spoke any more")
        if found.manifest is None:
            raise _unreadable(found)
        _settle_signals()
        group = commands_of(Plugin("spoke", name, found.directory, found.manifest.entrypoint))
        _fit(group)
        return group

    def told(self, name: str, error: BaseException) -> Told:
        """What there is to tell of an error that came out of a spoke."""
        return told(error, f"{self._root}/spokes/{name}")

    def become(self, gear: str, words: list[str]) -> int:
        """Become a command of a gear, in its confinement; the exit code where it can't be had."""
        return become(gear, words, environ(), here=cwd())


class OneGear:
    """The gear of a process that is confined to it."""

    def __init__(self, run: Run) -> None:
        self._plugin = Plugin("gear", run.name, run.directory, run.entrypoint)
        self._has_channel = run.has_channel
        self.name = run.name

    def load(self) -> TyperGroup:
        """Its commands. Unloadable, and whatever its own code raises."""
        if self._has_channel:
            _ask_through(Channel(socket.socket(fileno=CHANNEL)))
        _settle_signals()
        group = commands_of(self._plugin)
        _fit(group)
        return group

    def told(self, error: BaseException) -> Told:
        """What there is to tell of an error that came out of it."""
        return told(error, self._plugin.directory)


def _ask_through(channel: Channel) -> None:
    """Ask the daemon as the gear, in the pane of whoever runs the command."""

    def request(payload: Mapping[str, Any], timeout: float) -> dict[str, Any]:
        return channel.request(with_server(payload, environ()), timeout)

    transport.use(request, has_place=True)
    os.register_at_fork(after_in_child=partial(transport.use, transport.over_socket))


def _unreadable(found: Found) -> Unloadable:
    first, *_more = found.faults
    return Unloadable(str(first.where), first.message)


def _settle_signals() -> None:
    """Have Python's own ways again, which the fast verbs undo: a plugin's code counts on them."""
    if signal.getsignal(signal.SIGINT) == signal.SIG_DFL:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGPIPE, signal.SIG_IGN)


def _fit(command: Command) -> None:
    """Make commands as a plugin defines them behave as ours do."""
    command.callback = _without_result(command.callback)
    # What Typer made has the state that ours has: only usage, and help for who mistyped, differ.
    command.__class__ = _OURS.get(type(command), type(command))
    if not isinstance(command, TyperGroup):
        return
    for inner in command.commands.values():
        _fit(inner)


def _without_result(callback: Callable[..., Any] | None) -> Callable[..., Any] | None:
    """What a command returns is nobody's exit code; that is `typer.Exit` or `sys.exit`."""
    if callback is None:
        return None

    @functools.wraps(callback)
    def called(*args: Any, **options: Any) -> None:
        result = callback(*args, **options)
        if hasattr(result, "__await__"):
            result.close()
            raise TypeError(f"`{callback.__name__}` is async: write `def`, not `async def`")

    return called
