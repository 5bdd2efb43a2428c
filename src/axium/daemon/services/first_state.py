"""The state that a daemon starts with: what was saved, less what has died since."""

import logging
import time
from typing import NamedTuple

from axium.config.state_file import DamagedState, read_state, set_aside
from axium.daemon.services.tmux.identity import is_running
from axium.model.configuration import Configuration
from axium.model.marks import Fault, Mark
from axium.model.state import State
from axium.thin.paths import Home

log = logging.getLogger("axium.state")

FIRST_ENV = "root"
"""The environment of a first run, where envs.yaml has it (spec: Files)."""


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
        return FirstState(State(), None, (_set_aside(home, damage),))
    if stored is None:
        active = FIRST_ENV if FIRST_ENV in configuration.environments else None
        return FirstState(State(active_env=active), None, ())
    return FirstState(_without_dead_servers(stored), stored, ())


def _set_aside(home: Home, damage: DamagedState) -> Fault:
    aside = set_aside(home.state, time.strftime("%Y%m%dT%H%M%SZ", time.gmtime()))
    log.error("%s; it was set aside as %s", damage, aside)
    return Fault(
        Mark("state.json", 1, 1),
        f"the saved state was damaged ({damage.reason}) and was set aside as {aside}",
        hint="no environment is active now; `axium env set NAME` sets one",
    )


def _without_dead_servers(state: State) -> State:
    for name, server in state.servers.items():
        if not is_running(server):
            log.info("the tmux server `%s` has ended: its panes are forgotten", name)
            state = state.without_server(name)
    return state
