"""Spokes that came or changed after the daemon last looked: it is asked once to load them."""

import os
import time
from calendar import timegm
from collections.abc import Iterator, Mapping
from typing import Any

from axium.cli.ask import ask
from axium.cli.show import Failure
from axium.config.manifests import FILES
from axium.thin.paths import Home

LOAD_SECS = 10.0
"""How long all of them may take together."""

_WATCHED = (*FILES["spokes"], "main.py")
"""What is looked at beside the directory itself."""


def loaded(home: Home) -> bool:
    """Whether the catalogue may know more now than before."""
    if not any(_changed(home, _time_of(home.catalogue))):
        return False
    try:
        rows = {row["name"]: row for row in ask("list_spokes", timeout=LOAD_SECS)["spokes"]}
        for name, at in _changed(home, 0.0):
            if at >= _loaded_at(rows.get(name)) + 1:
                _load(name)
    except Failure:
        return False  # the command is unknown, which is what is told
    return True


def _load(name: str) -> None:
    try:
        ask("reload_spoke", spoke=name, timeout=LOAD_SECS)
    except Failure:
        return  # `axium spoke list` has the reason; another one may have the command


def _changed(home: Home, since: float) -> Iterator[tuple[str, float]]:
    """The spokes that changed after a time, and when."""
    try:
        names = sorted(os.listdir(f"{home.root}/spokes"))
    except OSError:
        return
    for name in names:
        directory = f"{home.root}/spokes/{name}"
        at = max(_time_of(directory), *[_time_of(f"{directory}/{file}") for file in _WATCHED])
        if not name.startswith(".") and at > since:
            yield name, at


def _time_of(path: str) -> float:
    try:
        return os.stat(path).st_mtime
    except OSError:
        return 0.0


def _loaded_at(row: Mapping[str, Any] | None) -> float:
    """The second in which the daemon last loaded a spoke."""
    said = row and row.get("last_loaded")
    return timegm(time.strptime(said, "%Y-%m-%dT%H:%M:%SZ")) if said else 0.0
