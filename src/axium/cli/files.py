"""What the user's own files say, for when there is no daemon to ask."""

from collections.abc import Iterable, Mapping

from axium.cli import show
from axium.config.load import load
from axium.config.state_file import DamagedState, read_state
from axium.model.configuration import Configuration
from axium.model.environments import Environment
from axium.model.marks import Fault
from axium.model.panes import pane_key
from axium.model.resolver import resolve
from axium.model.state import State
from axium.model.table import table_words
from axium.model.templates import Unresolvable
from axium.thin import published
from axium.thin.env import print_name, print_property
from axium.thin.paths import (
    environ,
    home_of,
    pane_of,
    process_start,
    server_of,
    shell_env,
    user_home,
)
from axium.thin.table import Table

START_DAEMON = "start the daemon: `axium daemon start`"


def configuration() -> Configuration:
    """What the files say; a file with an error counts as the shipped one."""
    return load(home_of(environ()).root, None).configuration


def plan(typed: list[str], around: dict[str, str]) -> Table:
    """The table for `typed`. Failure wherever the files do not say it for certain."""
    loaded = load(home_of(around).root, None)
    _refuse_faults(loaded.faults)
    _refuse_unknown_rule(typed[0], loaded.configuration, around)
    name = _active_env(None, around)
    env = _environment(loaded.configuration, name)
    try:
        decision = resolve(
            loaded.configuration,
            typed[0],
            env=env,
            pane=pane_of(around),
            variables=around,
            home=user_home(around),
        )
    except Unresolvable as fault:
        raise show.Failure(str(fault), fault.hint) from None
    return Table([*table_words(decision), "*" + (name or "")])


def print_env(key: str | None, pane: str | None, *, json: bool) -> int:
    """`axium env get` as the files have it; the exit code."""
    name = _active_env(pane, environ()) or ""
    if key is None:
        print_name(name, json=json)
        return 0
    environment = _environment(configuration(), name)
    if environment is None:
        return 0
    return print_property(name, key, environment.properties, environment.texts, json=json)


def _environment(configuration: Configuration, name: str | None) -> Environment | None:
    """The environment of this name, None for none. Failure where it is not in envs.yaml."""
    if name and name not in configuration.environments:
        raise show.Failure(f"unknown environment `{name}`", "is it still in envs.yaml?")
    return configuration.environments[name] if name else None


def _refuse_faults(faults: Iterable[Fault]) -> None:
    """The last good content is with the daemon; the shipped one is a guess."""
    for fault in faults:
        if fault.severity == "error":
            raise show.Failure(str(fault), fault.hint or START_DAEMON)


def _refuse_unknown_rule(
    command: str, configuration: Configuration, around: Mapping[str, str]
) -> None:
    """A rule that a plugin registered is the daemon's alone: without it this would run plainly."""
    try:
        wrapped = published.commands(home_of(around)) or []
    except ValueError as fault:
        raise show.Failure(str(fault), START_DAEMON, code=2) from None
    if command in wrapped and command not in configuration.rules.commands():
        raise show.Failure(
            f"`{command}` is wrapped by a rule that is not in your files", START_DAEMON, code=2
        )


def _active_env(pane: str | None, around: Mapping[str, str]) -> str | None:
    held = shell_env(around) if pane is None else None
    if held is not None:
        return held
    try:
        state = read_state(home_of(around).state)
    except (DamagedState, OSError) as fault:
        raise show.Failure(str(fault), START_DAEMON, code=2) from None
    if state is None:
        return None
    return state.env_for(_key(pane, state, around))


def _key(pane: str | None, state: State, around: Mapping[str, str]) -> str | None:
    """Where the state has this pane: under its server's name, if that is the server of then."""
    number, server = pane or pane_of(around), server_of(around)
    if number is None or not number.startswith("%"):
        return number
    if server is None:
        return pane_key("default", number)
    socket, _, pid = server.rpartition(",")
    for name, known in state.servers.items():
        if (known.socket, str(known.pid), known.ticks) == (socket, pid, process_start(pid)):
            return pane_key(name, number)
    return None
