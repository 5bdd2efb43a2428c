"""`axium info`: version and places."""

from axium import __version__
from axium.cli import show
from axium.cli.options import Json, group
from axium.thin.paths import environ, home_of, runtime_dir, socket_path, state_dir

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
        "runtime": runtime_dir(home, around),
        "state": state_dir(home, around),
        "log": home.log,
    }
    if json:
        show.document(facts)
        return
    show.line("Axium core — everything revolves around you.\n")
    show.table(list(facts.items()))
