"""A hostile gear in all of its places: installed for somebody, with a daemon, tmux, a terminal."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import socket
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any, NamedTuple

import tests.plugins.sandbox.attacks
from tests.plugins.sandbox.attacks import files
from tests.plugins.sandbox.attacks.here import LISTENING_FIRST
from tests.plugins.sandbox.attacks.processes import start_of_memory
from tests.plugins.sandbox.attacks.runner import make_anew
from tests.plugins.sandbox.attacks.sockets import channel
from tests.plugins.sandbox.attacks.table import ATTACKS, Grant, World
from tests.plugins.sandbox.attacks.work import WORK, handed_both_ends
from tests.plugins.sandbox.stand import USER, Guise, Stand, Tried, able, in_guise
from tests.support import Scratch, until
from tests.support.approving import approve
from tests.support.installation import SYSTEM_PYTHON, Installation
from tests.support.refusing import without

ATTACKS_OF_A_GEAR = Path(tests.plugins.sandbox.attacks.__file__).parent

MANIFEST = """\
name: {name}
permissions:
  exec: {exec}
  net: {net}
  fs_read: ["{at.readable}/**", "{at.writable}/**"]
  fs_write: ["{at.writable}/**", "{at.dropbox}/**"]
  unix: {unix}
  ipc: [tmux_split_run]
"""

MAIN = """\
import os
import sys
import threading

try:
    open({outside!r} + "/ran", "w").close()
except OSError:
    pass

TASK = __file__.rpartition("/")[0] + "/task.json"


def tell(place):
    from axium.core import api

    from .attacks import here

    here.tell(TASK, place, api.connect, api.listen)


def register(app, events):
    def changed(new_env):
        from .attacks import here

        if new_env == {name!r} and here.can_fork():
            # That takes longer than a listener may.
            threading.Thread(target=tell, args=("host",)).start()
        elif new_env == {name!r}:
            tell("host")

    events.on("env_change", changed)

    @app.command("{name}-try")
    def attack(place: str):
        "Try all that there is to try."
        tell(place)

    @app.command("{name}-litter")
    def litter():
        "Leave directories that are hard to remove."
        inner = os.open(os.environ["AXIUM_DATA"], os.O_RDONLY)
        os.symlink({outside!r}, "link", dir_fd=inner)
        os.mkdir("shut", 0, dir_fd=inner)
        for _ in range(3000):
            os.mkdir("d", dir_fd=inner)
            outer, inner = inner, os.open("d", os.O_RDONLY, dir_fd=inner)
            os.close(outer)

    @app.command("{name}-ask")
    def ask(cmd: str, place: str):
        "Have it tried by a program."
        from axium.core.ipc import send_request_sync

        argv = [{python!r}, "-I", "-S", "-B", "-c", {program!r}, TASK, place, *{paths!r}]
        reply = send_request_sync({{"cmd": cmd, "command": argv, "timeout": 60}}, timeout=60)
        if not reply["ok"] or reply.get("returncode"):
            sys.exit(str(reply))
