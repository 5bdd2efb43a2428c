"""What an attack finds on a machine: a victim, servers, files; and the way to have it tried."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Literal, NamedTuple

import axium
from axium.model.policy import Policy
from tests.plugins.sandbox.attacks.runner import Outcome
from tests.plugins.sandbox.attacks.table import ATTACKS, World
from tests.support.installation import SYSTEM_PYTHON
from tests.support.processes import alive
from tests.support.waiting import until

USER = 65533
_Address = str | tuple[str, int]
Guise = Literal["root", "user"]
GUISES: tuple[Guise, ...] = ("root", "user") if os.geteuid() == 0 else ("user",)
"""Who is not root can't be root here, and is an ordinary user already."""

_ATTACKS = Path(__file__).parent / "attacks"
_MODULES = ("__init__.py", "model/__init__.py", "model/policy.py", "plugins/__init__.py")
_START = "import sys; sys.path[:0] = [sys.argv[1]]; from attacks.runner import main; main()"


class Tried(NamedTuple):
    """What came of one row."""

    outcome: Outcome
    detail: str


class Stand:
    """One world, for one guise."""

    def __init__(self, root: Path, guise: Guise, environ: Mapping[str, str] | None = None) -> None:
        self._guise = guise
        plain = {"PATH": "/usr/bin:/bin", "HOME": f"{root}/scratch", "LANG": "C.UTF-8"}
        self._environ = {**plain, **(environ or {})}
        self._stack = ExitStack()
        root.chmod(0o711)
        names = ("gear", "scratch", "readable", "writable", "dropbox", "outside", "package")
        paths = {name: root / name for name in names}
        _install(paths["package"])
        for path in paths.values():
            path.mkdir(exist_ok=True)
        self.world = World(
            root=str(root),
            **{name: str(path) for name, path in paths.items()},
            victim=self._victim(),
            port=self._server(socket.AF_INET, "127.0.0.1"),
            port6=self._server(socket.AF_INET6, "::1"),
            udp_port=self._datagrams(socket.AF_INET, ("127.0.0.1", 0))[1],
            stream=self._listen(socket.AF_UNIX, f"{paths['outside']}/stream"),
            datagrams=self._datagrams(socket.AF_UNIX, f"{paths['outside']}/datagrams"),
            abstract=self._listen(socket.AF_UNIX, f"\0{root}")[1:].decode(),
            tmux=self._tmux(f"{root}/tmux"),
            agent=self._listen(socket.AF_UNIX, f"{root}/agent"),
            own=[str(paths["outside"])],
        )
        if guise == "user" and os.geteuid() == 0:
            for path in (root, *root.rglob("*")):
                os.chown(path, USER, USER)

    def close(self) -> None:
        """End the victim and the servers."""
        self._stack.close()

    def policy(self, **grants: bool) -> Policy:
        """What the gear of this world was granted."""
        world = self.world
        return Policy(
            home="/nonexistent",
            directory=world.gear,
            scratch=(world.scratch,),
            reads=(world.readable, world.writable),
            writes=(world.writable, world.dropbox),
            **grants,
        )

    def tried(
        self,
        table: str,
        names: Iterable[str],
        policy: Policy | None,
        *,
        is_within: bool = False,
    ) -> dict[str, Tried]:
        """What came of each row; `is_within` a namespace."""
        task = {
            "table": table,
            "names": list(names),
            "world": self.world,
            "policy": policy,
            "is_within": is_within,
        }
        argv = [str(SYSTEM_PYTHON), "-I", "-S", "-c", _START, self.world.package]
        done = self.run(argv, json.dumps(task))
        assert done.returncode == 0, done.stderr
        lines = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("[")]
        return {name: Tried(outcome, detail) for name, outcome, detail in lines}

    def run(self, argv: list[str], stdin: str = "") -> subprocess.CompletedProcess[str]:
        """Run a program in this guise."""
        return subprocess.run(
            in_guise(self._guise, argv),
            input=stdin,
            capture_output=True,
            text=True,
            cwd="/",
            env=self._environ,
            timeout=50,
            check=False,
        )

    def _victim(self) -> int:
        """It sleeps; in a group of its own."""
        asleep = [str(SYSTEM_PYTHON), "-c", "print(flush=True); input()"]
        argv = in_guise(self._guise, asleep)
        victim = subprocess.Popen(
            argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True
        )
        self._stack.enter_context(victim)
        self._stack.callback(victim.kill)
        assert victim.stdout is not None
        victim.stdout.readline()
        return victim.pid

    def _tmux(self, path: str) -> str:
        """The socket of a server of this guise's, in which nothing is typed."""
        if self._guise == "user" and os.geteuid() == 0:
            os.chown(Path(path).parent, USER, USER)
        tmux = ["tmux", "-S", path, "-f", "/dev/null"]
        began = self.run([*tmux, "new-session", "-d", "-P", "-F", "#{pid}", "sleep 1000"])
        assert began.returncode == 0, began.stderr
        pid = int(began.stdout)
        self._stack.callback(until, lambda: not alive(pid))
        self._stack.callback(os.kill, pid, signal.SIGTERM)
        return path

    def _server(self, family: int, host: str) -> int:
        port: int = self._listen(family, (host, 0))[1]
        return port

    def _listen(self, family: int, address: _Address) -> Any:
        server = self._stack.enter_context(socket.socket(family))
        server.bind(address)
        server.listen(100)
        return server.getsockname()

    def _datagrams(self, family: int, address: _Address) -> Any:
        server = self._stack.enter_context(socket.socket(family, socket.SOCK_DGRAM))
        server.bind(address)
        return server.getsockname()


def of(tried: dict[str, Tried], *outcomes: str) -> dict[str, str]:
    """The rows with one of these outcomes."""
    return {name: row.detail for name, row in tried.items() if row.outcome in outcomes}


def able(guise: Guise) -> list[str]:
    """The attacks that succeed in this guise where nothing holds them."""
    return [
        name
        for name, row in ATTACKS.items()
        if row.control == "anyone" or row.control == guise == "root"
    ]


def in_guise(guise: Guise, argv: list[str]) -> list[str]:
    """The command line that does this as somebody."""
    if guise == "root" or os.geteuid() != 0:
        return argv
    who = str(USER)
    return ["setpriv", "--reuid", who, "--regid", who, "--clear-groups", *argv]


def _install(package: Path) -> None:
    """The little of axium that a confinement needs, where every user may read it."""
    source = Path(axium.__file__).parent
    for module in _MODULES:
        (package / "axium" / module).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(source / module, package / "axium" / module)
    ignored = shutil.ignore_patterns("__pycache__")
    sandbox = "plugins/sandbox"
    shutil.copytree(source / sandbox, package / "axium" / sandbox, ignore=ignored)
    shutil.copytree(_ATTACKS, package / "attacks", ignore=ignored)
