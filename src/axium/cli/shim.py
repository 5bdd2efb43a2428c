"""`axium shim`: wrapped commands for scripts, editors and agents, by links on PATH."""

import shlex
from pathlib import Path
from typing import Annotated

import typer

from axium.cli import known, show
from axium.cli.options import PATH, WRAPPED, DryRun, Json, group
from axium.core.bootstrap import ensure_axium_config, quote_fish
from axium.core.shims import Foreign, Shims
from axium.model.suggest import did_you_mean
from axium.thin.paths import environ, home_of

app = group("Wrap commands for scripts, editors and agents too, by shims on PATH.")


Wanted = Annotated[
    list[str] | None,
    typer.Argument(metavar="[NAME]...", click_type=WRAPPED, help="Default: every wrapped command."),
]
There = Annotated[
    list[str] | None,
    typer.Argument(metavar="[NAME]...", click_type=WRAPPED, help="Default: every shim."),
]
Directory = Annotated[
    str | None,
    typer.Option(
        "--dir", metavar="DIR", click_type=PATH, help="Where; default: shims in the config home."
    ),
]


@app.command()
def install(names: Wanted = None, *, directory: Directory = None, dry_run: DryRun = False) -> None:
    """Make a shim for each wrapped command, and take away those of others."""
    ensure_axium_config()
    shims = _shims(directory)
    _check(names or [])
    try:
        changes = shims.changes(names or known.wrapped(home_of(environ())), keep=bool(names))
    except Foreign as foreign:
        raise show.Failure(
            f"{foreign} is there already, and no shim",
            "move it away, or name another directory: `--dir DIR`",
        ) from None
    if dry_run:
        _say([f"would add {name}" for name in changes.added])
        _say([f"would remove {name}" for name in changes.removed])
        return
    shims.apply(changes)
    _tell_path(shims)
    show.confirm(f"{len(shims.names())} shims in {shims.directory}")


@app.command()
def remove(names: There = None, *, directory: Directory = None, dry_run: DryRun = False) -> None:
    """Take shims away; with the last one the directory that was made for them."""
    shims = _shims(directory)
    there = shims.names()
    for name in names or []:
        if name not in there:
            hint = did_you_mean(name, there) or "`axium shim list` shows which there are"
            raise show.Failure(f"no shim `{name}` in {shims.directory}", hint)
    if dry_run:
        _say([f"would remove {name}" for name in names or there])
        return
    shims.remove(names or there)
    show.confirm(f"{len(names or there)} shims are gone from {shims.directory}")


@app.command("list")
def list_(*, directory: Directory = None, json: Json = False) -> None:
    """Show the commands that have a shim, one a line."""
    shims = _shims(directory)
    there, wrapped = shims.names(), set(known.wrapped(home_of(environ())))
    if json:
        show.document(
            {
                "directory": str(shims.directory),
                "shims": there,
                "not_wrapped": sorted(set(there) - wrapped),
                "missing": sorted(wrapped - set(there)),
                "hidden": sorted(shims.hidden(environ())),
            }
        )
        return
    _say(there)


def _shims(directory: str | None) -> Shims:
    if directory == "":
        # `--dir "$UNSET"`: the directory that this is typed in is not meant.
        raise show.Failure("`--dir` names no directory", "give one, or leave it out")
    # The place of a shim is written down: it must not depend on where this was typed.
    return Shims(home_of(environ()), Path(directory).absolute() if directory else None)


def _say(lines: list[str]) -> None:
    for line in lines:
        show.line(line)


def _check(names: list[str]) -> None:
    wrapped = known.wrapped(home_of(environ()))
    for name in names:
        if name not in wrapped:
            hint = did_you_mean(name, wrapped) or f"`axium wrapper add {name} WRAPPER` wraps it"
            raise show.Failure(f"`{name}` is not wrapped", hint)


def _tell_path(shims: Shims) -> None:
    """Say what keeps the shims from being found, and the line that mends it."""
    text = shims.off_path(environ())
    if text is None:
        return
    directory = str(shims.directory)
    show.notice(
        text,
        "put it there, by the last line of your shell's start file:\n"
        f'export PATH={shlex.quote(directory)}:"$PATH"   (bash, zsh)\n'
        f"fish_add_path --global --move --prepend {quote_fish(directory)}   (fish)",
    )
