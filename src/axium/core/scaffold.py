"""A new plugin: a manifest, a command, an event handler, a HUD segment, and a test of them."""

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from string import Template

from axium import __version__
from axium.core.installing import MADE, changing, check_free, put_in_place
from axium.core.scaffold_texts import FILES
from axium.model.manifests import Kind
from axium.thin.paths import environ, home_of

VERSION = "0.1.0"


def create_spoke(
    name: str,
    description: str | None = None,
    version: str = VERSION,
    interactive: bool = True,  # noqa: FBT001, FBT002 (published)
) -> Path:
    """Make a spoke that does a little of everything; its directory. As `create`."""
    return create("spokes", name, description, version, is_interactive=interactive)


def create(
    kind: Kind, name: str, description: str | None, version: str, *, is_interactive: bool
) -> Path:
    """Make a plugin that does a little of everything; its directory.

    `is_interactive` asks for the description where none is given and a terminal is there.
    ValueError for what no plugin can be called, FileExistsError where the name is taken, OSError.
    """
    check_free(name, kind)
    if description is None:
        description = _asked(name) if is_interactive and sys.stdin.isatty() else ""
    words = _words(kind, name, description or f"The {kind[:-1]} {name}.", version)
    root = home_of(environ()).root
    with changing(root, kind) as rows:
        check_free(name, kind)
        made = f"{rows.directory}/{MADE}"
        os.mkdir(made, 0o700)
        for file, text in FILES[kind].items():
            Path(made, file).write_text(Template(text).substitute(words), encoding="utf-8")
        put_in_place(rows.directory, name)
        return Path(rows.directory, name)


def _asked(name: str) -> str:
    # To the terminal: what is printed is for whoever reads our data.
    sys.stderr.write(f"what is `{name}` for? ")
    sys.stderr.flush()
    return sys.stdin.readline().strip()


def _words(kind: Kind, name: str, description: str, version: str) -> Mapping[str, str]:
    for title, text in (("description", description), ("version", version)):
        if not text.isprintable():
            raise ValueError(f"the {title} must be one line of text that can be printed")
    import json  # 6 ms, for a string that is one in YAML and Python too

    user = environ().get("USER", "")
    plain = description.replace("\\", "/").replace('"', "'")
    return {
        "kind": kind[:-1],
        "name": name,
        "axium": __version__,
        "version": json.dumps(version, ensure_ascii=False),
        "description": json.dumps(description, ensure_ascii=False),
        "described": plain,
        "help": json.dumps(description, ensure_ascii=False),
        "author": json.dumps(user if user.isprintable() else ""),
    }
