"""Several users, and one user in several guises: su, sudo -E, cron."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.support import Scratch, until
from tests.support.installation import Installation
from tests.support.scratch import SYSTEM_PATH, make_scratch

ALICE, BOB = 65533, 65534


class User:
    """Somebody with a home of their own, who is logged in."""

    def __init__(self, uid: int, axium: Path, environ: dict[str, str]) -> None:
        self.uid = uid
        self._axium = axium
        self.environ = environ

    def axium(self, *args: str, uid: int | None = None) -> subprocess.CompletedProcess[str]:
        """Run axium in this user's environment, by default as this user."""
        return self.run(self._axium, *args, uid=uid)

    def run(self, *argv: str | Path, uid: int | None = None) -> subprocess.CompletedProcess[str]:
        """Run a program likewise."""
        who = str(self.uid if uid is None else uid)
        return subprocess.run(
            ["setpriv", "--reuid", who, "--regid", who, "--clear-groups", *map(str, argv)],
            env=self.environ,
            cwd="/",
            capture_output=True,
            text=True,
            timeout=20,
            check=False,
        )


def made(scratch: Scratch, uid: int, axium: Path) -> User:
    """The user who owns this scratch directory."""
    for directory in (scratch.root, *scratch.root.iterdir()):
        os.chown(directory, uid, uid)
    scratch.root.chmod(0o711)
    environ = {key: value for key, value in scratch.environ.items() if key != "AXIUM_HOME"}
    return User(uid, axium, environ)


@pytest.fixture
def users(scratch: Scratch) -> Iterator[tuple[User, User]]:
    """Two of them, with one program."""
    with ExitStack() as stack:
        program = make_scratch()
        stack.callback(program.close)
        program.root.chmod(0o755)
        axium = Installation(program.root / "venv").axium
        other = make_scratch()
        stack.callback(other.close)
        alice, bob = made(scratch, ALICE, axium), made(other, BOB, axium)
        stack.callback(lambda: (alice.axium("daemon", "stop"), bob.axium("daemon", "stop")))
        yield alice, bob


def home_of(user: User) -> str:
    return user.environ["HOME"] + "/.config/axium"


def readable_to(user: User, uid: int) -> list[str]:
    """What another user finds that they may read or enter among the files of this one."""
    root = str(Path(user.environ["HOME"]).parent)
    script = 'find "$1" -mindepth 1 \\( -readable -o -executable \\) -not -type l 2>/dev/null'
    return user.run("sh", "-c", script, "sh", root, uid=uid).stdout.splitlines()


def test_two_users_neither_see_nor_reach_one_another(users: tuple[User, User]) -> None:
    alice, bob = users
    for user, env in ((alice, "builder"), (bob, "root")):
        done = user.axium("env", "set", env)
        assert (done.returncode, done.stderr) == (0, "")
    assert [user.axium("env", "get").stdout for user in users] == ["builder\n", "root\n"]
    assert (readable_to(alice, BOB), readable_to(bob, ALICE)) == ([], [])
    script = "import socket, sys; socket.socket(socket.AF_UNIX).connect(sys.argv[1])"
    socket = os.path.realpath(home_of(alice) + "/daemon.sock")
    done = bob.run("/usr/bin/python3", "-c", script, socket)
    assert done.stderr.splitlines()[-1] == "PermissionError: [Errno 13] Permission denied"


def told_to(user: User, uid: int, *args: str) -> tuple[int, str, str]:
    done = user.axium(*args, uid=uid)
    return done.returncode, done.stdout, done.stderr


