"""Where a daemon puts its socket, and that every client of its home finds it there."""

from __future__ import annotations

import json
import os
import stat
import sys
from pathlib import Path

import pytest

from axium.thin.start import command
from tests.real.client import exchange
from tests.support import Daemon, Scratch, until
from tests.support.processes import alive
from tests.support.scratch import make_scratch

NOBODY = 65534
GLOBAL = b'{"ok":true,"env":"root","source":"global"}\n'
ASKED = b'{"cmd": "get_pane_env", "pane": "%1"}\n'


def pid_of(scratch: Scratch, **env: str) -> int:
    """The pid of the daemon that the command line finds."""
    done = scratch.axium("daemon", "status", "--json", env=env)
    pid: int = json.loads(done.stdout)["pid"]
    return pid


def mode(path: Path) -> int:
    """The permission bits of what `path` leads to."""
    return stat.S_IMODE(path.stat().st_mode)


def somebody_elses(path: Path) -> int:
    """Have a directory of another user at `path`; the uid. Only root can give one away."""
    if os.geteuid() == 0:
        path.mkdir(mode=0o700)
        os.chown(path, NOBODY, NOBODY)
    else:
        path.symlink_to("/")
    return path.stat().st_uid


def unusable_runtime_dirs(root: Path) -> dict[str, str]:
    """Values of XDG_RUNTIME_DIR that must not be used, by what is wrong with them."""
    (root / "a-file").touch(mode=0o700)
    for name, bits in (("open", 0o770), ("readable", 0o755)):
        (root / name).mkdir()
        (root / name).chmod(bits)
    somebody_elses(root / "foreign")
    return {
        "empty": "",
        "relative": "run",
        "absent": f"{root}/absent",
        "a file": f"{root}/a-file",
        "open to the group": f"{root}/open",
        "readable by others": f"{root}/readable",
        "somebody else's": f"{root}/foreign",
    }


def test_an_unusable_runtime_directory_is_left_for_the_home(scratch: Scratch) -> None:
    run = scratch.home / "run"
    for value in unusable_runtime_dirs(scratch.root).values():
        scratch.environ["XDG_RUNTIME_DIR"] = value
        daemon = Daemon(scratch)
        assert not run.is_symlink(), value
        assert (mode(run), mode(run / "daemon.sock")) == (0o700, 0o600)
        assert os.path.realpath(scratch.socket) == f"{run}/daemon.sock"
        daemon.close()
    assert list((scratch.root / "open").iterdir()) == []


def test_a_private_runtime_directory_holds_socket_and_published_files(daemon: Daemon) -> None:
    (made,) = daemon.scratch.runtime.iterdir()
    assert made.name.startswith("axium-")
    assert os.readlink(daemon.scratch.home / "run") == str(made)
    assert os.readlink(daemon.scratch.socket) == f"{made}/daemon.sock"
    assert (mode(made), mode(made / "daemon.sock")) == (0o700, 0o600)
    assert {path.name for path in made.iterdir()} == {
        "daemon.sock", "global", "commands", "envs", "t",
    }  # fmt: skip


def test_the_default_home_has_no_digest_in_its_runtime_directory(scratch: Scratch) -> None:
    del scratch.environ["AXIUM_HOME"]
    done = scratch.axium("daemon", "start")
    try:
        assert (done.returncode, done.stderr) == (0, "")
        assert os.listdir(scratch.runtime) == ["axium"]
    finally:
        scratch.axium("daemon", "stop")


def test_one_home_has_one_daemon_whatever_the_runtime_directory(daemon: Daemon) -> None:
    scratch = daemon.scratch
    other = scratch.root / "other"
    other.mkdir(mode=0o700)
    for value in (str(other), "", f"{scratch.root}/absent"):
        assert scratch.axium("daemon", "start", env={"XDG_RUNTIME_DIR": value}).returncode == 0
        assert pid_of(scratch, XDG_RUNTIME_DIR=value) == daemon.pid
        assert scratch.axium("env", "get", env={"XDG_RUNTIME_DIR": value}).stdout == "root\n"
    assert (list(other.iterdir()), list(scratch.processes())) == ([], [daemon.pid])


