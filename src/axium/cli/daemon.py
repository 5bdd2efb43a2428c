"""`axium daemon`: its life, its log."""

import os
import sys
import time
from collections import deque
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from axium.cli import show
from axium.cli.ask import NotRunning, ask
from axium.cli.options import Json, group
from axium.core import daemon
from axium.thin.paths import environ, home_of, socket_path
from axium.thin.start import StartFailed

app = group("Start, stop and watch the daemon.")

FAULTS = ("problems", "warnings", "hints")
"""What a status says of the user's files, shown apart from what fits a row."""

FOLLOW_INTERVAL = 0.2
"""Seconds; a log has no event to wait for that costs less than a look five times a second."""

PING_TIMEOUT = 2.0
"""Seconds."""

Debug = Annotated[bool, typer.Option("--debug", help="Stay in the foreground and log all.")]
Follow = Annotated[bool, typer.Option("-f", "--follow", help="Go on with what is written.")]
Lines = Annotated[int, typer.Option("-n", "--lines", min=0, help="Show so many lines.")]


@app.command()
def start(*, debug: Debug = False) -> None:
    """Start the daemon and return once it answers; nothing happens where one does."""
    try:
        daemon.start(debug)
    except StartFailed as failed:
        raise show.Failure(str(failed), failed.hint, code=2) from None
    show.confirm("the daemon answers")


@app.command()
def stop() -> None:
    """Stop the daemon and return once it is gone."""
    ask("ping", autostart=False, timeout=PING_TIMEOUT)
    done = daemon.stop()
    if not done["ok"]:
        raise show.Failure(done["error"], code=2)
    show.confirm("the daemon is gone")


@app.command()
def restart() -> None:
    """Stop the daemon if there is one, and start it."""
    if _runs():
        stop()
    start()


def _runs() -> bool:
    """Whether there is a daemon. Failure where there is one that does not answer."""
    try:
        ask("ping", autostart=False, timeout=PING_TIMEOUT)
    except NotRunning:
        return False
    return True


@app.command()
def reload() -> None:
    """Read state and files again; faults are shown and the last good content stays."""
    show.faults(ask("reload", autostart=False))
    show.confirm("everything was read again")


@app.command()
def status(*, json: Json = False) -> None:
    """Show whether the daemon runs, since when, and what it does."""
    if not _runs():
        if json:
            show.document({"running": False, "socket": socket_path(environ())})
        else:
            show.line("not running")
        return
    found = ask("daemon_status", autostart=False)["status"]
    if json:
        show.document(found)
        return
    show.table([(name, show.scalar(found[name])) for name in found if name not in FAULTS])
    for title in ("problems", "warnings"):
        _print_faults(title, found)


def _print_faults(title: str, found: Mapping[str, Any]) -> None:
    if not found[title]:
        return
    show.line()
    show.line(title)
    for fault in found[title]:
        for part in (fault, *show.hint_of(fault, found)):
            show.line(f"  {part}")


@app.command()
def logs(*, follow: Follow = False, lines: Lines = 50) -> None:
    """Show the last lines of the daemon's log."""
    path = Path(home_of(environ()).log)
    try:
        with path.open(encoding="utf-8", errors="replace") as log:
            show.lines("".join(deque(log, maxlen=lines)))
            position = log.tell()
    except FileNotFoundError:
        raise show.Failure(f"there is no log at {path}", "no daemon was started yet") from None
    if follow:
        _follow(path, position)


def _follow(path: Path, position: int) -> None:
    """Print what is appended, also after the file was replaced; ends with Ctrl-C."""
    while True:
        sys.stdout.flush()
        time.sleep(FOLLOW_INTERVAL)
        size = os.path.getsize(path) if path.exists() else 0
        if size == position:
            continue
        with path.open(encoding="utf-8", errors="replace") as log:
            log.seek(position if size > position else 0)
            show.lines(log.read())
            position = log.tell()


@app.command()
def pause() -> None:
    """Hold monitors, timers and event delivery; requests go on."""
    ask("pause")
    show.confirm("the daemon is paused")


@app.command()
def resume() -> None:
    """Go on with what `pause` held."""
    ask("resume")
    show.confirm("the daemon goes on")
