"""`axium daemon`: its life, its log."""

import os
import sys
import time
from collections.abc import Mapping
from contextlib import closing
from typing import Annotated, Any

import typer

from axium import __version__
from axium.cli import show
from axium.cli.ask import NotRunning, ask
from axium.cli.log_view import LogView, NoFile
from axium.cli.options import DryRun, Json, group
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
Uninstall = Annotated[bool, typer.Option("--uninstall", help="Take the service away again.")]


@app.command()
def install(*, uninstall: Uninstall = False, dry_run: DryRun = False) -> None:
    """Have systemd or launchd start the daemon."""
    from axium.cli import install as service  # subprocess and plistlib: 12 ms

    if uninstall:
        service.uninstall(dry_run=dry_run)
    else:
        service.install(dry_run=dry_run)


@app.command()
def start(*, debug: Debug = False) -> None:
    """Start the daemon and return once it answers; nothing happens where one does."""
    try:
        daemon.start(debug)
    except StartFailed as failed:
        raise show.Failure(str(failed), failed.hint, code=2) from None
    _tell_of_another_version(ask("ping", autostart=False, timeout=PING_TIMEOUT)["version"])
    show.confirm("the daemon answers")


@app.command()
def stop() -> None:
    """Stop the daemon and return once it is gone."""
    ask("ping", autostart=False, timeout=PING_TIMEOUT)
    _stop()
    if os.path.exists(socket_path(environ())):
        from axium.cli.managers import unit_name

        show.notice(
            "a service manager holds its socket: the next command starts the daemon again",
            f"`systemctl --user stop {unit_name()}.socket` ends that",
        )
    show.confirm("the daemon is gone")


def _stop(*, keeps_links: bool = False) -> None:
    done = daemon.stop_for_a_moment() if keeps_links else daemon.stop()
    if not done["ok"]:
        raise show.Failure(done["error"], code=2)


@app.command()
def restart() -> None:
    """Stop the daemon if there is one, and start it; connections of links stay open."""
    if _runs():
        _stop(keeps_links=True)
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
    """Show whether the daemon runs; since when, and what it does."""
    if not _runs():
        if json:
            show.document({"running": False, "socket": socket_path(environ())})
        else:
            show.line("not running")
        return
    found = ask("daemon_status", autostart=False)["status"]
    _tell_of_another_version(found.get("version", __version__))
    if json:
        show.document(found)
        return
    show.table([(name, show.scalar(found[name])) for name in found if name not in FAULTS])
    for title in ("problems", "warnings"):
        _print_faults(title, found)


def _tell_of_another_version(running: str) -> None:
    """After an upgrade the daemon that was there goes on as it was, until it is restarted."""
    if running != __version__:
        show.notice(
            f"the daemon is of version {running}, this program of {__version__}",
            "`axium daemon restart` starts the daemon of this version",
        )


def _print_faults(title: str, found: Mapping[str, Any]) -> None:
    if not found[title]:
        return
    show.line()
    show.line(title)
    for fault in found[title]:
        for part in (fault, *show.hint_of(fault, found)):
            show.line(f"  {part}")


@app.command()
def logs(*, follow: Follow = False, lines: Lines = 50, json: Json = False) -> None:
    """Show the last lines of the daemon's log."""
    path = home_of(environ()).log
    if follow and json:
        hint = "leave one of them out: a line of the log begins with its time and its level"
        raise show.Failure("`--json` is one document, and `--follow` has no end", hint)
    try:
        view = LogView(path)
    except FileNotFoundError:
        raise show.Failure(f"there is no log at {path}", "no daemon was started yet") from None
    except NoFile as error:
        hint = "move it away: the next start of the daemon begins a new one"
        raise show.Failure(str(error), hint, code=2) from None
    with closing(view):
        last = view.last(min(lines, sys.maxsize))
        if json:
            show.document({"path": path, "lines": last.split("\n")[:-1]})
            return
        show.lines(last)
        while follow:  # until Ctrl-C
            sys.stdout.flush()
            time.sleep(FOLLOW_INTERVAL)
            show.lines(view.more())


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
