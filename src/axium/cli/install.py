"""`axium daemon install`: have the user's service manager start the daemon, or no longer."""

import shlex
import subprocess
from pathlib import Path

from axium.cli import show
from axium.cli.managers import Command, Manager, of_this_home
from axium.cli.units import MARK
from axium.config.atomic import replace_file
from axium.config.own_files import read_text
from axium.core import daemon
from axium.core.bootstrap import ensure_axium_config

PATIENCE = 30.0
"""Seconds for a command of the service manager."""


def install(*, dry_run: bool) -> None:
    """Write what is missing or of another version, and have the manager listen. Foreign."""
    manager = of_this_home()
    _refuse_foreign(manager)
    differing = [path for path, text in manager.files.items() if read_text(path) != text]
    works = _succeeds(manager.probe)
    if not differing and works and _succeeds(manager.holds):
        show.confirm("the service is installed already")
        return
    if dry_run:
        _announce([f"write {path}" for path in differing], manager.begin)
        return
    ensure_axium_config()
    for path in differing:
        path.parent.mkdir(parents=True, exist_ok=True)
        data = manager.files[path].encode("utf-8", "surrogateescape")
        replace_file(str(path), data, durable=True, mode=0o644)
    if works:
        daemon.stop()  # one that was started by hand would be pushed aside, not ended in order
        _run(manager.begin)
        show.confirm("the service is installed")
    else:
        _leave_to_user(manager, manager.begin)


def uninstall(*, dry_run: bool) -> None:
    """Have the manager end the daemon and forget it, and take the files away. Foreign."""
    manager = of_this_home(anywhere=True)
    _refuse_foreign(manager)
    there = [path for path in manager.files if read_text(path) is not None]
    if not there:
        show.confirm("no service is installed")
        return
    works = _succeeds(manager.probe)
    if dry_run:
        _announce([f"remove {path}" for path in there], manager.end)
        return
    if works:
        _run(manager.end)
    for path in there:
        path.unlink()
    if works:
        _run(manager.forget)
        show.confirm("the service is gone")
    else:
        _leave_to_user(manager, manager.end)


class Foreign(show.Failure):
    """A file of somebody else's is where one of ours would be; nothing was done."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"{path} is not of axium's making", "move it away, then try again")


def _refuse_foreign(manager: Manager) -> None:
    for path in manager.files:
        text = read_text(path)
        if text is not None and MARK not in text:
            raise Foreign(path)


def _succeeds(argv: Command) -> bool:
    try:
        return _done(argv).returncode == 0
    except FileNotFoundError:
        return False


def _run(commands: list[Command]) -> None:
    for argv in commands:
        done = _done(argv)
        if done.returncode != 0:
            raise show.Failure(f"`{shlex.join(argv)}` failed", done.stderr.strip(), code=2)


def _done(argv: Command) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(
            argv,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=PATIENCE,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise show.Failure(
            f"`{shlex.join(argv)}` did not end within {PATIENCE:g} s", code=2
        ) from None


def _announce(files: list[str], commands: list[Command]) -> None:
    for text in [*files, *(f"run `{shlex.join(argv)}`" for argv in commands)]:
        show.line(text)


def _leave_to_user(manager: Manager, commands: list[Command]) -> None:
    """Name what has to be typed where the manager can be reached: in a login session."""
    show.notice(
        f"`{shlex.join(manager.probe)}` fails here, so that this is left to you",
        "in a login session type:",
    )
    for argv in commands:
        show.line(shlex.join(argv))
