"""`axium gear list`: each gear, how it fares, and what holds it."""

import sys
from collections.abc import Mapping
from typing import Any

from axium.cli import show
from axium.cli.ask import NotRunning
from axium.cli.checks.plugins import troubles
from axium.cli.gear_screen import GREEN, PLAIN, RED, YELLOW, Line, level_ink
from axium.cli.loading import rows as daemon_rows
from axium.config.manifests import Found, discover
from axium.core.gear_standing import APPROVED, CHANGED, NOT_APPROVED, Standing, standing
from axium.core.plugin_metadata import Rows, from_row
from axium.model import foreign
from axium.thin.paths import environ, home_of

_STATUS = {"active": GREEN, "error": RED, "not-loaded": YELLOW}

_MOST_CHANGES = 10
"""That are told of one gear."""

Cell = tuple[str, str]
"""A text and its ink."""


def rows() -> list[dict[str, Any]]:
    """What the daemon says of each gear, or the files where none runs; and how each stands."""
    root = home_of(environ()).root
    try:
        told = {row["name"]: row for row in daemon_rows("gears", autostart=False)}
    except NotRunning:
        told = {}
    known = Rows(root, "gears").read()
    return [
        _row(found, standing(root, found), known.get(found.name, {}), told.get(found.name, {}))
        for found in discover(root, "gears")
    ]


def tell(found: list[dict[str, Any]]) -> None:
    """Show them as a table, with a note below of what is not as it should be."""
    cells = [_cells(row) for row in found]
    widths = [
        max([foreign.width(text) for text, _ink in column]) for column in zip(*cells, strict=True)
    ]
    room = show.room_beside(widths[:-1])
    for *line, (description, ink) in cells:
        line.append((foreign.cut(description, room), ink))
        drawn = [_drawn(cell, width) for cell, width in zip(line, widths, strict=True)]
        sys.stdout.write("  ".join(drawn).rstrip() + "\n")
    for row in found:
        _tell_of(row)


def _tell_of(row: dict[str, Any]) -> None:
    """What is not as it should be with one."""
    name = row["name"]
    for change in row["changes"][:_MOST_CHANGES]:
        show.notice(f"{name}: {foreign.shown(change)}")
    if row["approval"] in (CHANGED, NOT_APPROVED):
        again = "again " if row["status"] == "active" else ""
        told = f"`{name}` is not started {again}before you say yes to it"
        show.notice(told, f"`axium gear approve {name}` shows what it may do")
    elif row["error"]:
        show.notice(f"{name}: {row['error']}", "`axium doctor` looks at it")
    for text, fix in troubles(row):
        show.notice(f"{name} {text}", fix or f"logs/{name}.log tells more")


def _row(
    found: Found, stands: Standing, known: Mapping[str, Any], told: Mapping[str, Any]
) -> dict[str, Any]:
    manifest = found.manifest
    said = {
        "version": manifest.version if manifest else "",
        "description": manifest.description if manifest else "",
        "entrypoint": manifest.entrypoint if manifest else "",
        "source": known.get("source") or f"local:{found.directory}",
        "install_mode": "symlink" if stands.is_editable else "copy",
        "status": "not-loaded" if manifest else "error",
    }
    row = from_row(found.name, {**known, **said}).to_dict()
    error = "; ".join(map(str, found.faults)) or None
    return {
        **row,
        "error": error,
        **told,
        "sandbox": told.get("sandbox") or stands.sandbox,
        "is_permissive": bool(told.get("is_permissive")) or stands.is_permissive,
        "is_editable": stands.is_editable,
        "approval": stands.approval,
        "changes": list(stands.changes),
    }


def _cells(row: Mapping[str, Any]) -> list[Cell]:
    how = "PERMISSIVE, " if row["is_permissive"] else ""
    sandbox_ink = RED if row["is_permissive"] else level_ink(row["sandbox"])
    editable = ", editable" if row["is_editable"] else ""
    is_approved = row["approval"] == APPROVED
    return [
        (row["name"], PLAIN),
        (foreign.shown(row["version"]), PLAIN),
        (row["status"], _STATUS.get(row["status"], PLAIN)),
        (foreign.shown(how + row["sandbox"]), sandbox_ink),
        (foreign.shown(row["approval"]) + editable, GREEN if is_approved else YELLOW),
        (foreign.shown(show.address(row["source"])), PLAIN),
        (foreign.shown(row["description"])[:80], PLAIN),
    ]


def _drawn(cell: Cell, width: int) -> str:
    text, ink = cell
    blank = " " * max(0, width - foreign.width(text))
    return Line(text, ink).drawn(in_colour=show.is_coloured(sys.stdout)) + blank
