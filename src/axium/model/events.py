"""Typed events: what the daemon tells its listeners, after the fact is on disk."""

import msgspec


class Event(msgspec.Struct, tag_field="event", frozen=True, kw_only=True):
    """An event; its tag is the name that listeners give."""

    @property
    def name(self) -> str:
        """The event's name on the wire."""
        return str(self.__struct_config__.tag)


class EnvChange(Event, tag="env_change", frozen=True):
    """The global environment, or that of one pane, was set or cleared.

    `new_env` is null where an override was cleared; `old_env` is the former
    override of `pane`, or the former global environment.
    """

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


class Lagged(Event, tag="lagged", frozen=True):
    """`count` events were dropped because the subscriber did not read."""

    count: int
