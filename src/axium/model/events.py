"""Typed events: what the daemon tells its listeners, after the fact is on disk."""

import re
from typing import Any, ClassVar, NamedTuple

import msgspec


class Arguments(NamedTuple):
    """What a listener is called with; `named` go to those that take them."""

    positional: tuple[Any, ...]
    named: dict[str, Any]


class Event(msgspec.Struct, tag_field="event", frozen=True, kw_only=True):
    """An event; its tag is the name that listeners give.

    A listener gets the fields in their order, those of `by_name` by name.
    """

    by_name: ClassVar[tuple[str, ...]] = ()

    @property
    def name(self) -> str:
        """The event's name on the wire."""
        return str(self.__struct_config__.tag)

    def arguments(self) -> Arguments:
        """What listeners are called with."""
        fields = {field: getattr(self, field) for field in self.__struct_fields__}
        named = {field: fields.pop(field) for field in self.by_name}
        return Arguments(tuple(fields.values()), named)


class EnvChange(Event, tag="env_change", frozen=True):
    """The global environment, or that of one pane, was set or cleared.

    `new_env` is null where an override was cleared; `old_env` is the former
    override of `pane`, or the former global environment.
    """

    by_name = ("pane", "generation")

    new_env: str | None
    old_env: str | None
    pane: str | None = None
    generation: int = 0


class HudSegmentUpdated(Event, tag="hud_segment_updated", frozen=True):
    """A HUD segment that is set through the wire has another value; empty: cleared."""

    spoke: str
    value: str


class HudRefresh(Event, tag="hud_refresh", frozen=True):
    """The HUD is about to be drawn anew."""


class DaemonReady(Event, tag="daemon_ready", frozen=True):
    """The daemon answers."""


class DaemonReload(Event, tag="daemon_reload", frozen=True):
    """State and files were read again on request."""


class ConfigReloaded(Event, tag="config_reloaded", frozen=True):
    """The configuration in force was read anew, on request or because a file changed."""


class Notification(Event, tag="notification", frozen=True):
    """A notification was stored; a stream, which has a `seq`, names its number otherwise."""

    spoke: str
    title: str
    body: str
    level: str
    seq: int = msgspec.field(name="notification_seq")


class PaneClosed(Event, tag="pane_closed", frozen=True):
    """A pane that had an override is gone."""

    pane: str


class SpokeLoaded(Event, tag="spoke_loaded", frozen=True):
    """A spoke was loaded: as the daemon started, or after an install."""

    spoke_name: str


class SpokeReloaded(Event, tag="spoke_reloaded", frozen=True):
    """A spoke was loaded again."""

    spoke_name: str


class SpokeUnloaded(Event, tag="spoke_unloaded", frozen=True):
    """A spoke is about to go: its files, or the daemon."""

    spoke_name: str


class GearLoaded(Event, tag="gear_loaded", frozen=True):
    """A gear was loaded: as the daemon started, or after an install."""

    gear_name: str


class GearUnloaded(Event, tag="gear_unloaded", frozen=True):
    """A gear is about to go: its files, or the daemon."""

    gear_name: str


class Lagged(Event, tag="lagged", frozen=True):
    """`count` events were dropped because the subscriber did not read."""

    count: int


class Custom(msgspec.Struct, frozen=True):
    """An event that a plugin or the user emitted; `origin` is the plugin, null for the user."""

    event: str
    origin: str | None
    args: list[Any]
    kwargs: dict[str, Any]

    @property
    def name(self) -> str:
        """The event's name on the wire."""
        return self.event

    def arguments(self) -> Arguments:
        """What listeners are called with."""
        return Arguments(tuple(self.args), self.kwargs)


CORE_EVENTS = frozenset(str(event.__struct_config__.tag) for event in Event.__subclasses__())
"""Names that only the daemon emits."""

_CUSTOM = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]{0,99}")


def custom_fault(name: str) -> str | None:
    """Why `name` can't name a custom event; None if it can."""
    if _CUSTOM.fullmatch(name):
        return None
    rule = "a letter or `_`, then letters, digits and `_.-`, at most 100 in all"
    return f"`{name[:100]}` can't name an event: a name is {rule}"
