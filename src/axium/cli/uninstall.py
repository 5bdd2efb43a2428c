"""`axium uninstall`: everything that axium made, away again."""

from typing import Annotated

import typer

from axium.cli import install as service
from axium.cli import show
from axium.cli.ask import NotRunning, ask
from axium.cli.options import DryRun, group
from axium.core import daemon
from axium.core.lock import is_held, is_of
from axium.core.removal import Step, lines_left, steps, tmux_steps
from axium.thin.paths import Home, environ, home_of
from axium.thin.say import reason

app = group("Take axium's hooks, cache, socket and state away again.")

Purge = Annotated[bool, typer.Option("--purge", help="Your configuration as well.")]


@app.command()
def uninstall(*, purge: Purge = False, dry_run: DryRun = False) -> None:
    """Take hooks, cache, socket and state away; your configuration stays without `--purge`."""
    around = environ()
    home = home_of(around)
    _forget_service(dry_run=dry_run)
    failed = _take(list(tmux_steps(home, around)), dry_run=dry_run)
    if not dry_run:
        _stop(home)
    failed |= _take(list(steps(home, around, purge=purge)), dry_run=dry_run)
    for line in lines_left(around):
        show.notice(f"still there, for you to take out: {line}")
    if failed:
        raise show.Failure("not everything could be taken away", "see above", code=2)
    show.confirm("axium is gone; shells that are open keep their hook until they end")


def _forget_service(*, dry_run: bool) -> None:
    """Have the service manager forget the daemon; a service of somebody else's stays."""
    try:
        service.uninstall(dry_run=dry_run)
    except service.Foreign as foreign:
        show.notice(str(foreign), "it stays, and so does a service that it belongs to")


def _stop(home: Home) -> None:
    """End the daemon. Failure where it stays: it would make everything anew."""
    hint = f"nothing more was taken away; end the daemon first, whose pid is in {home.pid}"
    try:
        pid = ask("ping", autostart=False)["pid"]
    except NotRunning:
        pid = None
    except show.Failure as failed:
        raise show.Failure(str(failed), hint, code=2) from None
    if pid is not None and is_of(home, pid):
        reply = daemon.stop()
        if not reply.get("ok"):
            raise show.Failure(str(reply.get("error")), "nothing more was taken away", code=2)
    elif is_held(home):
        raise show.Failure(f"the daemon of {home.root} runs out of reach", hint, code=2)


def _take(found: list[Step], *, dry_run: bool) -> bool:
    """Take each piece away, or say so; whether one could not be."""
    failed = False
    for step in found:
        if dry_run:
            show.line(f"would take away {step.text}")
            continue
        try:
            step.take()
        except OSError as error:
            show.failure(f"{step.text} stays: {reason(error)}")
            failed = True
    return failed
