"""A real systemd holds the daemon's socket, and starts the daemon when somebody comes."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from axium.thin.start import command
from tests.support import Daemon, Scratch, until
from tests.support.processes import alive
from tests.support.scratch import VENV_BIN
from tests.support.systemd import Systemd

KINDS = ("socket", "service")
AGAIN = "! a service manager holds its socket: the next command starts the daemon again\n"


@pytest.fixture
def systemd(scratch: Scratch) -> Iterator[Systemd]:
    """The user's service manager in `scratch`, ended with the test."""
    systemd = Systemd(scratch)
    yield systemd
    systemd.close()


def units_of(scratch: Scratch) -> Path:
    return scratch.user / ".config/systemd/user"


def unit(scratch: Scratch, kind: str) -> str:
    """The name of this home's unit."""
    (found,) = units_of(scratch).glob(f"axium-*.{kind}")
    return found.name


def install(scratch: Scratch, *options: str) -> str:
    """What the command says."""
    done = scratch.axium("-v", "daemon", "install", *options)
    assert done.returncode == 0, done.stderr
    return done.stdout + done.stderr


def pid_of(scratch: Scratch) -> int:
    pid: int = json.loads(scratch.exchange(b'{"cmd": "ping"}\n', timeout=10))["pid"]
    return pid


def test_the_first_client_has_the_daemon_started(scratch: Scratch, systemd: Systemd) -> None:
    assert install(scratch) == "✓ the service is installed\n"
    assert systemd.state(unit(scratch, "service")) == "inactive"
    assert scratch.axium("env", "get").stdout == "root\n"
    assert systemd.state(unit(scratch, "service")) == "active"
    assert systemd.cmd("show", "-P", "MainPID", unit(scratch, "service")) == str(pid_of(scratch))
    assert install(scratch) == "✓ the service is installed already\n"
    assert len(scratch.processes()) == 1


@pytest.mark.parametrize("name", ["a\tb", "quo\"te's \\x41\\", " %t  $HOME ünï "])
def test_the_first_client_of_any_home_is_answered(
    scratch: Scratch, systemd: Systemd, name: str
) -> None:
    scratch.environ["AXIUM_HOME"] = str(scratch.root / name)
    install(scratch)

    done = scratch.axium("env", "get")

    assert (done.stdout, done.stderr) == ("root\n", "")
    assert systemd.state(unit(scratch, "service")) == "active"


def test_a_stop_says_that_the_socket_stays_and_the_next_command_starts_it_again(
    scratch: Scratch, systemd: Systemd
) -> None:
    install(scratch)
    first = pid_of(scratch)
    done = scratch.axium("daemon", "stop")
    hint = f"  `systemctl --user stop {unit(scratch, 'socket')}` ends that\n"
    assert (done.returncode, done.stdout, done.stderr) == (0, "", AGAIN + hint)
    assert not alive(first)
    assert scratch.axium("env", "set", "builder").returncode == 0
    again = pid_of(scratch)
    done = scratch.axium("daemon", "restart")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert len({first, again, pid_of(scratch)}) == 3
    systemd.cmd("stop", unit(scratch, "socket"))
    assert scratch.axium("daemon", "status").stdout == "not running\n"


def test_a_daemon_that_was_started_by_hand_gives_way(scratch: Scratch, systemd: Systemd) -> None:
    by_hand = Daemon(scratch)
    assert by_hand.request({"cmd": "set_env", "value": "builder"}) == {"ok": True}
    install(scratch)
    assert not alive(by_hand.pid)
    assert scratch.axium("env", "get").stdout == "builder\n"
    assert len(scratch.processes()) == 1


def test_a_start_by_hand_is_the_unit_s_daemon(scratch: Scratch, systemd: Systemd) -> None:
    install(scratch)
    done = scratch.axium("daemon", "start")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert systemd.cmd("show", "-P", "MainPID", unit(scratch, "service")) == str(pid_of(scratch))
    assert len(scratch.processes()) == 1


def test_a_daemon_in_the_foreground_leaves_the_socket_of_the_manager_alone(
    scratch: Scratch, systemd: Systemd
) -> None:
    install(scratch)
    before = os.stat(scratch.socket).st_ino
    done = scratch.axium("daemon", "start", "--debug")
    assert done.returncode == 1
    assert "another program listens at" in done.stderr
    assert os.stat(scratch.socket).st_ino == before
    assert scratch.axium("env", "get").stdout == "root\n"


def test_a_daemon_of_another_runtime_directory_gives_way_to_the_manager_s(
    scratch: Scratch, systemd: Systemd
) -> None:
    install(scratch)
    systemd.cmd("stop", unit(scratch, "socket"))
    cron = {"XDG_RUNTIME_DIR": ""}
    assert scratch.axium("env", "set", "builder", env=cron).returncode == 0
    by_cron = pid_of(scratch)
    systemd.cmd("start", unit(scratch, "socket"))  # as at the next login
    assert scratch.axium("env", "get").stdout == "builder\n"
    until(lambda: not alive(by_cron))
    assert systemd.state(unit(scratch, "service")) == "active"
    assert len(scratch.processes()) == 1


