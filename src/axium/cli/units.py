"""What a service manager is told, as text: units of systemd, a property list of launchd."""

import plistlib
from collections.abc import Mapping
from typing import NamedTuple

from axium.thin.client import LONGEST

MARK = "Made by `axium daemon install`, which takes it away again too."
"""Stands in every file of ours: a file without it is somebody's own."""

CARRIED = (
    "AXIUM_HOME", "AXIUM_SOCKET", "PATH", "TMUX_TMPDIR", "XDG_CONFIG_HOME", "XDG_STATE_HOME",
)  # fmt: skip
"""Variables that decide where the daemon finds its files and tmux: as they are at the install."""

_STEERING = {chr(code): f"\\x{code:02x}" for code in (*range(0x20), 0x7F)}


class Service(NamedTuple):
    """What is to be started: `name` tells the daemons of several homes apart.

    `socket` is a path, or one below the runtime directory if it is relative.
    """

    name: str
    argv: list[str]
    environ: Mapping[str, str]
    socket: str
    link: str
    log: str


class Unsuitable(ValueError):
    """The place of the socket can't stand in a unit; the text says why."""


def systemd_units(service: Service) -> dict[str, str]:
    """The texts of the socket and of its service, by their file names. Unsuitable."""
    return {
        f"{service.name}.socket": SOCKET.format(
            mark=MARK,
            name=service.name,
            listen=_listen(service.socket),
            link=_quoted(service.link),
        ),
        f"{service.name}.service": SERVICE.format(
            mark=MARK,
            name=service.name,
            command=" ".join(_quoted(word).replace("$", "$$") for word in service.argv),
            environment="\n".join(
                "Environment=" + _quoted(f"{name}={service.environ[name]}")
                for name in CARRIED
                if service.environ.get(name)
            ),
        ),
    }


def launchd_agent(service: Service) -> dict[str, str]:
    """The property list, by its file name.

    launchd hands sockets over by a call of its own, which the daemon does not make: it starts
    the daemon at login and again when it failed.
    """
    label = f"{service.name}.daemon"
    plist = {
        "Label": label,
        "ProgramArguments": service.argv,
        "EnvironmentVariables": {
            name: service.environ[name] for name in CARRIED if service.environ.get(name)
        },
        "RunAtLoad": True,
        "KeepAlive": {"SuccessfulExit": False},
        "WorkingDirectory": "/",
        "Umask": 0o077,
        "StandardErrorPath": service.log,
    }
    head, kind, rest = plistlib.dumps(plist).decode().partition("<plist ")
    return {f"{label}.plist": f"{head}<!-- {MARK} -->\n{kind}{rest}"}


def _listen(socket: str) -> str:
    if not socket.startswith("/"):
        return "%t/" + socket.replace("%", "%%")
    if len(socket.encode("utf-8", "surrogateescape")) > LONGEST:
        raise Unsuitable(f"the path of the socket is longer than {LONGEST} bytes: {socket}")
    if not socket.isprintable() or socket.strip() != socket:
        raise Unsuitable(f"the path of the socket can't stand in a unit: {socket!r}")
    return socket.replace("%", "%%")


def _quoted(word: str) -> str:
    """One word of a unit, in which no character means anything."""
    plain = word.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%")
    return '"' + "".join(_STEERING.get(character, character) for character in plain) + '"'


SOCKET = """\
# {mark}
[Unit]
Description=Socket of axium, which knows the environment of each terminal pane

[Socket]
ListenStream={listen}
SocketMode=0600
DirectoryMode=0700
Symlinks={link}
RemoveOnStop=yes

[Install]
WantedBy=sockets.target
"""

SERVICE = """\
# {mark}
[Unit]
Description=axium, which knows the environment of each terminal pane
Requires={name}.socket
After={name}.socket

[Service]
Type=notify
ExecStart={command}
ExecReload=/bin/kill -HUP $MAINPID
Restart=on-failure
TimeoutStopSec=15
WorkingDirectory=/
UMask=0077
Delegate=yes
{environment}
"""
