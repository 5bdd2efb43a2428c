"""`axium gear`: installing other people's plugins, and saying yes to what they may do."""

import os
import sys
from contextlib import suppress
from typing import Annotated

import typer

from axium.cli import consent, gear_rights, gear_rows, gear_used, show
from axium.cli.ask import NotRunning, ask
from axium.cli.editor import edit as open_editor
from axium.cli.editor import prepared
from axium.cli.gear_screen import screen
from axium.cli.loading import LOAD_SECS, as_failure, load, require, unload
from axium.cli.loading import reload as reload_one
from axium.cli.options import (
    GEAR,
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
from axium.config.edit_override import beginning
from axium.config.manifests import find
from axium.config.permissions import override_name, read_override
from axium.core import gear_installing as gears
from axium.core import installing, scaffold
from axium.core.bootstrap import ensure_axium_config
from axium.core.gear_installing import Proposal
from axium.model.permissions import Permissions
from axium.thin.paths import environ, home_of

app = group("Install other people's plugins, each held to what you approved.")

Name = Annotated[str, typer.Argument(metavar="NAME", click_type=GEAR, help="A gear.")]
OptionalName = Annotated[
    str | None, typer.Argument(metavar="[NAME]", click_type=GEAR, help="A gear; default: all.")
]
Editable = Annotated[
    bool,
    typer.Option("-e", "--editable", help="Link the directory; the manifest alone is approved."),
]
Yes = Annotated[bool, typer.Option("-y", "--yes", help="Approve it without being asked.")]
LongDryRun = Annotated[
    bool, typer.Option("--dry-run", help="Show what it is and may do, and do nothing.")
]
Force = Annotated[bool, typer.Option("-f", "--force", help="Remove it without being asked.")]
Used = Annotated[bool, typer.Option("--used", help="Show what it has made use of, too.")]


@app.command("list")
def list_(*, json: Json = False) -> None:
    """Show each gear: how it fares, how far it is held, and whether it is as approved."""
    found = gear_rows.rows()
    if json:
        show.document({"gears": found})
    else:
        gear_rows.tell(found)


@app.command()
def new(
    name: NewName,
    *,
    description: Description = None,
    version: Version = scaffold.VERSION,
    no_interactive: NoInteractive = False,
) -> None:
    """Make a gear that works and may do nothing: a command, an event handler, a HUD segment."""
    ensure_axium_config()
    with as_failure():
        made = scaffold.create(
            "gears", name, description, version, is_interactive=not no_interactive
        )
        gears.approve(gears.proposed_here(name))  # what is in it is ours
    show.line(str(made))
    load("gears", name)


@app.command()
def install(
    source: Source,
    *,
    editable: Editable = False,
    name: As = None,
    yes: Yes = False,
    dry_run: LongDryRun = False,
) -> None:
    """Install a gear, once you have seen what it may do and said yes."""
    with as_failure():
        asked = installing.wanted("gears", source, editable=editable, name=name)
        with gears.proposed(asked) as proposal:
            if dry_run:
                _tell(proposal)
                return
            consent.given(proposal, question=f"install and approve {proposal.name}?", yes=yes)
            ensure_axium_config()
            made = gears.install(proposal)
    load("gears", made.name)
    show.confirm(f"`{made.name}` {made.version} is installed from {show.address(made.source)}")


@app.command()
def reinstall(name: Name, *, yes: Yes = False, dry_run: LongDryRun = False) -> None:
    """Install a gear anew from where it came, once you have seen what is different."""
    with as_failure(), gears.proposed_again(name) as proposal:
        if dry_run:
            _tell(proposal)
            return
        consent.given(proposal, question=f"install and approve {name}?", yes=yes)
        made = gears.install(proposal)
    load("gears", name)
    show.confirm(f"`{name}` {made.version} is installed from {show.address(made.source)}")


@app.command()
def approve(name: Name, *, yes: Yes = False) -> None:
    """Say yes to a gear as it stands there now, and have it loaded."""
    require("gears", name)
    with as_failure():
        proposal = gears.proposed_here(name)
        consent.given(proposal, question=f"approve {name}?", yes=yes)
        gears.approve(proposal)
    load("gears", name)
    show.confirm(f"`{name}` is approved as it is")


@app.command()
def uninstall(name: Name, *, force: Force = False, dry_run: DryRun = False) -> None:
    """Remove a gear, its approval and what it keeps; what you have set for it stays."""
    require("gears", name)
    root = home_of(environ()).root
    what = "the link to" if os.path.islink(f"{root}/gears/{name}") else "the gear"
    if dry_run:
        for path in filter(os.path.lexists, (f"{root}/gears/{name}", gears.kept_for(name))):
            show.line(f"would remove {path}")
        return
    if not force and not consent.confirmed(f"remove {what} {name}, and what it keeps?"):
        raise show.Failure(f"`{name}` is not removed", "`-f` removes it without a question")
    unload("gears", name)
    with as_failure():
        gears.uninstall(name)
    show.confirm(f"`{name}` is removed")
    override, faults = read_override(root, name)
    if override is not None or faults:
        told = f"{override_name(name)} stays, and holds for the next gear of this name"
        show.notice(told, f"remove it where it is not to: {root}/{override_name(name)}")


@app.command()
def reload(name: OptionalName = None) -> None:
    """Load a gear again, or all: new ones too, and those that are gone are forgotten."""
    if name is not None:
        require("gears", name)
        reload_one("gears", name)
        show.confirm(f"`{name}` is loaded")
        return
    done = ask("reload_gears", timeout=LOAD_SECS)["gears"]
    show.confirm(f"loaded: {', '.join(done) or 'there is no gear'}")


@app.command("perms-show")
def perms_show(name: Name, *, used: Used = False, json: Json = False) -> None:
    """Show what a gear may do, who said so, what holds it."""
    require("gears", name)
    with as_failure():
        told = gear_rights.of(name)
    usage = gear_used.usage(name) if used else None
    if json:
        show.document(gear_rights.document(told, usage))
    else:
        gear_rights.tell(told, usage)


@app.command("perms-edit")
def perms_edit(name: Name) -> None:
    """Edit what you allow or forbid a gear, with $EDITOR; faults are told afterwards."""
    require("gears", name)
    ensure_axium_config()
    root = home_of(environ()).root
    path = f"{root}/{override_name(name)}"
    found = find(root, "gears", name)
    asked = found.manifest.permissions if found and found.manifest else Permissions()
    with prepared(path, beginning(name, asked)):
        open_editor(path)
    with as_failure():
        gears.override_of(name)
    with suppress(NotRunning):
        reload_one("gears", name, autostart=False)
    show.confirm(f"what `{name}` may do is in force")


def _tell(proposal: Proposal) -> None:
    """For `--dry-run` the screen is the data."""
    lines = screen(proposal, consent.columns())
    sys.stdout.write(consent.drawn(lines, in_colour=show.is_coloured(sys.stdout)))