def test_the_manager_reloads_it_and_starts_it_again_when_it_was_killed(
    scratch: Scratch, systemd: Systemd
) -> None:
    install(scratch)
    first = pid_of(scratch)
    systemd.cmd("reload", unit(scratch, "service"))
    assert pid_of(scratch) == first
    os.kill(first, signal.SIGKILL)
    until(lambda: not alive(first))
    assert pid_of(scratch) != first


def test_what_was_installed_is_taken_away_again(scratch: Scratch, systemd: Systemd) -> None:
    install(scratch)
    pid = pid_of(scratch)
    assert install(scratch, "--uninstall") == "✓ the service is gone\n"
    assert not alive(pid)
    assert not os.path.lexists(scratch.socket)
    assert [path for path in units_of(scratch).rglob("*") if not path.is_dir()] == []
    assert install(scratch, "--uninstall") == "✓ no service is installed\n"
    by_hand = Daemon(scratch)
    assert systemd.cmd("list-units", "--all", "--no-legend", "axium-*") == ""
    by_hand.close()


def test_a_dry_run_only_says_what_it_would_do(scratch: Scratch) -> None:
    said = install(scratch, "--dry-run").splitlines()
    assert [line.split()[0] for line in said] == ["write", "write", "run", "run", "run"]
    assert not units_of(scratch).exists()


def test_without_a_manager_the_commands_are_named(scratch: Scratch) -> None:
    done = scratch.axium("daemon", "install")
    socket_unit = unit(scratch, "socket")
    assert done.returncode == 0
    assert done.stdout.splitlines() == [
        "systemctl --user daemon-reload",
        f"systemctl --user enable --quiet {socket_unit}",
        f"systemctl --user restart {socket_unit}",
    ]
    assert done.stderr == (
        "! `systemctl --user show-environment` fails here, so that this is left to you\n"
        "  in a login session type:\n"
    )


def test_a_unit_of_somebody_else_is_left_as_it_is(scratch: Scratch) -> None:
    install(scratch)
    path = units_of(scratch) / unit(scratch, "service")
    path.write_text("[Service]\nExecStart=/usr/bin/true\n")
    for options in ([], ["--uninstall"]):
        done = scratch.axium("daemon", "install", *options)
        assert (done.returncode, done.stderr) == (
            1,
            f"✗ {path} is not of axium's making\n  move it away, then try again\n",
        )
    assert path.read_text() == "[Service]\nExecStart=/usr/bin/true\n"


@pytest.mark.parametrize("name", ["plain", "two  words", "100%t $HOME", "quo\"te's \\x41", "ünï"])
def test_the_units_of_any_home_are_sound(scratch: Scratch, name: str) -> None:
    home = scratch.root / name
    scratch.environ["AXIUM_HOME"] = str(home)
    install(scratch)
    units = sorted(units_of(scratch).glob("axium-*"))
    done = scratch.run("systemd-analyze", "--user", "--man=no", "verify", *units)
    assert "axium" not in done.stderr, done.stderr
    text = units[0].read_text() + units[1].read_text()
    assert text.count("Symlinks=") == text.count('Environment="AXIUM_HOME=') == 1


def activated(scratch: Scratch, *listen: Path, **env: str) -> subprocess.Popen[bytes]:
    """What becomes a daemon when somebody connects to the first of these sockets."""
    argv = ["systemd-socket-activate", *(f"--listen={path}" for path in listen)]
    argv += [f"--setenv={name}" for name in (*scratch.environ, *env)]
    return subprocess.Popen(
        [*argv, *command()], env=scratch.environ | env, stderr=subprocess.DEVNULL
    )


def is_listened_at(place: Path) -> bool:
    """Whether connections are taken there; a socket is there, and refuses them, before that."""
    sockets = [line.split() for line in Path("/proc/net/unix").read_text().splitlines()]
    accepting = f"{0x10000:08X}"  # __SO_ACCEPTCON
    return any(words[3] == accepting and words[-1] == str(place) for words in sockets)


def test_a_daemon_is_handed_the_socket_and_leaves_it_behind(scratch: Scratch) -> None:
    scratch.axium("bootstrap")
    place = scratch.root / "handed"
    with activated(scratch, place) as process:
        until(lambda: is_listened_at(place))
        scratch.socket.symlink_to(place)
        assert pid_of(scratch) == process.pid
        assert b"LISTEN" not in b"".join(
            scratch.exchange(b'PLAN {"command": "aws", "args": []}\n').split(b"\0")
        )
        process.terminate()
        assert process.wait(10) == 0
    assert place.is_socket()
    assert os.readlink(scratch.socket) == str(place)
    assert not (scratch.home / "axiumd.pid").exists()


