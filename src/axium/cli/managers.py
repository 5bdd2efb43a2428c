"""The service manager of this machine: the files that it is to have for a home, how it is told."""

import os
import sys
from pathlib import Path
from typing import NamedTuple

from axium.cli import show
from axium.cli.units import Service, Unsuitable, launchd_agent, systemd_units
from axium.thin.paths import environ, home_of, state_dir, user_home
from axium.thin.start import command

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


def unit_name() -> str:
    """What tells the service of this home from that of another one."""
    around = environ()
    return state_dir(home_of(around), around).rpartition("/")[2]


def of_this_home(*, anywhere: bool = False) -> Manager:
    """The manager of this machine. Failure where its files can't be made.

    `anywhere`: for who only wants the files' names, wherever home and socket are.
    """
    service = _service()._replace(socket="", link="") if anywhere else _service()
    try:
        return _launchd(service) if sys.platform == "darwin" else _systemd(service)
    except Unsuitable as unsuitable:
        hint = f"choose another place by {unsuitable.variable}"
        raise show.Failure(str(unsuitable), hint) from None


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


def _systemd(service: Service) -> Manager:
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


def _launchd(service: Service) -> Manager:
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
