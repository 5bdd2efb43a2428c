"""Plugins that came or changed after the daemon last looked: it is asked once to load them."""

import os
import time
from calendar import timegm
from collections.abc import Iterator, Mapping
from typing import Any

from axium.cli.ask import ask
from axium.cli.show import Failure
from axium.config.approvals import DIRECTORY as APPROVALS
from axium.config.manifests import FILES
from axium.model.manifests import Kind
from axium.thin.paths import Home

LOAD_SECS = 10.0
"""How long all of them may take together."""

_KINDS: tuple[Kind, ...] = ("spokes", "gears")


def loaded(home: Home) -> bool:
    """Whether the catalogue may know more now than before."""
    written = _time_of(home.catalogue)
    new = [kind for kind in _KINDS if any(_changed(home, kind, written))]
    try:
        for kind in new:
            _load_changed(home, kind)
    except Failure:
        return False  # the command is unknown, which is what is told
    return bool(new)


def _load_changed(home: Home, kind: Kind) -> None:
    rows = {row["name"]: row for row in ask(f"list_{kind}", timeout=LOAD_SECS)[kind]}
    for name, at in _changed(home, kind, 0.0):
        if at >= _loaded_at(rows.get(name)) + 1:
            _load(kind[:-1], name)


def _load(kind: str, name: str) -> None:
    named: dict[str, Any] = {kind: name}
    try:
        ask(f"reload_{kind}", timeout=LOAD_SECS, **named)
    except Failure:
        return  # `axium spoke list` has the reason; another one may have the command


def _changed(home: Home, kind: Kind, since: float) -> Iterator[tuple[str, float]]:
    """The plugins of a kind that changed after a time, or were approved, and when."""
    try:
        names = sorted(os.listdir(f"{home.root}/{kind}"))
    except OSError:
        return
    for name in names:
        at = max([_time_of(f"{home.root}/{path}") for path in _watched(kind, name)])
        if not name.startswith(".") and at > since:
            yield name, at


def _watched(kind: Kind, name: str) -> Iterator[str]:
    yield f"{kind}/{name}"
    yield from [f"{kind}/{name}/{file}" for file in (*FILES[kind], "main.py")]
    if kind == "gears":
        yield f"{APPROVALS}/{name}.json"


def _time_of(path: str) -> float:
    try:
        return os.stat(path).st_mtime
    except OSError:
        return 0.0


def _loaded_at(row: Mapping[str, Any] | None) -> float:
    """The second in which the daemon last loaded a spoke."""
    said = row and row.get("last_loaded")
    return timegm(time.strptime(said, "%Y-%m-%dT%H:%M:%SZ")) if said else 0.0