def test_a_home_whose_runtime_directory_comes_and_goes_is_followed(scratch: Scratch) -> None:
    run = scratch.home / "run"
    kinds = []
    for value in ("", str(scratch.runtime), "", str(scratch.runtime)):
        scratch.environ["XDG_RUNTIME_DIR"] = value
        daemon = Daemon(scratch)
        kinds.append((run.is_symlink(), scratch.axium("env", "get").stdout))
        daemon.close()
    assert kinds == [(False, "root\n"), (True, "root\n"), (False, "root\n"), (True, "root\n")]


def test_two_homes_never_meet(daemon: Daemon) -> None:
    other = make_scratch()
    try:
        other.environ["XDG_RUNTIME_DIR"] = str(daemon.scratch.runtime)
        second = Daemon(other)
        assert second.request({"cmd": "set_env", "value": "builder"}) == {"ok": True}
        assert exchange(daemon.scratch, ASKED) == GLOBAL
        second.close()
        assert exchange(daemon.scratch, ASKED) == GLOBAL
        assert len(list(daemon.scratch.runtime.iterdir())) == 2
    finally:
        other.close()


def test_a_socket_may_have_a_place_of_its_own(scratch: Scratch) -> None:
    place = scratch.root / "sockets" / "a b"
    place.parent.mkdir(mode=0o700)
    scratch.environ["AXIUM_SOCKET"] = str(place)
    daemon = Daemon(scratch)
    assert os.readlink(scratch.socket) == str(place)
    assert mode(place) == 0o600
    del scratch.environ["AXIUM_SOCKET"]
    assert pid_of(scratch) == daemon.pid
    daemon.close()
    assert list(place.parent.iterdir()) == []


def test_a_place_for_the_socket_that_cannot_be_used_is_told(scratch: Scratch) -> None:
    (scratch.root / "notes").write_text("mine")
    places = {
        f"{scratch.root}/notes": "is there and is no socket",
        f"{scratch.root}/absent/socket": "is in a directory that is not there",
        "relative": "is not an absolute path",
    }
    told = {
        place: scratch.axium("daemon", "start", env={"AXIUM_SOCKET": place}).stderr
        for place in places
    }
    log = f"\n  its log is {scratch.home}/logs/axiumd.log\n"
    assert told == {
        place: f"✗ the daemon did not start: AXIUM_SOCKET `{place}` {reason}{log}"
        for place, reason in places.items()
    }
    assert (scratch.root / "notes").read_text() == "mine"


def test_the_live_socket_of_another_home_is_not_taken_away(daemon: Daemon) -> None:
    real = os.path.realpath(daemon.scratch.socket)
    other = make_scratch()
    try:
        done = other.run(*command("--foreground"), env={"AXIUM_SOCKET": real})
        assert (done.returncode, done.stderr) == (
            1,
            f"AXIUM_SOCKET `{real}` is the socket of another running daemon\n",
        )
        assert daemon.request({"cmd": "ping"})["pid"] == daemon.pid
    finally:
        other.close()


@pytest.mark.parametrize(
    "name",
    ["b" * 120, "two  words 'and' \"quotes\"", "ünïcode-家", "$HOME `x`"],
)
def test_a_home_may_have_any_name(scratch: Scratch, name: str) -> None:
    home = f"{scratch.root}/{name}"
    env = {"AXIUM_HOME": home, "XDG_RUNTIME_DIR": ""}  # so that the socket is in there as well
    started = scratch.axium("daemon", "start", env=env)
    try:
        assert (started.returncode, started.stderr) == (0, "")
        assert scratch.axium("env", "set", "builder", env=env).returncode == 0
        assert scratch.axium("env", "get", env=env).stdout == "builder\n"
        pid = pid_of(scratch, **env)
    finally:
        stopped = scratch.axium("daemon", "stop", env=env)
    assert (stopped.returncode, stopped.stderr) == (0, "")
    until(lambda: not alive(pid))
    assert "Error" not in Path(f"{home}/logs/axiumd.log").read_text()


