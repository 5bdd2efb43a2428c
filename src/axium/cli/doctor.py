"""`axium doctor`: what is wrong, and what to do about each of it."""

from collections.abc import Iterator
from typing import Annotated

import typer

from axium.cli import show
from axium.cli.checks import (
    daemon,
    files,
    gears,
    home,
    links,
    plugin_config,
    plugins,
    service,
    shell,
    shims,
    spokes,
    tmux,
)
from axium.cli.checks.finding import Finding
from axium.cli.options import Json, group
from axium.thin.paths import environ, home_of
from axium.thin.say import reason

app = group("Look for what is wrong, and say what to do.")

MARKS = {"good": "✓", "note": "·", "warning": "!", "fault": "✗"}

Fix = Annotated[bool, typer.Option("--fix", help="Mend what can be mended without a risk.")]


@app.command()
def doctor(*, fix: Fix = False, json: Json = False) -> None:
    """Look at home, files, daemon, tmux, this shell and shims; exits 1 where something is wrong."""
    found = [_mended(finding) if fix else finding for finding in _look()]
    if json:
        show.document({"findings": [_told(finding) for finding in found]})
    else:
        for finding in found:
            _print(finding)
    raise typer.Exit(int(any(finding.state == "fault" for finding in found)))


def _look() -> Iterator[Finding]:
    around = environ()
    place = home_of(around)
    if obstacle := home.obstacle(place, around):
        yield obstacle
        return
    yield from home.look(place)
    yield from files.look(place)
    yield from spokes.look(place)
    yield from gears.look(place)
    yield from plugin_config.look(place)
    yield from daemon.look(place)
    yield from plugins.look("spokes")
    yield from plugins.look("gears")
    yield from links.look(place)
    yield from service.look()
    yield from tmux.look(place, around)
    yield from shell.look(place, around)
    yield from shims.look(place, around)


def _mended(finding: Finding) -> Finding:
    """The finding, or what it is once it was repaired."""
    if finding.repair is None:
        return finding
    try:
        finding.repair()
    except OSError as error:
        return finding._replace(text=f"{finding.text}; not mended: {reason(error)}")
    return finding._replace(state="good", text=f"{finding.text}: mended", fix="")


def _told(finding: Finding) -> dict[str, str | bool]:
    return {
        "area": finding.area,
        "state": finding.state,
        "text": finding.text,
        "fix": finding.fix,
        "repairable": finding.repair is not None,
    }


def _print(finding: Finding) -> None:
    line = f"{MARKS[finding.state]} {finding.area:<7} {finding.text}"
    (show.alarm if finding.is_alarm else show.line)(line)
    if finding.fix:
        show.line(f"{'':9} {finding.fix}")
