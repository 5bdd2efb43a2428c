"""Commands of gears, what they start and their panes: held, beside a real tmux and an agent."""

from __future__ import annotations

import os
import re
import socket
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.real.deploying import Shell
from tests.real.gears import Geared, approve, write_gear
from tests.real.test_users import ALICE, made
from tests.support import Scratch, until
from tests.support.installation import Installation
from tests.support.scratch import make_scratch

HOSTILE = """
    import fcntl, os, socket, subprocess, sys
    import typer

    def attempt(name, deed):
        try:
            outcome = deed()
        except Exception as error:
            print(name, "failed", type(error).__name__, flush=True)
        else:
            print(name, "DONE", outcome, flush=True)

    def connect(path):
        connection = socket.socket(socket.AF_UNIX)
        connection.connect(path)
        return path

    def register(app, events):
        @app.command("deploy-attack")
        def attack(tmux: str, daemon: str, tty: str, home: str):
            "Try to get out."
            parent = os.getppid()
            others = [fd for fd in range(4, 64) if os.path.exists(f"/proc/self/fd/{fd}")]
            attempt("leaked", lambda: others or 1 / 0)
            attempt("inject", lambda: fcntl.ioctl(0, 0x5412, b"x"))
            attempt("inject-wide", lambda: fcntl.ioctl(0, 0x100005412, b"x"))
            attempt("inject-tty", lambda: fcntl.ioctl(os.open("/dev/tty", os.O_RDWR), 0x5412, b"x"))
            attempt("other-tty", lambda: os.open(tty, os.O_WRONLY | os.O_NOCTTY))
            attempt("kill-parent", lambda: os.kill(parent, 0))
            attempt("parent-memory", lambda: open(f"/proc/{parent}/mem", "rb"))
            attempt("parent-environ", lambda: open(f"/proc/{parent}/environ", "rb").read())
            attempt("parent-descriptors", lambda: os.listdir(f"/proc/{parent}/fd"))
            attempt("own-environ", lambda: open("/proc/self/environ", "rb").read())
            attempt("processes", lambda: os.listdir("/proc"))
            attempt("tmux", lambda: connect(tmux))
            attempt("daemon", lambda: connect(daemon))
            attempt("home", lambda: os.listdir(home))
            attempt("axium", lambda: open(home + "/state.json").read())
            attempt("tmux-command", lambda: subprocess.run(
                ["tmux", "-S", tmux, "run-shell", "true"], check=True, capture_output=True))
            attempt("sudo", lambda: subprocess.run(
                ["sudo", "-n", "true"], check=True, capture_output=True))
            print("over", flush=True)
"""
AGENT = """
    import subprocess
    import typer

    def register(app, events):
        @app.command("deploy-keys")
        def keys():
            "List the agent's keys."
            done = subprocess.run(["ssh-add", "-l"], capture_output=True, text=True)
            print("keys", done.returncode, done.stdout.strip(), done.stderr.strip())
"""
SPLITS = """
    import os, sys
    import typer
    from axium.core import api

    def register(app, events):
        @app.command("deploy-split")
        def split():
            "Open two panes."
            print(api.tmux_split_run("deploy", "axium deploy-inside here", height=30),
                  api.tmux_split_run("deploy", "cat file ~/secret; echo program $?; sleep 1000"))

        @app.command("deploy-inside")
        def inside(name: str):
            "Run in a pane."
            print("inside", name, os.isatty(0), open("file").read(), api.notify("deploy", "over"),
                  flush=True)
            sys.stdin.read()
"""

ORDINARY = """
    import os, subprocess
    import typer

    def register(app, events):
        @app.command("deploy-try")
        def attempt(secret: str):
            "Try what an ordinary user's gear does."
            done = subprocess.run(["cat", secret, "file"], capture_output=True, text=True)
            with open(os.environ["TMPDIR"] + "/mode", "w") as file:
                os.fchmod(file.fileno(), 0o640)
            print(os.getuid(), done.returncode, done.stdout, done.stderr.rpartition(": ")[2])
"""
STARTS = "permissions:\n  exec: true\n"


def test_a_gear_that_was_granted_it_starts_programs_that_see_no_more(
    deploying: Callable[..., Geared], scratch: Scratch
) -> None:
    deploying(STARTS)
    (scratch.user / "secret").write_text("secret")
    read = scratch.axium("deploy-start", "--", "cat", str(scratch.user / "secret"))
    assert (read.returncode, read.stdout) == (1, "")
    coded = scratch.axium("deploy-start", "--", "sh", "-c", "echo started; exit 5")
    assert (coded.returncode, coded.stdout) == (5, "started\n")


@pytest.mark.parametrize("may", ["exec: false", "exec: true", "exec: true\n  net: true"])
def test_a_hostile_command_reaches_nothing_from_the_terminal(
    deploying: Callable[..., Geared], shell: Shell, scratch: Scratch, may: str
) -> None:
    deploying(f"permissions:\n  {may}\n", HOSTILE)
    other = shell.tmux.new_pane("sleep 1000")
    tty = shell.tmux.cmd("display-message", "-p", "-t", other, "#{pane_tty}")
    where = f"{shell.tmux.socket} {scratch.socket} {tty} {scratch.home}"
    shell.type(f"axium deploy-attack {where}")
    shell.sees("^over$")
    said = shell.tmux.cmd("capture-pane", "-p", "-J", "-S", "-", "-t", "main")
    tried = re.findall(r"^([a-z-]+) (failed|DONE) (.*)$", said, re.MULTILINE)
    assert [row for row in tried if row[1] != "failed"] == []
    assert len(tried) == 17


