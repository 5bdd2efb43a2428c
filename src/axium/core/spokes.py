"""Spokes: the events that they listen for, and emit; which there are, new ones, loading them."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, overload

from axium.core.ipc import send_request_sync

if TYPE_CHECKING:
    from axium.core.plugin_metadata import SpokeMetadata

__all__ = [
    "EventBus",
    "Listener",
    "SpokeMetadata",
    "create_spoke",
    "get_event_bus",
    "get_spoke_metadata",
    "install_spoke",
    "list_spokes",
    "load_spokes",
    "reload_spokes",
    "validate_spoke",
]

Listener = Callable[..., Any]

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]{0,99}")


class EventBus:
    """The events of one process: its listeners, and what it has the daemon tell all others.

    `owner` is the plugin in whose name events are emitted.
    """

    def __init__(self, owner: str | None = None) -> None:
        self.owner = owner
        self._listeners: dict[str, list[Listener]] = {}
        self._told: frozenset[str] | None = None

    @overload
    def on(self, event_name: str, callback: Listener) -> Listener: ...
    @overload
    def on(self, event_name: str) -> Callable[[Listener], Listener]: ...

    def on(self, event_name: str, callback: Listener | None = None) -> Any:
        """Have `callback` called at each event of this name; without one, a decorator.

        A listener is called in the order of registration, with those of the event's arguments
        that it can take; registered twice it is called once. ValueError for what can't be the
        name of an event, TypeError for what can't be called here, RuntimeError for an event that
        `register` of a plugin named no listener for.
        """
        if callback is None:
            return lambda decorated: self.on(event_name, decorated)
        _check_name(event_name)
        _check_listener(callback)
        if self._told is not None and event_name not in self._told:
            raise RuntimeError(
                f"`{event_name}` is not listened for: `register` has returned, and the daemon "
                "tells only of the events that were named there"
            )
        listeners = self._listeners.setdefault(event_name, [])
        if callback not in listeners:
            listeners.append(callback)
        return callback

    def off(self, event_name: str, callback: Listener) -> None:
        """Call it no longer; nothing where it is not registered."""
        listeners = self._listeners.get(event_name, [])
        if callback in listeners:
            listeners.remove(callback)

    def emit(self, event_name: str, *args: Any, **kwargs: Any) -> None:
        """Have the daemon tell everybody who listens for it, this plugin too.

        They are told after this returns. The daemon's own events can't be emitted: that, and a
        daemon that is not there, is logged. ValueError for what can't be the name of an event,
        TypeError for arguments that JSON does not have.
        """
        _check_name(event_name)
        request = {"cmd": "emit_event", "event": event_name, "args": list(args), "kwargs": kwargs}
        if self.owner is not None:
            request["spoke"] = self.owner
        try:
            reply = send_request_sync(request)
        except (OSError, ValueError) as error:
            reply = {"ok": False, "error": error}
        if not reply.get("ok"):
            import logging  # 9 ms, and only where something failed

            told = reply.get("error")
            logging.getLogger(__name__).warning("`%s` was not emitted: %s", event_name, told)

    def settle(self) -> list[str]:
        """The events that somebody here listens for, sorted; no others from now on."""
        names = self.names()
        self._told = frozenset(names)
        return names

    def names(self) -> list[str]:
        """The events that somebody here listens for, sorted."""
        return sorted(name for name, listeners in self._listeners.items() if listeners)

    def listeners(self, event_name: str) -> list[Listener]:
        """Those of one event, in the order of registration."""
        return list(self._listeners.get(event_name, ()))


_bus = EventBus()


def get_event_bus() -> EventBus:
    """The bus of this process."""
    return _bus


# What follows imports what it stands on itself: 30 ms, which no plugin's process needs to pay.


if not TYPE_CHECKING:

    def __getattr__(name: str) -> Any:
        if name == "SpokeMetadata":
            from axium.core.plugin_metadata import SpokeMetadata

            return SpokeMetadata
        raise AttributeError(f"module `{__name__}` has no attribute `{name}`")


def get_spoke_metadata() -> "list[SpokeMetadata]":
    """What is known of each spoke of this home, by name; of one that was not installed too."""
    from axium.config.manifests import discover
    from axium.core.plugin_metadata import Rows, from_row
    from axium.thin.paths import environ, home_of

    root = home_of(environ()).root
    rows = Rows(root).read()
    said = {
        found.name: {
            "version": found.manifest.version,
            "description": found.manifest.description,
            "entrypoint": found.manifest.entrypoint,
        }
        if found.manifest
        else {"status": "error"}
        for found in discover(root, "spokes")
    }
    return [from_row(name, rows.get(name, {}) | fields) for name, fields in said.items()]


def create_spoke(
    name: str,
    description: str | None = None,
    version: str = "0.1.0",
    interactive: bool = True,  # noqa: FBT001, FBT002 (published)
) -> Path:
    """Write a new spoke that works; its directory. FileExistsError, ValueError, OSError.

    Where it is `interactive`, and there is a terminal, what is not given is asked for.
    """
    from axium.core import scaffold

    return scaffold.create_spoke(name, description, version, interactive)


def validate_spoke(spoke_dir: str | Path) -> dict[str, Any]:
    """What the manifest in a directory says, which must name, version, describe and enter it.

    FileNotFoundError; ValueError with file, line and column of each fault.
    """
    from axium.core import installing
    from axium.core._api.required import check

    said = installing.validate_spoke(spoke_dir)
    check(str(spoke_dir))
    return said


def install_spoke(
    source: str,
    editable: bool = False,  # noqa: FBT001, FBT002 (published)
    name: str | None = None,
) -> "SpokeMetadata":
    """Install from a directory, a git URL, or by a name of an index; `editable` links a directory.

    FileNotFoundError, ValueError, FileExistsError, OSError. The daemon takes it in by
    `reload_spokes`.
    """
    from axium.core import installing

    return installing.install_spoke(source, editable, name)


def reload_spokes(spoke_name: str | None = None) -> list[str]:
    """Have the daemon load all spokes again, or one; the names of those that were.

    ValueError where that one can't be loaded, or the daemon refuses; OSError without a daemon.
    """
    from axium.core._api.asking import LONG_TIMEOUT, ask, part

    if spoke_name is None:
        reply = ask("reload_spokes", timeout=LONG_TIMEOUT, starts=False)
        return part(reply, "spokes", list)
    ask("reload_spoke", spoke=spoke_name, timeout=LONG_TIMEOUT, starts=False)
    return [spoke_name]


def list_spokes() -> None:
    """Print a line for each spoke of this home: name, version, how it is."""
    for one in get_spoke_metadata():
        print(f"{one.name}  {one.version}  {one.status}")


def load_spokes(parent_app: Any) -> None:
    """Add the commands of all spokes to a Typer app; each is run by `axium` when it is called.

    No spoke's code runs in this process: it would run with everybody else's.
    """
    from axium.core.spoke_commands import add_to

    add_to(parent_app)


def _check_name(name: str) -> None:
    if not _NAME.fullmatch(name):
        raise ValueError(
            f"{name!r} can't be the name of an event: it takes letters, digits and `_.-`, "
            "at most 100 of them, the first a letter or `_`; there is no `*` for all of them"
        )


def _check_listener(callback: Listener) -> None:
    from inspect import iscoroutinefunction  # 5 ms, and only where a plugin registers

    if not callable(callback):
        raise TypeError(f"a listener is a function, found {callback!r}")
    if iscoroutinefunction(callback):
        raise TypeError(f"{callback!r} is async: a listener is written `def`, not `async def`")
