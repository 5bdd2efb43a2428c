"""`axium env`: which environment is active where, and what it says."""

import sys
from collections.abc import Mapping
from typing import Annotated, Any

import typer

from axium.cli import show
from axium.cli.ask import ask
from axium.cli.options import ENV, KEY, Json, Pane, group
from axium.thin.env import get as get_published
from axium.thin.paths import environ, pane_of, server_of

app = group("See and change the environment of this pane, or of all.")

Name = Annotated[
    str, typer.Argument(metavar="NAME", click_type=ENV, help="An environment of envs.yaml.")
]
OptionalName = Annotated[
    str | None, typer.Argument(metavar="NAME", click_type=ENV, help="Default: this one.")
]
Key = Annotated[
    str | None, typer.Argument(metavar="KEY", click_type=KEY, help="A property, such as region.")
]
Everywhere = Annotated[
    bool, typer.Option("--global", help="Every pane without an environment of its own.")
]
Panes = Annotated[bool, typer.Option("--panes", help="Show which pane has which.")]


@app.command("set")
def set_(name: Name, *, pane: Pane = None, everywhere: Everywhere = False) -> None:
    """Make an environment active: in this tmux pane, else everywhere."""
    if pane is not None and everywhere:
        raise show.Failure("`--pane` and `--global` exclude one another", "give one of them")
    target = None if everywhere else _target(pane)
    if target is None:
        ask("set_env", value=name)
        show.confirm(f"`{name}` is active everywhere but in panes with their own")
        return
    ask("set_pane_env", pane=target, env=name)
    show.confirm(f"`{name}` is active in pane {target}")


@app.command()
def clear(*, pane: Pane = None) -> None:
    """Take a pane's own environment away: the global one applies again."""
    target = _target(pane)
    if target is None:
        raise show.Failure("not in a tmux pane", "name one: `axium env clear --pane %3`")
    ask("clear_pane_env", pane=target)
    show.confirm(f"pane {target} follows the global environment")


def _target(pane: str | None) -> str | None:
    """The pane to change, None outside tmux. Failure where it is in tmux, but not known which."""
    around = environ()
    target = pane_of(around) if pane is None else pane
    # A key binding's `run-shell`, or `--pane "$UNSET"`: meant is one pane, never all of them.
    if target == "" or (target is None and server_of(around) is not None):
        raise show.Failure(
            "no pane is named" if pane is not None else "in tmux, but TMUX_PANE is not set",
            "name one: `--pane %3`, in a key binding `--pane '#{pane_id}'`; or say `--global`",
        )
    return target


@app.command()
def get(key: Key = None, *, pane: Pane = None, json: Json = False) -> None:
    """Print the name of the active environment, or one of its properties."""
    code = get_published(key, pane, json=json)
    if code is None:
        # Imported here because reading the user's files costs 40 ms and is the last resort.
        from axium.cli.files import print_env

        code = print_env(key, pane, json=json)
    raise typer.Exit(code)


@app.command("list")
def list_(*, panes: Panes = False, json: Json = False) -> None:
    """Show the environments, the active one marked; or which pane has which."""
    if panes:
        _list_panes(json=json)
        return
    reply = ask("list_envs")
    if json:
        show.document({"envs": reply["envs"], "active": reply["active"]})
        return
    active = _active(None)[0] if sys.stdout.isatty() else None
    for name, properties in reply["envs"].items():
        show.line(_row(name, properties, active) if sys.stdout.isatty() else name)


def _row(name: str, properties: Mapping[str, Any], active: str | None) -> str:
    said = [show.scalar(properties[key]) for key in ("prefix", "region") if properties.get(key)]
    mark = "*" if name == active else " "
    return f"{mark} {name}" + (f" ({', '.join(said)})" if said else "")


def _list_panes(*, json: bool) -> None:
    state = ask("get_state")["state"]
    if json:
        show.document({"panes": state["panes"], "active": state["active_env"]})
        return
    show.table(sorted(state["panes"].items()))


@app.command("show")
def show_(name: OptionalName = None, *, pane: Pane = None, json: Json = False) -> None:
    """Show the properties of an environment, and where each was written."""
    active, source = _active(pane)
    name = name or active
    if name is None:
        raise show.Failure("no environment is set", "`axium env set NAME` sets one")
    reply = ask("get_env_data", name=name)
    texts, places = reply["texts"], reply["places"]
    shown = {key: value for key, value in reply["env_data"].items() if key in places}
    if json:
        told = {key: {"value": shown[key], "where": places[key]} for key in shown}
        applies = source if name == active else None
        show.document({"env": name, "active": applies, "properties": told})
        return
    show.line(f"{name}  ({source})" if name == active else name)
    written = {
        key: show.escaped(texts.get(key, show.scalar(value))) for key, value in shown.items()
    }
    width = max(map(len, written.values()), default=0)
    show.table([(f"  {key}", f"{text:<{width}}  {places[key]}") for key, text in written.items()])


def _active(pane: str | None) -> tuple[str | None, str | None]:
    """The environment that applies here, and by what: `pane` or `global`."""
    target = pane_of(environ()) if pane is None else pane
    if target is None:
        name = ask("get_state")["state"]["active_env"]
        return name, "global" if name else None
    reply = ask("get_pane_env", pane=target)
    return reply["env"], reply["source"]
