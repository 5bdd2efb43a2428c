"""What a tmux pane is called: a server's identity, its short name, and the key of a pane."""

import re
from collections.abc import Mapping

from msgspec import Struct

DEFAULT = "default"

LONGEST_SOCKET = 107
"""Bytes; the kernel takes 108 for a Unix socket's path, its NUL included."""

# A leading zero would give one pane two keys: tmux takes `%007` for `%7`.
_PANE = re.compile(r"%(?:0|[1-9][0-9]{0,9})", re.ASCII)
# The session is -1 where tmux runs a job without one.
_WHOLE = re.compile(r"(/[^\0]*),([1-9][0-9]{0,9}),-?[0-9]+", re.ASCII)
_SHORT = re.compile(r"(/[^\0]*),([1-9][0-9]{0,9})", re.ASCII)


class Server(Struct, frozen=True):
    """One life of a tmux server: a restarted one differs, also at the same socket and pid.

    `start` is `TICKS@BOOT`: the 22nd field of /proc/PID/stat and the boot's id.
    """

    socket: str
    pid: int
    start: str

    @property
    def ticks(self) -> str:
        """The 22nd field of /proc/PID/stat, as the path of a published pointer has it."""
        return self.start.partition("@")[0]


def parse_server(text: str) -> tuple[str, int]:
    """Socket and pid out of `$TMUX`, whole or as `${TMUX%,*}`.

    A text that can be read both ways is taken as whole. ValueError if it is neither.
    """
    found = _WHOLE.fullmatch(text) or _SHORT.fullmatch(text)
    if not found:
        raise ValueError(f"not a tmux server: `{text}`, expected `SOCKET,PID` as in $TMUX")
    if (size := len(found[1].encode(errors="replace"))) > LONGEST_SOCKET:
        most = f"{LONGEST_SOCKET} bytes at most"
        raise ValueError(f"not a tmux server: its socket's path has {most}, found {size}")
    return found[1], int(found[2])


def server_name(socket: str, known: Mapping[str, Server], default_socket: str) -> str:
    """The name of the server at `socket`, which keeps one that it has in `known`.

    `default` is the default socket's alone; another server is its socket's last part, or the whole
    path where that name is taken.
    """
    if socket == default_socket:
        return DEFAULT
    named = next((name for name, server in known.items() if server.socket == socket), None)
    if named is not None:
        return named
    short = socket.rpartition("/")[2]
    return socket if short in {"", DEFAULT, *known} else short


def pane_key(name: str, pane: str) -> str:
    """`%1` on the default server, `work:%3` on one called `work`."""
    return pane if name == DEFAULT else f"{name}:{pane}"


def split_key(key: str) -> tuple[str, str]:
    """The server's name and the pane's id out of `pane_key`'s answer. ValueError if malformed."""
    name, colon, pane = key.rpartition(":")
    if not valid_pane(pane) or bool(colon) != bool(name) or name == DEFAULT:
        raise ValueError(f"not a pane: `{key}`, expected `%1` or `SERVER:%1`")
    return name or DEFAULT, pane


def valid_pane(text: str) -> bool:
    """Whether `text` is a pane's id as tmux writes it, such as `%12`."""
    return _PANE.fullmatch(text) is not None