@pytest.fixture
def agent(scratch: Scratch) -> Iterator[Path]:
    """The socket of an ssh-agent that has one key."""
    path = scratch.root / "agent"
    server = subprocess.Popen(["ssh-agent", "-D", "-a", str(path)], stdout=subprocess.DEVNULL)
    until(path.exists)
    key = scratch.root / "key"
    scratch.run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "a-key", "-f", key, check=True)
    scratch.run("ssh-add", "-q", key, env={"SSH_AUTH_SOCK": str(path)}, check=True)
    yield path
    server.terminate()
    server.wait()


def test_the_agent_is_asked_by_who_was_granted_it_alone(
    deploying: Callable[..., Geared], scratch: Scratch, agent: Path
) -> None:
    may = "permissions:\n  exec: true\n  unix: [ssh-agent]\n  fs_read: [~/open/**]\n"
    running = deploying(may, AGENT)
    around = {"SSH_AUTH_SOCK": str(agent)}
    asked = scratch.axium("deploy-keys", env=around).stdout
    without = scratch.axium("deploy-keys").stdout
    not_an_agent = scratch.axium("deploy-keys", env={"SSH_AUTH_SOCK": str(scratch.home)}).stdout
    with socket.socket(socket.AF_UNIX) as other:
        (scratch.user / "open/inner").mkdir(parents=True)
        other.bind(str(scratch.user / "open/inner/socket"))
        beside = scratch.axium("deploy-keys", env=around)
    running.mend("deploy", AGENT, "permissions:\n  exec: true\n  env: [SSH_AUTH_SOCK]\n")
    ungranted = scratch.axium("deploy-keys", env=around).stdout
    assert asked.startswith("keys 0 256 SHA256:")
    assert {without, not_an_agent} == {
        "keys 2  Could not open a connection to your authentication agent.\n"
    }
    assert ungranted.startswith("keys 2 ")
    other_socket = f"`{scratch.user}/open/inner/socket` is a socket that was granted too"
    assert beside.stdout.startswith("keys 2 ")
    assert beside.stderr == f"! your ssh-agent is not offered: {other_socket}\n"


def test_its_panes_are_confined_and_see_where_the_command_was_typed(
    deploying: Callable[..., Geared], shell: Shell, scratch: Scratch
) -> None:
    may = "permissions:\n  exec: true\n  notify: true\n  ipc: [tmux_split_run]\n  fs_read: [./**]\n"
    running = deploying(may, SPLITS)
    project = scratch.user / "project"
    project.mkdir()
    (project / "file").write_text("granted")
    (scratch.user / "secret").write_text("secret")
    shell.type(f"cd {project}; axium deploy-split")

    def panes() -> list[str]:
        found = shell.tmux.cmd("list-panes", "-a", "-F", "#{pane_id}").split()
        return [shell.tmux.capture(pane) for pane in found]

    def settled() -> str:
        said = "\n".join(panes())
        return said if "inside" in said and "program" in said else ""

    said = until(settled, 20)
    assert set(re.findall(r"^(?:inside|granted|program).*", said, re.MULTILINE)) == {
        "inside here True granted True",
        f"grantedcat: {scratch.user}/secret: No such file or directory",
        "program 1",
    }
    titles = [row["body"] for row in running.ask("notify_list")["notifications"]]
    assert titles == ["over"]


@pytest.fixture
def installed() -> Iterator[Installation]:
    """Where every user may read it."""
    place = make_scratch()
    place.root.chmod(0o755)
    yield Installation(place.root / "venv")
    place.close()


def test_an_ordinary_user_s_gear_is_held_the_same(
    scratch: Scratch, installed: Installation
) -> None:
    config = scratch.user / ".config"
    config.mkdir()
    scratch.home.rename(config / "axium")
    scratch.home = config / "axium"
    write_gear(scratch, "deploy", ORDINARY, "permissions:\n  exec: true\n  fs_read: [./**]\n")
    approve(scratch, "deploy")
    project, secret = scratch.user / "project", scratch.user / "secret"
    project.mkdir()
    (project / "file").write_text("granted")
    secret.write_text("secret")
    user = made(scratch, ALICE if os.geteuid() == 0 else os.geteuid(), installed.axium)
    for path in scratch.root.rglob("*"):
        os.chown(path, user.uid, user.uid)
    user.axium("daemon", "start")
    until(lambda: "deploy-try" in user.axium("completions", "list").stdout, 20)
    typed = f"cd {project} && exec {installed.axium} deploy-try {secret}"
    done = user.run("sh", "-c", typed)
    user.axium("daemon", "stop")
    assert (done.stdout, done.stderr) == (
        f"{user.uid} 1 granted No such file or directory\n\n",
        "",
    )
