"""`axium info`: version and places."""

import os
import sys

from axium import __version__
from axium.cli import show
from axium.cli.ask import ask
from axium.cli.options import Json, group
from axium.thin.paths import environ, home_of, socket_path, state_dir

app = group("Show version and paths.")

PING_TIMEOUT = 2.0
"""Seconds."""


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
        "python": sys.executable,
        "daemon": _running_version(),
    }
    if json:
        show.document(facts)
        return
    show.line("Axium core — everything revolves around you.")
    show.line()
    show.table([(name, value or "not running") for name, value in facts.items()])


def _running_version() -> str | None:
    """The version of the daemon, which after an upgrade is another one until it is restarted."""
    try:
        return str(ask("ping", autostart=False, timeout=PING_TIMEOUT)["version"])
    except show.Failure:
        return None


def _end_of(path: str) -> str:
    """Where a link leads; the daemon's own XDG_RUNTIME_DIR may be another than ours."""
    return os.readlink(path) if os.path.islink(path) else path
