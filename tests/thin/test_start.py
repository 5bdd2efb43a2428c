"""Starting the daemon: what it inherits, who may race, and what is told when it fails."""

from __future__ import annotations

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from axium.thin.paths import Home
from axium.thin.start import StartFailed, scrubbed, start
from tests.support import Daemon, Scratch, until
from tests.support.scratch import VENV_BIN


def test_only_what_the_daemon_needs_reaches_it() -> None:
    environ = {
        "HOME": "/h",
        "PATH": "/bin",
        "LC_ALL": "C",
        "XDG_RUNTIME_DIR": "/r",
        "AXIUM_HOME": "relative",
        "AXIUM_ENV": "prod",
        "AWS_SECRET_ACCESS_KEY": "secret",
        "PYTHONPATH": "/evil",
        "LD_PRELOAD": "/evil.so",
        "TMUX": "/s,1,0",
    }
    assert scrubbed(Home("/h/relative"), environ) == {
        "HOME": "/h",
        "PATH": "/bin",
        "LC_ALL": "C",
        "XDG_RUNTIME_DIR": "/r",
        "AXIUM_HOME": "/h/relative",
    }


def test_a_daemon_has_left_everything_of_its_starter_behind(scratch: Scratch) -> None:
    # A descriptor, a directory, a secret and a process group that it must not keep.
    script = f"cd {scratch.user}; exec 7>kept; axium daemon start; axium ipc STATUS"
    done = scratch.run("bash", "-c", script, env={"SECRET": "x"})
    assert done.returncode == 0, done.stderr
    (pid,) = scratch.processes()
    process = Path(f"/proc/{pid}")
    open_files = {os.readlink(entry) for entry in (process / "fd").iterdir()}
    assert os.readlink(process / "cwd") == "/"
    assert os.getsid(pid) != os.getsid(0)
    assert b"SECRET" not in (process / "environ").read_bytes()
    assert not [name for name in open_files if str(scratch.user) in name]
    assert os.readlink(process / "fd" / "0") == "/dev/null"
    assert {os.readlink(process / "fd" / n) for n in "12"} == {f"{scratch.home}/logs/axiumd.log"}
    assert (process / "stat").read_text().rpartition(")")[2].split()[1] == "1"


def test_twelve_that_start_at_once_get_one_daemon(scratch: Scratch) -> None:
    with ThreadPoolExecutor(12) as pool:
        done = list(pool.map(lambda _: scratch.axium("daemon", "start"), range(12)))
    assert [(one.returncode, one.stderr) for one in done] == [(0, "")] * 12
    assert len(scratch.processes()) == 1


def test_a_second_start_is_a_no_op(daemon: Daemon) -> None:
    done = daemon.scratch.axium("daemon", "start")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert daemon.request({"cmd": "ping"})["pid"] == daemon.pid


def test_a_daemon_that_listens_elsewhere_is_told_with_both_places(daemon: Daemon) -> None:
    elsewhere = f"{daemon.scratch.user}/s"
    done = daemon.scratch.axium("env", "set", "builder", env={"AXIUM_SOCKET": elsewhere})
    place = os.readlink(daemon.scratch.socket)
    assert (done.returncode, done.stderr) == (
        2,
        (
            f"✗ the daemon of this home listens at {place}, not at AXIUM_SOCKET `{elsewhere}`\n"
            "  unset AXIUM_SOCKET here, or stop that daemon first\n"
        ),
    )


def test_a_daemon_that_cannot_start_says_why(scratch: Scratch) -> None:
    (scratch.home / "daemon.lock").mkdir()
    done = scratch.axium("daemon", "start")
    assert done.returncode == 2
    assert done.stderr.startswith("✗ the daemon did not start: [Errno 21] Is a directory")


def test_a_home_that_cannot_be_made_is_told(scratch: Scratch) -> None:
    (scratch.root / "file").touch()
    place = f"{scratch.root}/file/axium"
    done = scratch.axium("daemon", "start", env={"AXIUM_HOME": place})
    assert (done.returncode, done.stderr) == (
        2,
        f"✗ cannot make the config home {place}: Not a directory: {place}\n",
    )


def test_a_lock_without_an_answer_is_told(scratch: Scratch) -> None:
    lock = scratch.home / "daemon.lock"
    lock.touch()
    with subprocess.Popen(["flock", lock, "sleep", "60"]) as holder:
        try:
            done = scratch.axium("daemon", "start")
        finally:
            holder.kill()
    assert (done.returncode, done.stderr) == (
        2,
        (
            "✗ another daemon of this home does not answer\n"
            f"  its pid is in {scratch.home}/axiumd.pid\n"
        ),
    )


def test_a_missing_interpreter_is_told(scratch: Scratch) -> None:
    code = """
import sys
from axium.thin import paths, start
sys.executable = "/does/not/exist"
environ = paths.environ()
try:
    start.start(paths.home_of(environ), environ)
except start.StartFailed as failed:
    print(failed, failed.hint, sep="\\n")
"""
    done = scratch.run(sys.executable, "-c", code)
    assert done.stdout == (
        "the daemon ended as it started\n"
        f"see {scratch.home}/logs/axiumd.log; its last lines:\n"
        "  cannot run `/does/not/exist`: No such file or directory\n"
    )


def test_a_log_that_cannot_be_written_is_told_and_leaves_nothing_open(scratch: Scratch) -> None:
    log = scratch.home / "logs" / "axiumd.log"
    log.mkdir(parents=True)
    before = os.listdir("/proc/self/fd")
    with pytest.raises(StartFailed) as failed:
        start(Home(str(scratch.home)), scratch.environ)
    said = f"the daemon did not start: {log} is no file"
    assert (str(failed.value), failed.value.hint) == (said, "move it away")
    assert os.listdir("/proc/self/fd") == before


def test_the_daemon_in_the_foreground_is_the_process_itself(scratch: Scratch) -> None:
    argv = [str(VENV_BIN / "axium"), "daemon", "start", "--debug"]
    with subprocess.Popen(argv, env=scratch.environ, stderr=subprocess.DEVNULL) as process:
        try:
            until(lambda: scratch.axium("env", "get").stdout == "root\n")
            assert scratch.processes().keys() == {process.pid}
        finally:
            process.terminate()
        assert process.wait(5) == 0


def test_a_home_of_somebody_else_is_left_as_it_is(scratch: Scratch) -> None:
    other = scratch.root / "theirs" if os.geteuid() == 0 else Path("/")
    uid = 65534 if os.geteuid() == 0 else 0
    if os.geteuid() == 0:
        other.mkdir()
        os.chown(other, uid, uid)
    before = sorted(other.iterdir())
    with pytest.raises(StartFailed) as failed:
        start(Home(str(other)), {})
    assert str(failed.value) == f"{other} belongs to uid {uid}, not to you"
    assert sorted(other.iterdir()) == before
