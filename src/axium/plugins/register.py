"""Calling a plugin's `register`, in each of the forms that plugins write."""

import importlib
import inspect
from collections.abc import Callable
from typing import Any

import typer
from typer.core import TyperGroup
from typer.main import get_group

from axium.core.ipc import send_request_sync
from axium.core.spokes import get_event_bus
from axium.plugins.faults import Unloadable
from axium.plugins.loader import load
from axium.plugins.plugin import Plugin

IN_ORDER = ("app", "events", "env")
"""What parameters of other names get, by their place."""

SAME = {"event_bus": "events", "bus": "events"}

_HAS_PLACE = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)


class Api:
    """What `register(api)` is given; its commands stand under the plugin's name."""

    def __init__(self, name: str, app: typer.Typer) -> None:
        self._name = name
        self._app = app
        self._commands: typer.Typer | None = None

    def command(self, name: Any = None, *args: Any, **settings: Any) -> Any:
        """A decorator as Typer's `command`, also without parentheses."""
        if self._commands is None:
            self._commands = new_app()
            self._app.add_typer(self._commands, name=self._name)
        if callable(name):
            return self._commands.command()(name)
        return self._commands.command(name, *args, **settings)

    def register_prefix(self, command: str, wrapper: str) -> bool:
        """Have `command` run by `wrapper`; whether the rule is in force."""
        request = {"cmd": "register_prefix", "spoke": self._name}
        try:
            reply = send_request_sync({**request, "command": command, "wrapper": wrapper})
        except (OSError, ValueError):
            return False
        return bool(reply.get("ok"))


def new_app() -> typer.Typer:
    """An empty application, without what costs at start-up or prints what is not ours."""
    return typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)


def commands_of(plugin: Plugin) -> TyperGroup:
    """Load a plugin, run its `register`, and have its commands as one group.

    Unloadable, and whatever the plugin's own code raises.
    """
    function = load(plugin.kind, plugin.name, plugin.directory, plugin.entrypoint)
    app = new_app()
    get_event_bus().owner = plugin.name
    bound = _bound(function, plugin, app)
    returned = function(*bound.args, **bound.kwargs)
    if inspect.iscoroutine(returned):
        returned.close()
        raise _misfit(function, "is async: write `def`, not `async def`")
    return get_group(app)


def _bound(
    function: Callable[..., Any], plugin: Plugin, app: typer.Typer
) -> inspect.BoundArguments:
    """What the function is called with. Unloadable where it wants what there is not."""
    if inspect.iscoroutinefunction(function):
        raise _misfit(function, "is async: write `def`, not `async def`")
    signature = inspect.signature(function)
    bound = signature.bind_partial()
    for place, parameter in enumerate(signature.parameters.values()):
        what = _wanted(parameter, place)
        if parameter.kind is parameter.VAR_POSITIONAL:
            rest = IN_ORDER[place : IN_ORDER.index("env")]
            bound.arguments[parameter.name] = tuple(_offered(one, plugin, app) for one in rest)
        elif what is not None:
            bound.arguments[parameter.name] = _offered(what, plugin, app)
        elif parameter.default is parameter.empty and parameter.kind is not parameter.VAR_KEYWORD:
            raise _misfit(function, f"wants `{parameter.name}`: write `def register(app, events):`")
    return bound


def _wanted(parameter: inspect.Parameter, place: int) -> str | None:
    """Which of our things a parameter is for, by its name or else its place."""
    name = SAME.get(parameter.name, parameter.name)
    if name in IN_ORDER or name == "api":
        return name
    is_ours = parameter.kind in _HAS_PLACE and place < len(IN_ORDER)
    if is_ours and (parameter.default is parameter.empty or place < IN_ORDER.index("env")):
        return IN_ORDER[place]
    return None


def _offered(what: str, plugin: Plugin, app: typer.Typer) -> Any:
    if what == "app":
        return app
    if what == "events":
        return get_event_bus()
    if what == "api":
        return Api(plugin.name, app)
    # The module: `env.current()`, `env.get(key)`; few ask for it.
    return importlib.import_module("axium.core.env")


def _misfit(function: Callable[..., Any], what: str) -> Unloadable:
    code = getattr(function, "__code__", None)
    where = f"{code.co_filename}:{code.co_firstlineno}" if code else repr(function)
    return Unloadable(where, f"`{getattr(function, '__name__', 'register')}` {what}")
