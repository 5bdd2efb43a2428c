"""`axium daemon install`: have the user's service manager start the daemon, or no longer."""

import os
import shlex
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

from axium.cli import show
from axium.cli.units import MARK, Service, Unsuitable, launchd_agent, systemd_units
from axium.config.atomic import replace_file
from axium.core import daemon
from axium.core.bootstrap import ensure_axium_config
from axium.thin.paths import environ, home_of, state_dir, user_home
from axium.thin.start import command

PATIENCE = 30.0
"""Seconds for a command of the service manager."""

Command = list[str]


class Manager(NamedTuple):
    """A service manager: the files that it reads, and how it is told.

    `probe` succeeds where it can be told at all; `holds` where it holds our socket.
    """

    files: dict[Path, str]
    probe: Command
    holds: Command
    begin: list[Command]
    end: list[Command]
    forget: list[Command]


def install(*, dry_run: bool) -> None:
    """Write what is missing or of another version, and have the manager listen."""
    manager = _manager()
    _refuse_foreign(manager)
    differing = [path for path, text in manager.files.items() if _content(path) != text]
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
    """Have the manager end the daemon and forget it, and take the files away."""
    manager = _manager()
    _refuse_foreign(manager)
    there = [path for path in manager.files if _content(path) is not None]
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


def unit_name() -> str:
    """What tells the service of this home from that of another one."""
    around = environ()
    return state_dir(home_of(around), around).rpartition("/")[2]


def _manager() -> Manager:
    try:
        return _launchd() if sys.platform == "darwin" else _systemd()
    except Unsuitable as unsuitable:
        raise show.Failure(str(unsuitable), "choose another place by AXIUM_SOCKET") from None


def _service() -> Service:
    around = environ()
    home, name = home_of(around), unit_name()
    if around.get("AXIUM_HOME"):
        around["AXIUM_HOME"] = home.root  # the daemon runs in `/`, where a relative path is another
    return Service(
        name=name,
        argv=command(),
        environ=around,
        socket=around.get("AXIUM_SOCKET") or f"{name}/daemon.sock",
        link=home.socket_link,
        log=home.log,
    )


def _systemd() -> Manager:
    service = _service()
    chosen = service.environ.get("XDG_CONFIG_HOME", "")
    config = chosen if chosen.startswith("/") else user_home(service.environ) + "/.config"
    tell = ["systemctl", "--user"]
    socket, unit = f"{service.name}.socket", f"{service.name}.service"
    return Manager(
        files={Path(config, "systemd/user", n): t for n, t in systemd_units(service).items()},
        probe=[*tell, "show-environment"],
        holds=[*tell, "is-active", "--quiet", socket],
        begin=[
            [*tell, "daemon-reload"],
            [*tell, "enable", "--quiet", socket],
            [*tell, "restart", socket],
        ],
        end=[[*tell, "disable", "--quiet", "--now", socket], [*tell, "stop", unit]],
        forget=[[*tell, "daemon-reload"]],
    )


def _launchd() -> Manager:
    service = _service()
    directory = Path(user_home(service.environ), "Library/LaunchAgents")
    files = {directory / name: text for name, text in launchd_agent(service).items()}
    domain = f"gui/{os.getuid()}"
    (path,) = files
    named = f"{domain}/{path.stem}"
    return Manager(
        files=files,
        probe=["launchctl", "print", domain],
        holds=["launchctl", "print", named],
        begin=[["launchctl", "bootstrap", domain, str(path)]],
        end=[["launchctl", "bootout", named]],
        forget=[],
    )


def _content(path: Path) -> str | None:
    try:
        return path.read_text("utf-8", "surrogateescape")
    except FileNotFoundError:
        return None


def _refuse_foreign(manager: Manager) -> None:
    for path in manager.files:
        text = _content(path)
        if text is not None and MARK not in text:
            raise show.Failure(f"{path} is not of axium's making", "move it away, then try again")


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
