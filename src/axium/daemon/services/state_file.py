"""What `state.json` says: at the start, less what has died since, and again at a reload."""

import asyncio
import logging
import time
from concurrent.futures import Executor
from typing import NamedTuple

import msgspec

from axium.config.state_file import DamagedState, read_state, set_aside
from axium.daemon.services.store import Store
from axium.daemon.services.tmux.identity import is_running
from axium.model.configuration import Configuration
from axium.model.marks import Fault, Mark
from axium.model.state import State
from axium.thin.paths import Home

log = logging.getLogger("axium.state")

FIRST_ENV = "root"
"""The environment of a first run, where envs.yaml has it (spec: Files)."""

_WRITTEN_ANEW = "what is in force was written anew"
_NONE_ACTIVE = "no environment is active now; `axium env set NAME` sets one"


class FirstState(NamedTuple):
    """`stored` is what the file says, None where it must be written anew."""

    state: State
    stored: State | None
    faults: tuple[Fault, ...]


def first_state(home: Home, configuration: Configuration) -> FirstState:
    """Read the saved state; a damaged file is set aside and told of. OSError.

    After damage no environment is active: which one it was is not known, and a
    command must not run in a guessed one.
    """
    try:
        stored = read_state(home.state)
    except DamagedState as damage:
        return FirstState(State(), None, (_set_aside(home, damage, _NONE_ACTIVE),))
    if stored is None:
        active = FIRST_ENV if FIRST_ENV in configuration.environments else None
        return FirstState(State(active_env=active), None, ())
    return FirstState(_without_dead_servers(stored), stored, ())


class StateFile:
    """The file of a running daemon, which only somebody else can have changed."""

    def __init__(self, home: Home, store: Store, executor: Executor) -> None:
        self._home = home
        self._store = store
        self._executor = executor

    async def reread(self) -> tuple[Fault, ...]:
        """Put in force what was edited by hand; what is wrong with the file. Refusal `failed`.

        An edit shows in the generation, which it leaves as it was. A damaged
        file is set aside, and the state that is in force is written anew.
        """
        loop = asyncio.get_running_loop()
        faults: tuple[Fault, ...] = ()
        try:
            stored = await loop.run_in_executor(self._executor, read_state, self._home.state)
        except OSError as fault:
            return (Fault(Mark("state.json", 1, 1), f"can't be read: {fault.strerror}"),)
        except DamagedState as damage:
            stored, faults = None, (_set_aside(self._home, damage, _WRITTEN_ANEW),)
        await self._store.change(lambda found: found.step(lambda state: _edited(state, stored)))
        return faults


def _edited(state: State, stored: State | None) -> State:
    if stored is None:
        return state.with_active(state.active_env)
    if stored.generation != state.generation or stored == state:
        return state
    return msgspec.structs.replace(stored, generation=state.generation + 1)


def _set_aside(home: Home, damage: DamagedState, outcome: str) -> Fault:
    aside = set_aside(home.state, time.strftime("%Y%m%dT%H%M%SZ", time.gmtime()))
    log.error("%s; it was set aside as %s", damage, aside)
    return Fault(
        Mark("state.json", 1, 1),
        f"the saved state was damaged ({damage.reason}) and was set aside as {aside}",
        hint=outcome,
    )


def _without_dead_servers(state: State) -> State:
    for name, server in state.servers.items():
        if not is_running(server):
            log.info("the tmux server `%s` has ended: its panes are forgotten", name)
            state = state.without_server(name)
    return state
