"""`axium spoke`: making, installing, loading and removing spokes."""

import os
import re
import signal
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Annotated, Any

import typer

from axium.cli import show, spoke_preview
from axium.cli.ask import NotRunning, ask
from axium.cli.checks.plugins import troubles
from axium.cli.options import PATH, SPOKE, DryRun, Json, group
from axium.config.manifests import Found, discover
from axium.config.permissions import NAME as PERMISSIONS
from axium.core import installing, scaffold
from axium.core.bootstrap import ensure_axium_config
from axium.core.plugin_metadata import Rows, SpokeMetadata
from axium.model.suggest import did_you_mean
from axium.thin.paths import environ, home_of

app = group("Make, install and load spokes.")

LOAD_SECS = 30.0
"""How long all spokes may take to load."""

Name = Annotated[str, typer.Argument(metavar="NAME", click_type=SPOKE, help="A spoke.")]
OptionalName = Annotated[
    str | None, typer.Argument(metavar="[NAME]", click_type=SPOKE, help="A spoke; default: all.")
]
NewName = Annotated[str, typer.Argument(metavar="NAME", help="What it will be called.")]
Source = Annotated[
    str,
    typer.Argument(
        metavar="SOURCE", click_type=PATH, help="A directory, a git URL, or a name of an index."
    ),
]
Description = Annotated[
    str | None, typer.Option("-d", "--description", help="What it is for, in one line.")
]
Version = Annotated[str, typer.Option("--version", help="Its version.")]
NoInteractive = Annotated[bool, typer.Option("--no-interactive", help="Ask nothing.")]
Editable = Annotated[
    bool, typer.Option("-e", "--editable", help="Link the directory instead of copying it.")
]
As = Annotated[str | None, typer.Option("-n", "--name", help="Install it under this name.")]
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
    with _as_failure():
        made = scaffold.create_spoke(name, description, version, not no_interactive)
    show.line(str(made))
    _load(name)


@app.command()
def install(
    source: Source, *, editable: Editable = False, name: As = None, dry_run: LongDryRun = False
) -> None:
    """Install a spoke: from a directory or a git repository, or by its name."""
    if dry_run:
        with _as_failure():
            asked = installing.wanted("spokes", source, editable=editable, name=name)
            with installing.previewed(asked) as preview:
                spoke_preview.tell(preview, _shown(preview.row.source))
        return
    ensure_axium_config()
    with _as_failure():
        made = installing.install_spoke(source, editable, name)
    _load(made.name)
    show.confirm(f"`{made.name}` {made.version} is installed from {_shown(made.source)}")


@app.command()
def reinstall(name: Name) -> None:
    """Install a spoke anew from where it came."""
    with _as_failure():
        made = installing.reinstall_spoke(name)
    _load(name)
    show.confirm(f"`{name}` {made.version} is installed from {_shown(made.source)}")


@app.command()
def uninstall(name: Name, *, purge: Purge = False, dry_run: DryRun = False) -> None:
    """Remove a spoke; what you have set for it stays without `--purge`."""
    _require(name)
    settings = [path for path in _settings(name) if purge and os.path.lexists(path)]
    root = home_of(environ()).root
    if dry_run:
        for path in (f"{root}/spokes/{name}", *settings):
            show.line(f"would remove {path}")
        return
    _unload(name)
    with _as_failure():
        installing.uninstall_spoke(name)
    for path in settings:
        os.unlink(path)
    if purge:
        _tell_permissions(root, name)
    show.confirm(f"`{name}` is removed")


@app.command("list")
def list_(*, json: Json = False) -> None:
    """Show each spoke, how it fares, and where it is from."""
    rows = _rows()
    if json:
        show.document({"spokes": rows})
        return
    for line in _columns([_row(row) for row in rows]):
        show.line(line)
    for row in rows:
        if row["error"]:
            show.notice(f"{row['name']}: {row['error']}", "`axium doctor` looks at it")
        for text, fix in troubles(row):
            show.notice(f"{row['name']} {text}", fix or f"logs/{row['name']}.log tells more")


@app.command()
def reload(name: OptionalName = None) -> None:
    """Load a spoke again, or all: new ones too, and those that are gone are forgotten."""
    if name is not None:
        ask("reload_spoke", spoke=name, timeout=LOAD_SECS)
        _tell_left_out(name)
        show.confirm(f"`{name}` is loaded")
        return
    done = ask("reload_spokes", timeout=LOAD_SECS)["spokes"]
    show.confirm(f"loaded: {', '.join(done) or 'there is no spoke'}")


@contextmanager
def _as_failure() -> Iterator[None]:
    """What core functions raise, as the command line tells it; Ctrl-C ends git as well."""
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a fast start had it end us at once
    try:
        yield
    except (ValueError, FileNotFoundError, FileExistsError) as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise
        sentence, _, hint = str(error).partition("\n")
        raise show.Failure(sentence, hint or None) from None


def _load(name: str) -> None:
    """Have the daemon load it now. Failure where it is installed, but does not load."""
    try:
        ask("reload_spoke", spoke=name, timeout=LOAD_SECS)
        _tell_left_out(name)
    except NotRunning:
        show.notice("no daemon runs", f"`{name}` is loaded when one is started")
    except show.Failure as failed:
        raise show.Failure(
            f"`{name}` is installed, but does not load", failed.hint or str(failed), code=2
        ) from None


def _tell_left_out(name: str) -> None:
    """What of a spoke that is loaded could not be taken: a command that somebody has, say."""
    for row in ask("list_spokes")["spokes"]:
        if row["name"] == name and row["error"]:
            show.notice(f"{name}: {row['error']}")


def _unload(name: str) -> None:
    """Have it told that it ends, before its files go."""
    try:
        ask("unload_spoke", spoke=name, autostart=False, timeout=LOAD_SECS)
    except NotRunning:
        return
    except show.Failure as failed:
        if str(failed) != "spoke not loaded":
            raise


def _require(name: str) -> None:
    root = home_of(environ()).root
    if name.startswith(".") or not os.path.lexists(f"{root}/spokes/{name}"):
        known = [found.name for found in discover(root, "spokes")]
        hint = did_you_mean(name, known) or "`axium spoke list` shows what there is"
        raise show.Failure(f"there is no spoke `{name}`", hint)


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
        rows: list[dict[str, Any]] = ask("list_spokes", autostart=False)["spokes"]
    except NotRunning:
        root = home_of(environ()).root
        known = Rows(root).read()
        return [_from_files(found, known.get(found.name, {})) for found in discover(root, "spokes")]
    return rows


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
    source = _shown(row["source"])
    shown = (row["name"], row["version"], row["status"], source, row["description"])
    return tuple(show.escaped(str(cell)) for cell in shown)


def _shown(source: str) -> str:
    """Without the password that an address may have."""
    return re.sub(r"(://[^/@:]*):[^/@]*@", r"\1:***@", source)


def _columns(rows: list[tuple[str, ...]]) -> Iterator[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = [f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True)]
        yield "  ".join(cells).rstrip()
