"""`axium discover`: what is there, by name; nothing of it is loaded."""

import os
import textwrap
from collections.abc import Iterator

import typer

from axium.cli import known, show
from axium.cli.options import Json, group
from axium.thin.paths import Home, environ, home_of

app = group("Show what is there.")

MANIFESTS = {"spokes": ("spoke.yaml", "manifest.yaml"), "gears": ("gear.yaml", "manifest.yaml")}

ABSENT = {
    "environments": "none: write them into {root}/envs.yaml",
    "spokes": "none: each is a directory in {root}/spokes with a spoke.yaml",
    "gears": "none: `axium gear install SOURCE` installs one, once you said yes",
    "links": "none: `axium link add NAME URI` makes one",
    "wrappers": "none: `axium wrapper add NAME WRAPPER` makes one",
}

WIDTH = 80
"""Columns."""


@app.command()
def discover(*, json: Json = False) -> None:
    """Show environments, spokes, gears, links and wrappers."""
    home = home_of(environ())
    links, faults = _links(home)
    found = {
        "environments": known.environments(home),
        "spokes": _plugins(home, "spokes"),
        "gears": _plugins(home, "gears"),
        "links": links,
        "wrappers": known.wrapped(home),
    }
    if json:
        show.document(found)
    else:
        show.table([row for title, names in found.items() for row in _rows(title, names, home)])
    for fault in faults:
        show.failure(fault)
    raise typer.Exit(1 if faults else 0)


def _rows(title: str, names: list[str], home: Home) -> Iterator[tuple[str, str]]:
    """The names beside their title, on as many lines as they take."""
    if not names:
        yield title, ABSENT[title].format(root=home.root)
        return
    width = WIDTH - max(map(len, ABSENT)) - 2
    shown = ", ".join(map(show.escaped, names))
    lines = textwrap.wrap(shown, width, break_long_words=False, break_on_hyphens=False)
    yield from zip([title, *[""] * len(lines)], lines, strict=False)


def _plugins(home: Home, kind: str) -> list[str]:
    """The directories that have a manifest, sorted."""
    directory = f"{home.root}/{kind}"
    try:
        names = sorted(os.listdir(directory))
    except (FileNotFoundError, NotADirectoryError):
        return []
    return [
        name
        for name in names
        if not name.startswith(".")
        and any([os.path.isfile(f"{directory}/{name}/{file}") for file in MANIFESTS[kind]])
    ]


def _links(home: Home) -> tuple[list[str], list[str]]:
    """The links of links.yaml, and what is wrong with it."""
    if not os.path.lexists(f"{home.root}/links.yaml"):
        return [], []
    # 30 ms for YAML, which whoever has no links need not pay.
    from axium.config.links import names

    found, faults = names(home.root)
    return found, [str(fault) for fault in faults]
