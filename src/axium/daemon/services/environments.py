"""Which environment is active where: validating, changing, and telling of it."""

from typing import Any, Literal

from axium.daemon.services.events import Events
from axium.daemon.services.panes import Panes
from axium.daemon.services.snapshot import Snapshot
from axium.daemon.services.store import Change, Store
from axium.model.environments import Environment
from axium.model.events import EnvChange, HudRefresh
from axium.model.suggest import nearest
from axium.wire.errors import Refusal


class Environments:
    """The active environments, global and of each pane."""

    def __init__(self, store: Store, panes: Panes, events: Events) -> None:
        self._store = store
        self._panes = panes
        self._events = events

    async def set_global(self, name: str | None, server: str | None) -> None:
        """Make `name` the environment of every pane without one of its own.

        The tmux server that it is asked from, if any, shows it from now on.
        """
        required(self._store.committed, name)
        place = self._panes.attached_if_alive(server)

        def step(found: Snapshot) -> Snapshot:
            env = required(found, name)
            return found.step(lambda state: place.known_in(state).with_active(env.name))

        change = await self._store.change(step)
        self._tell(change, None, change.old.state.active_env, change.new.state.active_env)

    async def set_pane(self, name: str | None, pane: str | None, server: str | None) -> None:
        """Give one pane an environment of its own."""
        required(self._store.committed, name)
        place = await self._panes.place(pane, server)
        await self._panes.refuse_missing(place)
        key = place.key()

        def step(found: Snapshot) -> Snapshot:
            env = required(found, name)
            return found.step(lambda state: place.known_in(state).with_pane(key, env.name))

        change = await self._store.change(step)
        self._tell(change, key, place.known_in(change.old.state).panes.get(key), name)

    async def clear_pane(self, pane: str | None, server: str | None) -> None:
        """Take a pane's own environment away; nothing happens where it has none."""
        place = await self._panes.place(pane, server)
        key = place.key()

        def step(found: Snapshot) -> Snapshot:
            state = place.known_in(found.state)
            if key not in state.panes:
                return found
            return found.step(lambda _state: state.with_follower(key))

        change = await self._store.change(step)
        if change.new is not change.old:
            self._tell(change, key, change.old.state.panes[key], None)

    async def go_back(self, pane: str | None, server: str | None) -> tuple[str | None, str | None]:
        """Return to the environment before this one, of a pane, else everywhere: new and old.

        None for a pane that follows the global one. Refusal `not_found` where there was none.
        """
        if pane is None:
            return await self._global_back(server)
        return await self._pane_back(pane, server)

    async def _global_back(self, server: str | None) -> tuple[str | None, str | None]:
        place = self._panes.attached_if_alive(server)

        def step(found: Snapshot) -> Snapshot:
            if found.state.former_env is None:
                raise _nothing_before("global environment")
            env = required(found, found.state.former_env)
            return found.step(lambda state: place.known_in(state).with_active(env.name))

        change = await self._store.change(step)
        new, old = change.new.state.active_env, change.old.state.active_env
        self._tell(change, None, old, new)
        return new, old

    async def _pane_back(self, pane: str, server: str | None) -> tuple[str | None, str | None]:
        place = await self._panes.place(pane, server)
        key = place.key()

        def step(found: Snapshot) -> Snapshot:
            state = place.known_in(found.state)
            former = state.former_panes.get(key)
            if former is not None:
                env = required(found, former)
                return found.step(lambda _state: state.with_pane(key, env.name))
            if key not in state.panes:
                raise _nothing_before(f"pane {key}", "`axium env - --global` is about all panes")
            return found.step(lambda _state: state.with_follower(key))

        change = await self._store.change(step)
        new, old = (found.state.panes.get(key) for found in (change.new, change.old))
        self._tell(change, key, old, new)
        return new, old

    async def hold(self, name: str | None) -> None:
        """Publish a pointer to this environment for shells that hold it for themselves."""
        env = required(self._store.committed, name)
        await self._store.change(lambda found: found.holding(env.name))

    def hold_soon(self, name: str) -> None:
        """As `hold`, for a shell whose pointer was lost, with a runtime directory say.

        Where that fails it goes on by asking, and nobody has to be told.
        """
        if name not in self._store.committed.held:
            held = self._store.change(lambda found: found.holding(name))
            held.add_done_callback(lambda done: done.exception())

    def in_pane(self, key: str | None) -> tuple[str | None, Literal["pane", "global"] | None]:
        """The name that applies in a pane, and whether it is its own (`pane`) or the `global`."""
        state = self._store.committed.state
        if key is not None and key in state.panes:
            return state.panes[key], "pane"
        return state.active_env, "global" if state.active_env is not None else None

    def applying(self, name: str | None, key: str | None) -> Environment | None:
        """The environment of this name, else the one that applies in the pane.

        None where none is set. Refusal `unknown_env` where it is not in envs.yaml.
        """
        found = self._store.committed
        wanted = name if name is not None else found.state.env_for(key)
        if name is None and wanted is not None and wanted not in found.configuration.environments:
            known = list(found.configuration.environments)
            raise unknown_environment(wanted, known, hint="`axium env set NAME` takes another one")
        return required(found, wanted) if wanted is not None else None

    def _tell(self, change: Change, pane: str | None, old: str | None, new: str | None) -> None:
        generation = change.new.state.generation
        self._events.emit(EnvChange(new_env=new, old_env=old, pane=pane, generation=generation))
        self._events.emit(HudRefresh())


def required(found: Snapshot, name: str | None) -> Environment:
    """The environment of this name. Refusal `invalid` (empty), `unknown_env` with the nearest."""
    if name is None or not name.strip():
        raise Refusal("invalid", "Environment name cannot be empty")
    environments = found.configuration.environments
    env = environments.get(name)
    if env is None:
        raise unknown_environment(name, list(environments))
    return env


def _nothing_before(what: str, hint: str | None = None) -> Refusal:
    return Refusal("not_found", f"the {what} had no other environment before", hint=hint)


def unknown_environment(
    name: str, known: list[str], *, hint: str = "`axium env list` shows all of them"
) -> Refusal:
    """The refusal of a name that envs.yaml does not have, with the nearest ones."""
    near = nearest(name, known)
    sentence = f"Unknown environment: {name}"
    fields: dict[str, Any] = {"suggestions": near}
    if near:
        sentence += f"\nDid you mean: {', '.join(near)}"
    return Refusal("unknown_env", sentence, hint=hint, **fields)
