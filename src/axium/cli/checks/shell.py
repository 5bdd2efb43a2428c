"""This shell: its hook, and what the next command here would run beside what is exported here."""

import os
import shlex
from collections.abc import Iterator, Mapping

from axium import __version__
from axium.cli.checks.finding import Finding
from axium.cli.checks.typing_shell import parent, to_unset
from axium.thin import published
from axium.thin.launch import find
from axium.thin.paths import (
    Home,
    pane_of,
    place_of,
    pointer_path,
    process_start,
    server_of,
    shell_env,
)
from axium.thin.table import Table

SHELLS = {"bash": 'eval "$(axium init bash)"', "zsh": 'eval "$(axium init zsh)"',
          "fish": "axium init fish | source"}  # fmt: skip
"""The line that each shell's start file needs."""

STRONGER = {
    "AWS_PROFILE": ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"),
}
"""Exported variables that a tool minds before the one that a rule sets."""


def look(home: Home, around: dict[str, str]) -> Iterator[Finding]:
    """Findings of the shell that asks, as far as its child can see it."""
    yield from _hook(around)
    if around.get("AXIUM_OFF") == "1":
        text = "AXIUM_OFF=1: no command is wrapped"
        yield Finding("shell", "warning", text, to_unset(around, "AXIUM_OFF"))
    try:
        pointer = published.pointer(home, around)
        names = published.commands(home) or []
        envs = published.read(home.run + "/envs")
    except ValueError as error:
        text = f"what the daemon published can't be read: {error}"
        yield Finding("shell", "fault", text, "`axium daemon restart`")
        return
    held = shell_env(around)
    if pointer is None and held is not None and envs and held not in envs:
        text = f"this shell holds `{held}`, which is not in envs.yaml: no command runs"
        yield Finding("shell", "fault", text, "`axium env clear --shell`")
        return
    if pointer is None:
        text = "nothing is published yet: commands go to `axium run`"
        yield Finding("shell", "note", text, "`axium daemon start`")
        return
    yield from _environment(home, pointer.env, around)
    for name in names:
        if find(name, around) is not None:
            yield from _command(home, pointer.stamp, name, around)


def _hook(around: Mapping[str, str]) -> Iterator[Finding]:
    """The hook tells its name and version to what is typed as `axium`."""
    shell, _, version = around.get("AXIUM_HOOK", "").partition(" ")
    if version == __version__:
        yield Finding("shell", "good", f"{shell} has the hook")
    elif shell:
        text = f"{shell} has the hook of version {version}, this program is {__version__}"
        yield Finding("shell", "fault", text, "start a new shell")
    elif name := parent():
        text = f"this {name} has no hook: nothing is wrapped in it"
        yield Finding("shell", "fault", text, f"{SHELLS[name]} in its start file")
    else:
        yield Finding("shell", "note", "not typed in a shell, so no hook was looked for")


def _environment(home: Home, env: str, around: Mapping[str, str]) -> Iterator[Finding]:
    """Whether the shell shows the environment that its commands run in."""
    held = shell_env(around)
    source = "this shell's own" if held else _source(home, around)
    yield Finding("shell", "good", f"the environment is {env or 'none'}, {source}")
    shown = around.get("AXIUM_ENV", "")
    if around.get("AXIUM_HOOK") and shown != env:
        text = f"AXIUM_ENV says `{shown or 'none'}` here, commands run in `{env or 'none'}`"
        yield Finding(
            "shell", "fault", text, "press Enter; is AXIUM_ENV readonly or set by yourself?"
        )
    if around.get("AXIUM_SHELL_ENV") and not held:
        text = (
            f"AXIUM_SHELL_ENV={around['AXIUM_SHELL_ENV']} is of another place "
            f"({around.get('AXIUM_SHELL_PLACE', '')}, this is {place_of(around)}) and is not minded"
        )
        fix = to_unset(around, "AXIUM_SHELL_ENV", "AXIUM_SHELL_PLACE")
        yield Finding("shell", "note", text, fix)


def _source(home: Home, around: Mapping[str, str]) -> str:
    """Whose environment applies: where a pane has none of its own, its pointer is not there."""
    server, pane = server_of(around), pane_of(around)
    if server is None or pane is None:
        return "the global one"
    start = process_start(server.rpartition(",")[2])
    is_own = os.path.exists(pointer_path(home.run, server, start, pane))
    return "the pane's" if is_own else "the global one"


def _command(home: Home, stamp: str, name: str, around: Mapping[str, str]) -> Iterator[Finding]:
    """What a wrapped command would run, and which exported variables matter to it."""
    try:
        words = published.table(home, stamp, name)
        table = Table(words) if words else None
    except ValueError as error:
        text = f"the table of `{name}` can't be read: {error}"
        yield Finding("shell", "fault", text, "`axium daemon restart`")
        return
    if table is None or table.asks:
        text = f"`{name}` is for `axium run` to decide"
        yield Finding("shell", "note", text, f"`axium explain -- {name}` shows it")
        return
    yield from _program(name, table, around)
    yield from _variables(name, table, around)


def _program(name: str, table: Table, around: Mapping[str, str]) -> Iterator[Finding]:
    argv = table.argv([])
    if find(argv[0], dict(around)) is not None or table.plain:
        yield Finding("shell", "good", f"`{name}` runs `{shlex.join(argv)}`")
        return
    text = f"`{name}` does not run: `{argv[0]}`, which its rule names, is not on PATH"
    fix = (
        f"see {table.where}: install it, or write `fallback: plain` there; a function is found too"
    )
    yield Finding("shell", "warning", text, fix)


def _variables(name: str, table: Table, around: Mapping[str, str]) -> Iterator[Finding]:
    child = table.environ(around)
    for variable in sorted(set(around) | set(child)):
        here, there = around.get(variable), child.get(variable)
        if here is not None and there != here:
            change = "without it" if there is None else "with the rule's value"
            text = f"{variable} is exported here; `{name}` runs {change} ({table.where})"
            yield Finding("shell", "note", text)
    for variable, others in STRONGER.items():
        stronger = [other for other in others if other in child]
        if child.get(variable) != around.get(variable) and stronger:
            text = (
                f"`{name}` minds {', '.join(stronger)}, exported here, "
                f"before the {variable} that its rule sets"
            )
            fix = f"add `unset: [{', '.join(stronger)}]` at {table.where}"
            yield Finding("shell", "fault", text, fix)
