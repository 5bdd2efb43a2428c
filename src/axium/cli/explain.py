"""`axium explain`: what a command would run here, and why."""

import os
import shlex
from typing import Annotated, Any

import typer

from axium.cli import show
from axium.cli.ask import Refused, ask
from axium.cli.options import FOREIGN_ARGUMENTS, REST, Json, Pane, group
from axium.thin.paths import cwd, environ, pane_of, shell_env

app = group("Show what a command would run, and why.")

FORMS = {
    "Prefix": "prefix",
    "Wrapper": "wrapper",
    "ArgsPrepend": "args_prepend",
    "ArgsAppend": "args_append",
    "EnvVars": "env_vars",
}
"""The words of prefixes.yaml for the forms of a rule."""

Command = Annotated[
    str,
    typer.Argument(metavar="COMMAND", click_type=REST, help="A program and its arguments."),
]


@app.command(context_settings=FOREIGN_ARGUMENTS)
def explain(
    context: typer.Context, command: Command, *, pane: Pane = None, json: Json = False
) -> None:
    """Show what a command would run here, and where each part comes from; nothing runs."""
    try:
        told = _explained(command, context.args, pane)
    except Refused as refused:
        # What cannot be resolved is for the user to mend, as it is with `run`.
        raise show.Failure(str(refused), refused.hint) from None
    if json:
        show.document({name: value for name, value in told.items() if name != "ok"})
        return
    show.table(_summary(told))
    _print_parts("words", told["parts"])
    _print_parts("set", [{**p, "word": f"{n}={p['word']}"} for n, p in told["env_vars"].items()])
    _print_parts("unset", told["unset"])


def _explained(command: str, args: list[str], pane: str | None) -> dict[str, Any]:
    around = environ()
    fields: dict[str, Any] = {
        "command": command,
        "args": args,
        "env": shell_env(around) if pane is None else None,
        "pane": pane_of(around) if pane is None else pane,
        "cwd": cwd() or None,
    }
    told = ask("explain", **fields)
    if not told["needs"]:
        return told
    known = {name: os.environ.get(name) for name in told["needs"]}
    return ask("explain", **fields, variables=known)


def _summary(told: dict[str, Any]) -> list[tuple[str, str]]:
    names = {"pane": f"pane {told['pane']}", "shell": "this shell"}
    where = names.get(told["source"], told["source"])
    rows = [("environment", f"{told['env']} ({where})" if told["env"] else "none")]
    rows += [
        ("rule", f"{rule['where']}  {FORMS[rule['form']]} {shlex.join(rule['text'])}")
        for rule in told["rules"]
    ]
    rows += [("guard", str(guard)) for guard in told["guards"]]
    return [*rows, ("runs", shlex.join(told["argv"]))]


def _print_parts(title: str, parts: list[dict[str, Any]]) -> None:
    if not parts:
        return
    show.line()
    show.line(title)
    show.table([(f"  {shlex.quote(part['word'])}", _origin(part)) for part in parts])


def _origin(part: dict[str, Any]) -> str:
    return f"{part['where']}  {part['why']}" if part["where"] else str(part["why"])
