"""The user's files and what was published, read by this process because no daemon answers."""

from axium.config.load import load
from axium.config.state_file import DamagedState, read_state
from axium.core._api.places import calling_pane
from axium.model.configuration import Configuration
from axium.model.environments import Environment
from axium.model.resolver import Decision, resolve
from axium.model.templates import Unresolvable
from axium.thin import published
from axium.thin.paths import environ, home_of, user_home

START = "start the daemon: `axium daemon start`"


def configuration() -> Configuration:
    """What the files say; what is shipped stands for one with a fault."""
    return load(home_of(environ()).root, None).configuration


def active_env() -> str | None:
    """The environment that applies here, as it was published, else saved; None for none."""
    home = home_of(environ())
    try:
        found = published.pointer(home, environ(), calling_pane())
        state = read_state(home.state) if found is None else None
    except (ValueError, DamagedState, OSError):
        return None
    if found is not None:
        return found.env or None
    return None if state is None else state.active_env


def decided(command: str, env: str | None, pane: str | None) -> Decision:
    """What a command becomes by the files. Unresolvable wherever they do not say for certain."""
    home = home_of(environ())
    loaded = load(home.root, None)
    for fault in loaded.faults:
        if fault.severity == "error":
            raise Unresolvable(str(fault), hint=fault.hint or START)
    _refuse_unknown_rule(command, loaded.configuration)
    environment = _environment(loaded.configuration, env)
    return resolve(
        loaded.configuration,
        command,
        env=environment,
        pane=pane,
        variables=environ(),
        home=user_home(environ()),
    )


def _environment(configuration: Configuration, name: str | None) -> Environment | None:
    if name and name not in configuration.environments:
        raise Unresolvable(f"unknown environment `{name}`", hint="is it still in envs.yaml?")
    return configuration.environments[name] if name else None


def _refuse_unknown_rule(command: str, configuration: Configuration) -> None:
    """A rule that a plugin registered is the daemon's alone: without it this would run plainly."""
    try:
        wrapped = published.commands(home_of(environ())) or []
    except ValueError as fault:
        raise Unresolvable(str(fault), hint=START) from None
    if command in wrapped and command not in configuration.rules.commands():
        message = f"`{command}` is wrapped by a rule that is not in your files"
        raise Unresolvable(message, hint=START)
