"""`axium info`: version and places."""

import os

from axium import __version__
from axium.cli import show
from axium.cli.options import Json, group
from axium.thin.paths import environ, home_of, socket_path, state_dir

app = group("Show version and paths.")


@app.command()
def info(*, json: Json = False) -> None:
    """Show version and paths."""
    around = environ()
    home = home_of(around)
    facts = {
        "version": __version__,
        "home": home.root,
        "socket": socket_path(around),
        "runtime": _end_of(home.run),
        "state": state_dir(home, around),
        "log": home.log,
    }
    if json:
        show.document(facts)
        return
    show.line("Axium core — everything revolves around you.")
    show.line()
    show.table(list(facts.items()))


def _end_of(path: str) -> str:
    """Where a link leads; the daemon's own XDG_RUNTIME_DIR may be another than ours."""
    return os.readlink(path) if os.path.islink(path) else path
