"""Pointers of panes that somebody removed: their panes would follow the global environment."""

import os

import msgspec

from axium.model.panes import split_key
from axium.model.state import State
from axium.thin.paths import pointer_path


def misses_pointer(run: str, state: State) -> bool:
    """Whether a pane with an override has no pointer; a microsecond for each."""
    return any(
        not os.path.lexists(pointer_path(run, f"{server.socket},{server.pid}", server.ticks, pane))
        for name, pane in map(split_key, state.panes)
        if (server := state.servers.get(name)) is not None
    )


def pointing_anew(state: State) -> State:
    """The same state, for which every pane's pointer is written again."""
    return msgspec.structs.replace(state, panes=dict(state.panes))
