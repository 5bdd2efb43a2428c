"""`axium spoke`: making, installing, loading and removing spokes."""

import os
from collections.abc import Iterator, Mapping
from typing import Annotated, Any

import typer

from axium.cli import show, spoke_preview
from axium.cli.ask import NotRunning, ask
from axium.cli.checks.plugins import troubles
from axium.cli.loading import LOAD_SECS, as_failure, load, require, rows, unload
from axium.cli.loading import reload as reload_one
from axium.cli.options import (
    SPOKE,
    As,
    Description,
    DryRun,
    Json,
    NewName,
    NoInteractive,
    Source,
    Version,
    group,
)
from axium.config.manifests import Found, discover
from axium.config.permissions import NAME as PERMISSIONS
from axium.core import installing, scaffold
from axium.core.bootstrap import ensure_axium_config
from axium.core.plugin_metadata import Rows, SpokeMetadata
from axium.model import foreign
from axium.thin.paths import environ, home_of

app = group("Make, install and load spokes.")

Name = Annotated[str, typer.Argument(metavar="NAME", click_type=SPOKE, help="A spoke.")]
OptionalName = Annotated[
    str | None, typer.Argument(metavar="[NAME]", click_type=SPOKE, help="A spoke; default: all.")
]
Editable = Annotated[
    bool, typer.Option("-e", "--editable", help="Link the directory instead of copying it.")
]
LongDryRun = Annotated[
    bool, typer.Option("--dry-run", help="Say what would be installed, and do nothing.")
]
Purge = Annotated[bool, typer.Option("--purge", help="Take what you have set for it away as well.")]


@app.command()
def new(
    name: NewName,
    *,
    description: Description = None,
    version: Version = scaffold.VERSION,
    no_interactive: NoInteractive = False,
) -> None:
    """Make a spoke that works: a command, an event handler, a HUD segment, a test."""
    ensure_axium_config()
    with as_failure():
        made = scaffold.create_spoke(name, description, version, not no_interactive)
    show.line(str(made))
    load("spokes", name)


@app.command()
def install(
    source: Source, *, editable: Editable = False, name: As = None, dry_run: LongDryRun = False
) -> None:
    """Install a spoke: from a directory or a git repository, or by its name."""
    if dry_run:
        with as_failure():
            asked = installing.wanted("spokes", source, editable=editable, name=name)
            with installing.previewed(asked) as preview:
                spoke_preview.tell(preview, show.address(preview.row.source))
        return
    ensure_axium_config()
    with as_failure():
        made = installing.install_spoke(source, editable, name)
    load("spokes", made.name)
    show.confirm(f"`{made.name}` {made.version} is installed from {show.address(made.source)}")


@app.command()
def reinstall(name: Name) -> None:
    """Install a spoke anew from where it came."""
    with as_failure():
        made = installing.reinstall_spoke(name)
    load("spokes", name)
    show.confirm(f"`{name}` {made.version} is installed from {show.address(made.source)}")


@app.command()
def uninstall(name: Name, *, purge: Purge = False, dry_run: DryRun = False) -> None:
    """Remove a spoke; what you have set for it stays without `--purge`."""
    require("spokes", name)
    settings = [path for path in _settings(name) if purge and os.path.lexists(path)]
    root = home_of(environ()).root
    if dry_run:
        for path in (f"{root}/spokes/{name}", *settings):
            show.line(f"would remove {path}")
        return
    unload("spokes", name)
    with as_failure():
        installing.uninstall_spoke(name)
    for path in settings:
        os.unlink(path)
    if purge:
        _tell_permissions(root, name)
    show.confirm(f"`{name}` is removed")


@app.command("list")
def list_(*, json: Json = False) -> None:
    """Show each spoke, how it fares, and where it is from."""
    found = _rows()
    if json:
        show.document({"spokes": found})
        return
    for line in _columns([_row(row) for row in found]):
        show.line(line)
    for row in found:
        if row["error"]:
            show.notice(f"{row['name']}: {row['error']}", "`axium doctor` looks at it")
        for text, fix in troubles(row):
            show.notice(f"{row['name']} {text}", fix or f"logs/{row['name']}.log tells more")


@app.command()
def reload(name: OptionalName = None) -> None:
    """Load a spoke again, or all: new ones too, and those that are gone are forgotten."""
    if name is not None:
        reload_one("spokes", name)
        show.confirm(f"`{name}` is loaded")
        return
    done = ask("reload_spokes", timeout=LOAD_SECS)["spokes"]
    show.confirm(f"loaded: {', '.join(done) or 'there is no spoke'}")


def _settings(name: str) -> list[str]:
    return [f"{home_of(environ()).root}/overrides/{name}.yaml"]


def _tell_permissions(root: str, name: str) -> None:
    """permissions.yaml is the user's own text: it is not written into."""
    from axium.config.permissions import read

    if name in read(root)[0]:
        show.notice(f"{PERMISSIONS} still has `{name}`", f"take it out: `axium perms edit {name}`")


def _rows() -> list[dict[str, Any]]:
    """What the daemon says of each; what the files say where there is none."""
    try:
        return rows("spokes", autostart=False)
    except NotRunning:
        root = home_of(environ()).root
        known = Rows(root).read()
        return [_from_files(found, known.get(found.name, {})) for found in discover(root, "spokes")]


def _from_files(found: Found, row: Mapping[str, Any]) -> dict[str, Any]:
    manifest = found.manifest
    said = SpokeMetadata(
        name=found.name,
        version=manifest.version if manifest else "",
        description=manifest.description if manifest else "",
        entrypoint=manifest.entrypoint if manifest else "",
        source=str(row.get("source") or f"local:{found.directory}"),
        install_mode="symlink" if os.path.islink(found.directory) else "copy",
        installed_at=str(row.get("installed_at") or ""),
        last_loaded=row.get("last_loaded"),
        status="not-loaded" if manifest else "error",
    )
    return said.to_dict() | {"error": "; ".join(map(str, found.faults)) or None}


def _row(row: Mapping[str, Any]) -> tuple[str, ...]:
    source = show.address(row["source"])
    shown = (row["name"], row["version"], row["status"], source, row["description"])
    return tuple(show.escaped(str(cell)) for cell in shown)


def _columns(rows: list[tuple[str, ...]]) -> Iterator[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)][:-1]
    room = show.room_beside(widths)
    for *row, description in rows:
        cells = [f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True)]
        yield "  ".join([*cells, foreign.cut(description, room)]).rstrip()