def test_what_cannot_be_its_socket_is_told(scratch: Scratch) -> None:
    two = 'exec 3<>"$0"; exec 4<&3; LISTEN_PID=$$ LISTEN_FDS=2 exec "$@"'
    one = 'exec 3<"$0"; LISTEN_PID=$$ LISTEN_FDS=1 exec "$@"'
    told = [
        scratch.run("bash", "-c", script, "/dev/null", *command()).stderr for script in (two, one)
    ]
    assert told == [
        "LISTEN_FDS is `2`: the daemon listens on one socket, expected `1`\n",
        "descriptor 3, handed over by LISTEN_FDS, is no socket\n",
    ]


def test_a_socket_that_others_may_write_to_is_refused(scratch: Scratch) -> None:
    place = scratch.root / "open"
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(place))
        listening.listen()
        place.chmod(0o666)
        script = "import os, sys; os.dup2(int(sys.argv[1]), 3); os.environ.update("
        script += (
            "LISTEN_PID=str(os.getpid()), LISTEN_FDS='1'); os.execv(sys.argv[2], sys.argv[2:])"
        )
        done = subprocess.run(
            [sys.executable, "-c", script, str(listening.fileno()), *command()],
            env=scratch.environ,
            pass_fds=[listening.fileno()],
            capture_output=True,
            text=True,
            check=False,
            timeout=20,
        )
    assert (done.returncode, done.stderr) == (
        1,
        f"the socket {place} is open to others (mode 666); its unit needs `SocketMode=0600`\n",
    )


def test_the_manager_is_told_when_the_daemon_answers(scratch: Scratch) -> None:
    place = scratch.root / "notify"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(str(place))
        manager.settimeout(10)
        with subprocess.Popen(
            command(), env=scratch.environ | {"NOTIFY_SOCKET": str(place)}, cwd="/"
        ) as process:
            assert manager.recv(100) == b"READY=1"
            assert pid_of(scratch) == process.pid
            process.terminate()


def test_the_program_is_named_by_its_absolute_path(scratch: Scratch) -> None:
    install(scratch)
    text = (units_of(scratch) / unit(scratch, "service")).read_text()
    (line,) = [line for line in text.splitlines() if line.startswith("ExecStart=")]
    assert line.startswith(f'ExecStart="{VENV_BIN}/')


def diagnosis(scratch: Scratch) -> list[tuple[str, str, str]]:
    """What `axium doctor` says of the service: state, text and fix."""
    done = scratch.axium("doctor", "--json", env={"AXIUM_NO_AUTOSTART": "1"})
    found = json.loads(done.stdout)["findings"]
    return [(e["state"], e["text"], e["fix"]) for e in found if e["area"] == "service"]


def test_doctor_tells_of_a_service_only_where_there_is_one(
    scratch: Scratch, systemd: Systemd
) -> None:
    scratch.axium("bootstrap")
    assert diagnosis(scratch) == []
    install(scratch)
    pid_of(scratch)
    names = [f"{unit(scratch, kind)} is active" for kind in KINDS]
    assert diagnosis(scratch) == [("good", ", ".join(names), "")]
    path = {"PATH": scratch.environ["PATH"] + ":/another"}
    scratch.environ |= path
    assert [state for state, _, _ in diagnosis(scratch)] == ["good"]


def test_doctor_finds_a_socket_that_nobody_listens_at(scratch: Scratch, systemd: Systemd) -> None:
    install(scratch)
    name = unit(scratch, "socket")
    systemd.cmd("stop", name)
    text, fix = "systemd does not start the daemon", f"`systemctl --user start {name}`"
    assert diagnosis(scratch) == [("fault", f"{name} is inactive: {text}", fix)]


def test_doctor_finds_a_service_that_failed(scratch: Scratch, systemd: Systemd) -> None:
    install(scratch)
    name = unit(scratch, "service")
    (scratch.home / "daemon.lock").mkdir()  # no daemon can start
    systemd.cmd("stop", unit(scratch, "socket"))
    scratch.run("systemctl", "--user", "start", name)
    until(lambda: systemd.state(name) == "failed", timeout=20)
    failed = [finding for finding in diagnosis(scratch) if name in finding[1]]
    fix = f"`systemctl --user status {name}` says why, then `systemctl --user restart {name}`"
    assert [(state, fix) for state, _, fix in failed] == [("fault", fix)]


def test_doctor_finds_units_that_are_not_as_this_axium_writes_them(scratch: Scratch) -> None:
    install(scratch)
    socket_unit, service_unit = (units_of(scratch) / unit(scratch, kind) for kind in KINDS)
    text = service_unit.read_text()
    asked = (
        "note",
        "systemd can't be asked about the service from here",
        "look from a login session",
    )
    again = "`axium daemon install`"

    service_unit.write_text(text.replace('ExecStart="', 'ExecStart="/gone'))
    said = f"{service_unit} is of another axium, or of another place of its files"
    assert diagnosis(scratch) == [("fault", said, again), asked]

    service_unit.write_text("[Service]\n")
    said, fix = f"{service_unit} is not of axium's making", f"move it away, then {again}"
    assert diagnosis(scratch) == [("fault", said, fix), asked]

    service_unit.unlink()
    assert diagnosis(scratch) == [("fault", f"{service_unit} is not there", again), asked]
    socket_unit.unlink()
    assert diagnosis(scratch) == []
