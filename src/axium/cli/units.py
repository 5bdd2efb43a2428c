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

_STEERING = {code: f"\\x{code:02x}" for code in (*range(0x20), 0x7F)}

_ENDS = "\n\r"
"""What systemd ends a line of a unit at."""


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
    """A place can't stand in a unit; the text says why, and `variable` chooses another."""

    def __init__(self, text: str, variable: str) -> None:
        super().__init__(text)
        self.variable = variable


def systemd_units(service: Service) -> dict[str, str]:
    """The texts of the socket and of its service, by their file names. Unsuitable."""
    return {
        f"{service.name}.socket": SOCKET.format(
            mark=MARK,
            name=service.name,
            listen=_listen(service.socket),
            link=_quoted_path(service.link),
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
        text = f"the path of the socket is longer than {LONGEST} bytes: {socket}"
        raise Unsuitable(text, "AXIUM_SOCKET")
    if not socket.isprintable() or socket.strip() != socket:
        text = f"the path of the socket can't stand in a unit: {socket!r}"
        raise Unsuitable(text, "AXIUM_SOCKET")
    return socket.replace("%", "%%")


def _quoted(word: str) -> str:
    """One word of a unit, in which no character means anything."""
    return '"' + _plain(word).translate(_STEERING) + '"'


def _quoted_path(path: str) -> str:
    """One path of a unit, in which a backslash only keeps what follows it: no escapes."""
    if any(character in _ENDS or 0xD800 <= ord(character) < 0xE000 for character in path):
        text = f"the path of the config home can't stand in a unit: {path!r}"
        raise Unsuitable(text, "AXIUM_HOME")
    return f'"{_plain(path)}"'


def _plain(word: str) -> str:
    return word.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%")


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
KillMode=process
TimeoutStopSec=15
WorkingDirectory=/
UMask=0077
Delegate=yes
{environment}
"""
