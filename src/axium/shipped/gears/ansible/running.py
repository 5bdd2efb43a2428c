"""ansible, started and attended to its end: what it finds, and who is told."""

import configparser
import os
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress

from axium.core import api
from axium.core.ipc import send_request_sync
from axium.core.spokes import EventBus

from . import ssh
from .playbook import Place
from .runs import CHANGED, Live, Run
from .ssh import write

READ_SECS = 10.0

SHARED = ("collections", "roles")
"""What of the user's `~/.ansible` is found in ours."""

REMOTE_TMP = "$HOME/.ansible/tmp"
"""Where it is by itself, but that on this machine it is our home, not that of the user."""

REASONS = {2: "a host failed", 4: "a host could not be reached", 99: "it was interrupted"}


def data() -> str:
    """The directory that is the gear's to keep things in."""
    return os.environ["AXIUM_DATA"]


def runs_directory() -> str:
    """Where the runs are noted."""
    return f"{data()}/runs"


def run(argv: Sequence[str], place: Place, run: Run, events: EventBus) -> int:
    """Run a playbook to its end, seen in the HUD, and tell; the exit code. OSError."""
    where = f"{place.env}: " if place.env else ""
    print(f"{where}{shlex.join(['ansible-playbook', *argv[1:]])}", file=sys.stderr, flush=True)
    around = environ(place)
    attendant = Attendant()
    live = Live(runs_directory(), run)
    events.emit(CHANGED)
    code = attendant.run(argv, around)
    live.end(code)
    events.emit(CHANGED)
    title = f"{run.playbook}{f' in {place.env}' if place.env else ''}: {said(code)}"
    level = "error" if code else "success"
    api.notify(title, f"after {time.time() - run.at:.0f} s", level)
    return code


def environ(place: Place) -> dict[str, str]:
    """What ansible is started with: a home of its own, and our ssh. OSError."""
    home = f"{data()}/home"
    os.makedirs(f"{home}/.ansible", mode=0o700, exist_ok=True)
    write(f"{home}/.ansible.cfg", read("~/.ansible.cfg"))
    for shared in SHARED:
        with suppress(FileExistsError):
            os.symlink(os.path.expanduser(f"~/.ansible/{shared}"), f"{home}/.ansible/{shared}")
    path = f"{ssh.prepare(f'{data()}/ssh', read)}:{os.environ['PATH']}"
    found = {**os.environ, "HOME": home, "PATH": path, "AXIUM_ENV": place.env}
    if not names_remote_tmp(place.directory, home):
        found["ANSIBLE_REMOTE_TEMP"] = REMOTE_TMP
    return found


def read(path: str) -> str:
    """The text of a file of the user's, which the daemon reads; empty where there is none."""
    try:
        # Not by `api`, which would tell of what most users do not have.
        reply = send_request_sync({"cmd": "read_file", "path": path}, READ_SECS)
    except (OSError, ValueError):
        return ""
    return str(reply.get("content") or "")


def names_remote_tmp(directory: str, home: str) -> bool:
    """Whether the file that ansible will read says where modules are put on a host."""
    named = os.environ.get("ANSIBLE_CONFIG", "")
    files = (named, f"{directory}/ansible.cfg", f"{home}/.ansible.cfg", "/etc/ansible/ansible.cfg")
    parser = configparser.ConfigParser(interpolation=None, strict=False)
    with suppress(configparser.Error, UnicodeDecodeError, StopIteration):
        parser.read(next(file for file in files if os.path.isfile(file)))
    return parser.has_option("defaults", "remote_tmp")


class Attendant:
    """Starts one program and waits for it; whatever is to end us from now on ends that first.

    Ctrl-C reaches it as it reaches us, and is its own to answer.
    """

    def __init__(self) -> None:
        self._child: subprocess.Popen[bytes] | None = None
        self._is_to_end = False
        signal.signal(signal.SIGINT, ignore)
        for number in (signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._end)

    def run(self, argv: Sequence[str], around: Mapping[str, str]) -> int:
        """The exit code. OSError."""
        try:
            self._child = subprocess.Popen(argv, env=around)
            if self._is_to_end:
                self._child.terminate()
            code = self._child.wait()
        finally:
            signal.signal(signal.SIGINT, signal.default_int_handler)
        return code if code >= 0 else 128 - code

    def _end(self, *_: object) -> None:
        self._is_to_end = True
        if self._child is not None:
            self._child.terminate()


def ignore(*_: object) -> None:
    """Nothing: that it came is all."""


def said(code: int) -> str:
    """How a playbook ended, in words."""
    return f"failed, {REASONS.get(code, f'exit code {code}')}" if code else "ok"