"""

PROGRAM = """\
import sys
sys.path[:0] = sys.argv[3:]
from attacks import here
nothing = lambda *_: None
here.tell(sys.argv[1], sys.argv[2], nothing, nothing)
"""

Row = tuple[str, str]
"""A table, and a name in it."""


class Gear(NamedTuple):
    """A hostile one, the stand that it attacks, and what it tries."""

    name: str
    stand: Stand
    rows: list[Row]
    ports: list[int]
    is_free: bool

    @property
    def has_run_free(self) -> bool:
        """Whether its code, as soon as that was imported anywhere, could write outside."""
        return Path(self.stand.world.outside, "ran").exists()


def _rows(granted: Mapping[str, bool], *, is_listed: bool) -> list[Row]:
    """What was not granted, and the work of a gear that was."""
    attacks = [name for name, row in ATTACKS.items() if not granted.get(row.unless or "")]
    # Last what ends its channel, and so the process of a host.
    attacks.sort(key=lambda name: ATTACKS[name].before is channel)
    work = [
        name
        for name, row in WORK.items()
        if row.is_for(granted) and (is_listed or row.before is not handed_both_ends)
    ]
    return [*(("work", name) for name in work), *(("attacks", name) for name in attacks)]


class Household:
    """Somebody's home and daemon, and their gears."""

    def __init__(
        self,
        scratch: Scratch,
        guise: Guise,
        installation: Installation,
        *,
        is_bare: bool = False,
    ) -> None:
        """`is_bare`: the kernel has no Landlock for the daemon."""
        self.scratch = scratch
        self.guise = guise
        self.gears = scratch.home / "gears"
        self.program = installation.axium
        self._packages = str(installation.package.parent)
        self._stack = ExitStack()
        scratch.root.chmod(0o711)
        self.environ = {**scratch.environ, "PATH": f"{installation.axium.parent}:/usr/bin:/bin"}
        self._give(scratch.root, *scratch.root.iterdir())
        start = ["daemon", "start"]
        begun = self.run(
            self.without("landlock_create_ruleset", *start)
            if is_bare
            else [str(self.program), *start]
        )
        assert begun.returncode == 0, begun.stderr
        self.daemon: int = json.loads(self.done("daemon", "status", "--json"))["pid"]

    def close(self) -> None:
        """End all of it."""
        self.axium("daemon", "stop")
        self._stack.close()

    def gear(
        self,
        name: str,
        *granted: Grant,
        is_listed: bool = False,
        unix: Sequence[str] = (),
    ) -> Gear:
        """Another hostile gear, whose files are there; `net` may be a list of places."""
        may: dict[str, Any] = {grant: grant in granted for grant in ("exec", "net")}
        rows = _rows(may, is_listed=is_listed)
        made = Gear(name, self._stand(name), rows, free_ports(), is_free=False)
        at = made.stand.world
        listed = [f"127.0.0.1:{at.port}", f"[::1]:{at.port6}"]
        for port in made.ports:
            listed += [f"127.0.0.1:{port}", f"listen:127.0.0.1:{port}"]
        may |= {"net": listed} if is_listed else {}
        self._write(made, **may, unix=unix)
        return made

    def free(self, name: str) -> Gear:
        """One that nothing holds, where nothing can, since its user took that."""
        # Even of such a gear what was open is closed.
        rows = [("attacks", row) for row in able(self.guise) if row != "reads_what_was_left_open"]
        made = Gear(name, self._stand(name), rows, free_ports(), is_free=True)
        self._write(made, exec=True, net=True, unix=[])
        override = self.scratch.home / "overrides/permissions" / f"{name}.yaml"
        override.parent.mkdir(parents=True)
        override.write_text("sandbox: permissive\n")
        self._give(override, *override.parents[:2])
        return made

    def _stand(self, name: str) -> Stand:
        root = self.scratch.root / name
        root.mkdir()
        stand = Stand(root, self.guise, self.environ)
        self._stack.callback(stand.close)
        return stand

    def approve(self, *gears: Gear) -> None:
        """Have gears approved that try their rows, and loaded."""
        for gear in gears:
            self.prepare(gear)
            world, ground = self.world(gear), gear.stand.world if gear.is_free else None
            told = {"world": world, "ground": ground, "ports": gear.ports, "rows": gear.rows}
            Path(world.gear, "task.json").write_text(json.dumps(told))
            approve(self.scratch.home, gear.name)
        names = [gear.name for gear in gears]
        envs = self.scratch.home / "envs.yaml"
        envs.write_text(json.dumps({"envs": {name: {} for name in ["root", *names]}}))
        self._give(envs, self.gears, *self.gears.rglob("*"))
        self.done("daemon", "reload")
        assert [gear for gear in gears if gear.has_run_free != gear.is_free] == []

    def prepare(self, gear: Gear) -> None:
        """Have a gear find all as at first."""
        make_anew(gear.stand.world)
        world = self.world(gear)
        Path(world.readable, "memory").write_text(str(start_of_memory(world)))
        self._give(*Path(world.root).rglob("*"))

    def world(self, gear: Gear) -> World:
        """What a gear finds: beside its stand the daemon, its socket, and the gear itself."""
        own = gear.stand.world._replace(
            gear=str(self.gears / gear.name), stream=os.path.realpath(self.scratch.socket)
        )
        if gear.is_free:
            return own
        places = [self.scratch.home, self.scratch.state, Path(own.stream).parent]
        below = [place for each in places for place in each.rglob("*") if place.is_dir()]
        # What is the gear's own it may read, or write.
        kept = [str(place) for place in (*places, *below) if gear.name not in place.parts]
        return own._replace(package=self._packages, victim=self.daemon, own=kept)

    def axium(self, *words: str, **environ: str) -> subprocess.CompletedProcess[str]:
        """The command line, as somebody types it."""
        return self.run([str(self.program), *words], **environ)

    def done(self, *words: str, **environ: str) -> str:
        """What it prints, which must not fail."""
        done = self.axium(*words, **environ)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def run(self, argv: list[str], **environ: str) -> subprocess.CompletedProcess[str]:
        """A program, as somebody starts it."""
        return subprocess.run(
            in_guise(self.guise, argv),
            env={**self.environ, **environ},
            cwd="/",
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    def without(self, call: str, *words: str) -> list[str]:
        """axium with these words, where the kernel lacks one of its calls."""
        return without(call, str(self.program), *words, packages=self._packages)

    def in_host(self, gear: Gear) -> None:
        """Have it told of an event that it is waiting for."""
        self.done("env", "set", gear.name)

    def in_terminal(self, gear: Gear, argv: Sequence[str]) -> None:
        """Run it in a terminal of its own, with a file open that nobody gave to the gear."""
        secret = shlex.quote(f"{gear.stand.world.outside}/secret")
        typed = f"exec {files.LEAKED}<{secret}; {shlex.join(argv)}"
        words = ["script", "-qec", f"bash -c {shlex.quote(typed)}", "/dev/null"]
        done = self.run(words, SSH_AUTH_SOCK=gear.stand.world.agent)
        assert (done.returncode, "not offered" in done.stdout) == (0, False), done.stdout

    def in_tmux(self, gear: Gear) -> dict[str, str]:
        """The variables of a shell in its server."""
        socket_path = gear.stand.world.tmux
        said = self.run(["tmux", "-S", socket_path, "display-message", "-p", "#{pid}"])
        return {"TMUX": f"{socket_path},{said.stdout.strip()},0", "TMUX_PANE": "%0"}

    def told(self, gear: Gear, place: str) -> dict[str, Tried]:
        """What came of the rows of a gear, once it has tried them all; none again."""
        path = Path(gear.stand.world.writable, f"{place}.told")
        until(path.exists, 60)
        lines = [json.loads(line) for line in path.read_text().splitlines()]
        assert [tuple(line[:2]) for line in lines] == gear.rows
        assert gear.is_free or not gear.has_run_free
        self.prepare(gear)
        return {f"{table}: {name}": Tried(*found) for table, name, *found in lines}

    def _write(self, gear: Gear, **granted: Any) -> None:
        world = gear.stand.world
        directory = self.gears / gear.name
        directory.mkdir(parents=True)
        may = {name: json.dumps(value) for name, value in granted.items()}
        manifest = MANIFEST.format(name=gear.name, at=world, **may)
        main = MAIN.format(
            name=gear.name,
            outside=world.outside,
            python=str(SYSTEM_PYTHON),
            program=PROGRAM,
            paths=[str(directory), self._packages],
        )
        (directory / "gear.yaml").write_text(manifest)
        (directory / "main.py").write_text(main)
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ATTACKS_OF_A_GEAR, directory / "attacks", ignore=ignored)

    def _give(self, *paths: Path) -> None:
        if self.guise == "user" and os.geteuid() == 0:
            for path in paths:
                os.chown(path, USER, USER, follow_symlinks=False)


def bad(tried: dict[str, Tried]) -> dict[str, str]:
    """Attacks that were not refused, or only since another was there before; work not done."""
    return {
        name: f"{row.outcome}: {row.detail}"
        for name, row in tried.items()
        if row.outcome not in (("succeeded",) if name[:4] == "work" else ("refused", "absent"))
        or row.detail.startswith("FileExistsError")
    }


def free_ports() -> list[int]:
    """One for each row that listens; nobody listens there now."""
    rows = [
        *(row.before for row in ATTACKS.values()),
        *(row.before for row in WORK.values()),
    ]
    with ExitStack() as stack:
        made = [
            stack.enter_context(socket.create_server(("127.0.0.1", 0)))
            for before in rows
            if before in LISTENING_FIRST
        ]
        return [each.getsockname()[1] for each in made]