@pytest.mark.parametrize("uid", [0, BOB])
def test_a_shell_of_another_user_that_kept_the_variables_is_told_whose_they_are(
    users: tuple[User, User], uid: int
) -> None:
    alice, _bob = users
    alice.environ["AXIUM_HOME"] = home_of(alice)
    assert alice.axium("env", "set", "builder").returncode == 0
    before = alice.axium("daemon", "status").stdout.partition("pid ")[2].split()[0]
    refused = {
        args: told_to(alice, uid, *args)
        for args in (
            ("env", "set", "root"),
            ("daemon", "status"),
            ("daemon", "stop"),
            ("daemon", "restart"),
            ("run", "aws"),
        )
    }
    assert {args: (code, out) for args, (code, out, _err) in refused.items()} == dict.fromkeys(
        refused, (2, "")
    )
    if uid == 0:  # who may look into the home sees whose it is
        told = f"of uid {ALICE}, not yours (uid 0)\n  use a home of your own: unset AXIUM_HOME, or"
        assert [args for args, (*_, err) in refused.items() if told not in err] == []
    assert told_to(alice, uid, "hud") == (0, "[axium] inactive\n", "")
    code, _out, err = told_to(alice, uid, "daemon", "start")
    assert (code, "use one of your own" in err or "ermission denied" in err) == (2, True)
    status = alice.axium("daemon", "status").stdout
    assert status.partition("pid ")[2].split()[0] == before
    assert alice.axium("env", "get").stdout == "builder\n"
    found = alice.run("find", home_of(alice), "!", "-user", str(ALICE), uid=0)
    assert found.stdout == ""


def test_cron_and_a_login_session_have_one_daemon(scratch: Scratch) -> None:
    login = {key: value for key, value in scratch.environ.items() if key != "AXIUM_HOME"}
    cron = {"HOME": login["HOME"], "LOGNAME": "tester", "SHELL": "/bin/sh", "PATH": SYSTEM_PATH}
    axium = scratch.environ["PATH"].split(":")[1] + "/axium"

    def said(environ: dict[str, str], *args: str) -> str:
        done = subprocess.run(
            [axium, *args], env=environ, capture_output=True, text=True, check=False, timeout=20
        )
        assert (done.returncode, done.stderr) == (0, "")
        return done.stdout

    try:
        said(cron, "env", "set", "builder")
        assert said(login, "env", "get") == "builder\n"
        said(login, "env", "set", "root")
        assert said(cron, "env", "get") == "root\n"
        pids = [said(around, "daemon", "status", "--json") for around in (cron, login)]
        assert len({text.partition('"pid": ')[2].partition(",")[0] for text in pids}) == 1
        said(login, "daemon", "restart")  # from here on in the login session's own place
        assert os.listdir(scratch.runtime) == ["axium"]
        assert said(cron, "env", "get") == "root\n"
    finally:
        said(login, "daemon", "stop")
        until(lambda: not scratch.processes())


GEAR = """
tried = []

def attempt(deed):
    try:
        deed()
        tried.append("done")
    except OSError as error:
        tried.append(type(error).__name__)

def register(app, events):
    import os, socket
    home = os.environ["HOME"]
    for deed in (
        lambda: open(home + "/secret").read(),
        lambda: open(home + "/granted/file").read(),
        lambda: open(os.environ["AXIUM_DATA"] + "/own", "w").close(),
        lambda: open(__file__, "a").close(),
        os.fork,
        lambda: socket.socket(socket.AF_UNIX),
        lambda: os.kill(os.getppid(), 0),
    ):
        attempt(deed)
    print(*tried)
    events.on("env_change", print)
"""


def test_a_gear_of_an_ordinary_user_is_held_as_root_s(users: tuple[User, User]) -> None:
    alice, _ = users
    directory = Path(home_of(alice), "gears/deploy")
    granted = Path(alice.environ["HOME"], "granted")
    for path, text in (
        (directory / "gear.yaml", "name: deploy\npermissions: {fs_read: [~/granted/**]}\n"),
        (directory / "main.py", GEAR),
        (granted / "file", ""),
        (granted.with_name("secret"), "s"),
    ):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    alice.run("chown", "-R", f"{ALICE}:{ALICE}", alice.environ["HOME"], uid=0)
    approved = alice.axium("gear", "approve", "deploy", "-y")
    assert approved.returncode == 0, approved.stderr
    log = Path(home_of(alice), "logs/deploy.log")
    until(lambda: log.exists() and log.read_text().endswith("\n"))
    assert log.read_text().splitlines()[0].partition("[OUTPUT] ")[2].split() == [
        "PermissionError",
        "done",
        "done",
        *["PermissionError"] * 4,
    ]
    listed = alice.axium("gear", "list", "--json").stdout
    assert '"enforced"' in listed, listed
