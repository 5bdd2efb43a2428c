"""Reading and writing `state.json`, the one truth that survives a restart."""

import os

import msgspec

from axium.config.atomic import replace_file
from axium.model.panes import parse_server, split_key
from axium.model.state import State

_decode = msgspec.json.Decoder(State).decode
_encode = msgspec.json.Encoder().encode


class DamagedState(ValueError):
    """`state.json` can't be read as a state; `path` and `reason` say which and why."""

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(f"{path} is damaged: {reason}")
        self.path = path
        self.reason = reason


def read_state(path: str) -> State | None:
    """The state in this file; None where there is no file. DamagedState, OSError."""
    if os.path.exists(path) and not os.path.isfile(path):
        raise DamagedState(path, "it is not a file")
    try:
        with open(path, "rb") as file:
            data = file.read()
    except FileNotFoundError:
        return None
    try:
        return _checked(_decode(data))
    except (msgspec.DecodeError, ValueError, RecursionError) as fault:
        raise DamagedState(path, str(fault)) from None


def _checked(state: State) -> State:
    """The state, whose panes and servers are such. ValueError."""
    for key in (*state.panes, *state.former_panes):
        split_key(key)
    for server in state.servers.values():
        parse_server(f"{server.socket},{server.pid}")
    return state


def write_state(path: str, state: State) -> None:
    """Put the state on disk, durably. OSError: what was there stands."""
    replace_file(path, _encode(state) + b"\n", durable=True)


def set_aside(path: str, stamp: str) -> str:
    """Move a damaged state file out of the way; its new name."""
    aside = f"{path}.damaged-{stamp}"
    os.rename(path, aside)
    return aside