def test_a_runtime_directory_may_have_a_long_path(scratch: Scratch) -> None:
    long = scratch.root / ("r" * 120)
    long.mkdir(mode=0o700)
    scratch.environ["XDG_RUNTIME_DIR"] = str(long)
    assert scratch.axium("daemon", "start").returncode == 0
    try:
        assert scratch.axium("env", "get").stdout == "root\n"
        assert len(os.readlink(scratch.socket)) > 107
        # A client of anybody's: the kernel minds the length of what it is given, not of the target.
        assert scratch.exchange(b"ENV\n") == b"root\n"
    finally:
        assert scratch.axium("daemon", "stop").returncode == 0


def test_a_home_with_a_long_path_is_reached_by_any_client_from_within(scratch: Scratch) -> None:
    home = scratch.root / ("h" * 120)
    env = {"AXIUM_HOME": str(home)}
    assert scratch.axium("env", "set", "builder", env=env).returncode == 0
    script = "import socket; s = socket.socket(socket.AF_UNIX); s.connect('%s/daemon.sock'); "
    script += "s.sendall(b'ENV\\n'); print(s.recv(99).decode())"
    try:
        from_anywhere = scratch.run(sys.executable, "-c", script % home)
        from_within = scratch.run(sys.executable, "-c", script % ".", cwd=home)
    finally:
        assert scratch.axium("daemon", "stop", env=env).returncode == 0
    assert from_anywhere.stderr.splitlines()[-1] == "OSError: AF_UNIX path too long"
    assert from_within.stdout == "builder\n\n"


def test_a_directory_of_ours_that_others_could_use_is_refused(scratch: Scratch) -> None:
    daemon = Daemon(scratch)
    daemon.close()
    (made,) = scratch.runtime.iterdir()
    failed = "✗ the daemon did not start: "
    told = []
    made.chmod(0o755)
    told.append(scratch.axium("daemon", "start").stderr)
    made.rename(scratch.root / "away")
    uid = somebody_elses(made)
    told.append(scratch.axium("daemon", "start").stderr)
    log = f"\n  its log is {scratch.home}/logs/axiumd.log\n"
    assert told == [
        failed + f"{made} is open to others (mode 755); `chmod 700 {made}` closes it" + log,
        failed + f"{made} belongs to uid {uid}, not to you" + log,
    ]


def test_a_daemon_keeps_nothing_of_its_starter(scratch: Scratch) -> None:
    script = f"cd {scratch.user}; exec 7>kept 8<. 9</dev/zero; axium daemon start"
    done = scratch.run("bash", "-c", script, env={"AWS_SECRET_ACCESS_KEY": "hunter2"})
    assert (done.returncode, done.stderr) == (0, "")
    (pid,) = scratch.processes()
    process = Path(f"/proc/{pid}")
    assert b"hunter2" not in (process / "environ").read_bytes()
    assert os.readlink(process / "cwd") == "/"
    assert open_kinds(process, scratch) <= {
        "/dev/null", "log", "lock", "socket", "anon_inode:[eventpoll]", "anon_inode:inotify",
    }  # fmt: skip


def open_kinds(process: Path, scratch: Scratch) -> set[str]:
    """What a daemon has open; its own files by what they are."""
    known = {f"{scratch.home}/logs/axiumd.log": "log", f"{scratch.home}/daemon.lock": "lock"}
    targets = [os.readlink(entry) for entry in (process / "fd").iterdir()]
    plain = ("socket" if target.startswith("socket:") else target for target in targets)
    return {known.get(target, target) for target in plain}
