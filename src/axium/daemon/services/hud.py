"""The HUD's text for every pane, rendered once and kept until something in it changes."""

from collections.abc import Callable
from typing import Any

from axium.daemon.services.events import Events
from axium.daemon.services.segments import Values
from axium.daemon.services.store import Store
from axium.model.colors import Depth
from axium.model.environments import Environment
from axium.model.events import HudRefresh, HudSegmentUpdated
from axium.model.hud import (
    TMUX_SESSION,
    Extra,
    HudConfig,
    HudContext,
    is_reserved,
    render_hud,
)
from axium.model.marks import Fault, Mark
from axium.model.painting import Format

_CORE_PRIORITY = 10
_LINKS_PRIORITY = 50
_SPOKE_PRIORITY = 100

_LINKS = "core:links"
"""Under which the segment of links is kept among those of plugins, none of which is so named."""


class Hud:
    """Renders HUD texts from the committed snapshot and the segments set through the wire."""

    def __init__(
        self,
        store: Store,
        events: Events,
        values: Values,
        *,
        clock: Callable[[], float],
    ) -> None:
        self._store = store
        self._events = events
        self._values = values
        self._clock = clock
        self._started = clock()
        self._listeners: list[Callable[[], None]] = []
        self._extras: dict[str, Extra] = {}
        self._faults = 0
        self._epoch = 0
        self._texts: dict[tuple[str | None, str | None, Format, Depth], str] = {}
        self._expires = 0.0

    def on_change(self, listener: Callable[[], None]) -> None:
        """Call `listener` when texts change by something else than a commit."""
        self._listeners.append(listener)

    @property
    def uptime_secs(self) -> int:
        """Whole seconds since this daemon started."""
        return int(self._clock() - self._started)

    def changes_at(self) -> float:
        """When, on the clock, the texts change by themselves: at the next minute of uptime."""
        return self._started + (self.uptime_secs // 60 + 1) * 60

    @property
    def config(self) -> HudConfig:
        """What hud.yaml says."""
        return self._store.committed.configuration.hud

    def text(self, key: str | None, form: Format, colors: Depth = "24bit") -> str:
        """The HUD of a pane (None: of any pane without an environment of its own)."""
        return self.text_for(self._store.committed.state.env_for(key), key, form, colors)

    def text_for(
        self, env: str | None, key: str | None, form: Format, colors: Depth = "24bit"
    ) -> str:
        """The HUD for an environment; `key` matters where the layout shows the pane.

        The segment `session` is tmux's own format in it, and hidden where that can't be.
        """
        return self._known(env, key, form, colors).replace(TMUX_SESSION, "#{session_name}")

    def pushed(self, env: str | None, key: str | None) -> str:
        """The same for a variable of tmux, in which no format counts: `TMUX_SESSION` stays."""
        return self._known(env, key, "tmux", "24bit")

    def text_in(
        self, session: str | None, env: str | None, key: str | None, form: Format, colors: Depth
    ) -> str:
        """The HUD of a pane in a tmux session of this name; it is not kept."""
        return self._render(env, self._pane(env, key), form, colors, session)

    @property
    def asks_for_session(self) -> bool:
        """Whether a HUD that tmux does not draw needs the name of the pane's session."""
        return self.config.shows("session")

    def current_epoch(self) -> int:
        """Counts the times that texts could have changed; the same number, the same texts."""
        if self._clock() >= self._expires:
            self.forget()
        return self._epoch

    def forget(self) -> None:
        """Something that texts are made of changed: render anew when asked."""
        self._epoch += 1
        self._texts.clear()
        self._expires = self.changes_at()

    def set_segment(self, owner: str, value: str) -> None:
        """Show a value under its owner's name; an empty one takes it away."""
        before = self._extras.get(owner)
        if value:
            self._extras[owner] = Extra(
                name=owner, value=value, priority=_SPOKE_PRIORITY, owner=owner
            )
        else:
            self._extras.pop(owner, None)
        self._events.emit(HudSegmentUpdated(spoke=owner, value=value))
        if self._extras.get(owner) != before:
            self.change()
            self._events.emit(HudRefresh())

    def show_links(self, value: str) -> None:
        """Show how links are; nothing where the value is empty."""
        before = self._extras.pop(_LINKS, None)
        if value:
            made = Extra(name="links", value=value, priority=_LINKS_PRIORITY, owner="core")
            self._extras[_LINKS] = made
        if self._extras.get(_LINKS) != before:
            self.change()

    def take_segment(self, owner: str) -> None:
        """Its owner is gone: what it had set goes with it."""
        if self._extras.pop(owner, None) is not None:
            self.change()

    def show_faults(self, faults: tuple[Fault, ...]) -> None:
        """Tell in every HUD how many faults keep files from being in force."""
        self._faults = sum(fault.severity == "error" for fault in faults)
        self.change()

    def segments(self) -> list[dict[str, Any]]:
        """Name, priority and owner of every segment that is shown, by priority."""
        config = self.config
        named = [(extra.owner, extra.name, extra.priority) for extra in self._extras.values()]
        named += [(owner, each.name, each.priority) for owner, each in self._values.segments()]
        others = [
            {"name": name, "priority": priority, "spoke": owner}
            for owner, name, priority in named
            if not is_reserved(name)
        ]
        core = [
            {"name": name, "priority": _CORE_PRIORITY + n, "spoke": "core"}
            for n, name in enumerate(config.layout)
            if is_reserved(name) or (name == "aws" and name not in self._extras)
        ]
        shown = [segment for segment in core + others if segment["name"] not in config.hide]
        return sorted(shown, key=lambda segment: segment["priority"])

    def change(self) -> None:
        """Texts changed by something else than a commit: tell who shows them."""
        self.forget()
        for listener in self._listeners:
            listener()

    def _known(self, env: str | None, key: str | None, form: Format, colors: Depth) -> str:
        self.current_epoch()
        pane = self._pane(env, key)
        known = self._texts.get((env, pane, form, colors))
        if known is None:
            known = self._texts[env, pane, form, colors] = self._render(env, pane, form, colors)
        return known

    def _pane(self, env: str | None, key: str | None) -> str | None:
        """The pane, where what is shown may differ from pane to pane."""
        is_own = self._values.is_own(env, key) or self.config.shows("pane")
        return key if is_own else None

    def _render(
        self,
        env: str | None,
        pane: str | None,
        form: Format,
        colors: Depth,
        session: str | None = None,
    ) -> str:
        context = HudContext(
            env=_shown(self._store.committed.environment(env), env),
            pane=pane,
            uptime_secs=self.uptime_secs,
            faults=self._faults,
            session=session,
        )
        extras = [*self._extras.values(), *self._values.extras(env, pane)]
        return render_hud(self.config, context, extras, format=form, colors=colors)


def _shown(env: Environment | None, name: str | None) -> Environment | None:
    """The environment to show; one that envs.yaml lost still has its name."""
    if env is not None or name is None:
        return env
    return Environment(name=name, where=Mark("state.json", 1, 1))
