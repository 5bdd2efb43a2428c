"""`axium env`: which environment is active where, and what it says."""

import sys
from collections.abc import Mapping
from typing import Annotated, Any

import typer

from axium.cli import show
from axium.cli.ask import ask
from axium.cli.options import ENV, FOREIGN_ARGUMENTS, KEY, REST, Json, Pane, group
from axium.thin.env import get as get_published
from axium.thin.held import holding, run_in, without_dashes
from axium.thin.paths import environ, pane_of, server_of, shell_env

app = group("See and change the environment of this pane, this shell, or of all.")

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
Shell = Annotated[
    bool, typer.Option("--shell", help="This shell and what it starts, nothing else.")
]
Command = Annotated[
    str, typer.Argument(metavar="COMMAND", click_type=REST, help="A program, and its arguments.")
]
Panes = Annotated[bool, typer.Option("--panes", help="Show which pane has which.")]


@app.command("set")
def set_(
    name: Name, *, pane: Pane = None, everywhere: Everywhere = False, shell: Shell = False
) -> None:
    """Make an environment active: in this tmux pane, else everywhere."""
    _exclude(pane=pane, everywhere=everywhere, shell=shell)
    if shell:
        _hold(name)
        return
    target = None if everywhere else _target(pane)
    if target is None:
        ask("set_env", value=name)
        show.confirm(f"`{name}` is active everywhere but in panes with their own")
    else:
        ask("set_pane_env", pane=target, env=name)
        show.confirm(f"`{name}` is active in pane {target}")
    if pane is None and not everywhere:
        _note_held()


@app.command()
def clear(*, pane: Pane = None, shell: Shell = False) -> None:
    """Give up a pane's own environment, or this shell's: the next one applies again."""
    _exclude(pane=pane, shell=shell)
    if shell:
        _require_hook()
        show.confirm("this shell follows its pane, or the global environment")
        return
    target = _target(pane)
    if target is None:
        own = ", this shell's own one with `--shell`" if shell_env(environ()) else ""
        raise show.Failure("not in a tmux pane", f"name one: `axium env clear --pane %3`{own}")
    ask("clear_pane_env", pane=target)
    show.confirm(f"pane {target} follows the global environment")
    if pane is None:
        _note_held()


@app.command("-")
def previous(*, pane: Pane = None, everywhere: Everywhere = False) -> None:
    """Return to the environment before: of this tmux pane, else everywhere."""
    _exclude(pane=pane, everywhere=everywhere)
    target = None if everywhere else _target(pane)
    env = ask("previous_env", pane=target)["env"]
    if target is None:
        show.confirm(f"`{env}` is active everywhere but in panes with their own")
    elif env is None:
        show.confirm(f"pane {target} follows the global environment")
    else:
        show.confirm(f"`{env}` is active in pane {target}")
    if pane is None and not everywhere:
        _note_held()


@app.command("exec", context_settings=FOREIGN_ARGUMENTS)
def exec_(context: typer.Context, name: Name, command: Command) -> None:
    """Run one command in another environment, and switch nothing; the process is replaced."""
    if not name.strip():
        raise show.Failure("the name of the environment is empty", "`axium env list` shows all")
    typed = without_dashes([command, *context.args])
    if not typed:
        raise show.Failure("no command is given", f"`axium env exec {name} -- COMMAND ARGS...`")
    around = environ()
    # Imported here because reading the user's files costs 40 ms and is the last resort.
    from axium.cli.run import become

    code = become(typed, holding(name, around), lambda: run_in(name, typed, around))
    raise typer.Exit(code)


def _hold(name: str) -> None:
    """Tell the hook, which reads stdout, what this shell's own environment is from now on."""
    _require_hook()
    ask("hold_env", env=name)
    show.exactly(name + "\n")
    show.confirm(f"`{name}` is active in this shell")


def _require_hook() -> None:
    if environ().get("AXIUM_SHELL_HOOK") != "1":
        raise show.Failure(
            "`--shell` needs the hook of an interactive shell, which is not here",
            'load it, in bash by `eval "$(axium init bash)"`, in zsh the same with `zsh`, in fish\n'
            "by `axium init fish | source`; one command runs by `axium env exec NAME -- COMMAND`",
        )


def _note_held() -> None:
    """A shell with an environment of its own does not follow: its user must know."""
    held = shell_env(environ())
    if held is not None:
        show.notice(
            f"this shell goes on in its own environment, `{held}`",
            "`axium env clear --shell` gives it up",
        )


def _exclude(*, pane: str | None, everywhere: bool = False, shell: bool = False) -> None:
    given = [
        f"`{option}`"
        for option, is_given in (
            ("--pane", pane is not None),
            ("--global", everywhere),
            ("--shell", shell),
        )
        if is_given
    ]
    if len(given) > 1:
        told = " and ".join([", ".join(given[:-1]), given[-1]])
        raise show.Failure(f"{told} exclude one another", "give one of them")


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
        here, source = _active(None)
        told = {"envs": reply["envs"], "active": reply["active"], "here": here, "source": source}
        show.document(told)
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
    name = active if name is None else name
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
    """The environment that applies, here or in a pane, and by what: `shell`, `pane`, `global`."""
    around = environ()
    held = shell_env(around) if pane is None else None
    if held is not None:
        return held, "shell"
    target = pane_of(around) if pane is None else pane
    if target is None:
        name = ask("get_state")["state"]["active_env"]
        return name, "global" if name else None
    reply = ask("get_pane_env", pane=target)
    return reply["env"], reply["source"]
