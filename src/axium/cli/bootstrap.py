"""`axium bootstrap`: the config home."""

from typing import Annotated

import typer

from axium.cli import show
from axium.cli.options import DryRun, group
from axium.core.bootstrap import make_config_home, unmade, update_init_scripts
from axium.thin.paths import environ, home_of

app = group("Make the config home.")

Force = Annotated[
    bool,
    typer.Option("--force", help="Refresh the shell and tmux scripts; never a file of yours."),
]


@app.command()
def bootstrap(*, force: Force = False, dry_run: DryRun = False) -> None:
    """Make the config home; what is there stays as it is."""
    if dry_run:
        for path in unmade(force=force):
            show.line(f"would write {path}")
        return
    first = make_config_home(restore=True)
    if force:
        update_init_scripts()
    root = home_of(environ()).root
    show.confirm(f"made {root}" if first else f"{root} is there")
