"""Commands of gears in a real terminal under bash: confined, and otherwise as any program."""

from __future__ import annotations

import os
import re
import socket
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from axium.plugins import own_programs
from tests.real.gears import Geared, approve, write_gear
from tests.real.test_users import ALICE, made
from tests.support import Scratch, Tmux, until
from tests.support.installation import Installation
from tests.support.processes import alive
from tests.support.scratch import make_scratch

MAIN = """
    import os, sys, time
    import typer
    from axium.core import api

    def register(app, events):
        @app.command("deploy-code")
        def code(number: int):
            "End with this code."
            raise typer.Exit(number)

        @app.command("deploy-look")
        def look():
            "Tell what is around."
            size = os.get_terminal_size() if sys.stdout.isatty() else None
            print("tty", [os.isatty(fd) for fd in (0, 1, 2)], size, flush=True)
            typer.secho("green", fg="green")

        @app.command("deploy-lines")
        def lines(number: int):
            "Print lines."
            for each in range(number):
                print("line", each)

        @app.command("deploy-read")
        def read():
            "Tell what is typed."
            for line in sys.stdin:
                print("read", line.strip()[::-1], flush=True)

        @app.command("deploy-wait")
        def wait():
            "Wait for Ctrl-C, and clean up."
            print("wait", "begins", flush=True)
            try:
                while True:
                    time.sleep(0.05)
            except KeyboardInterrupt:
                print("cleaned", "up", flush=True)
                raise

        @app.command("deploy-progress")
        def progress():
            "Show a bar."
            with typer.progressbar(range(30), label="Deploying") as numbers:
                for each in numbers:
                    time.sleep(0.01)

        @app.command("deploy-boom")
        def boom():
            "Fail."
            open(os.path.expanduser("~/secret"))

        @app.command("deploy-ask")
        def ask():
            "Ask axium."
            from axium.core.ipc import send_request_sync
            print("env", api.get_active_env(), "denied",
                  send_request_sync({"cmd": "set_env", "name": "prod"}).get("code"), flush=True)

        @app.command("deploy-said")
        def said():
            "Tell the variables."
            print("variables", *sorted(os.environ), flush=True)

        @app.command("deploy-start")
        def start(words: list[str]):
            "Start a program."
            import subprocess
            raise typer.Exit(subprocess.run(words).returncode)
"""
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
PLAIN = "permissions:\n  notify: true\n"
STARTS = "permissions:\n  exec: true\n"


@pytest.fixture
def geared(scratch: Scratch) -> Iterator[Callable[..., Geared]]:
    """Starts the daemon with the gear `deploy`."""
    running: list[Geared] = []

    def begun(manifest: str = PLAIN, main: str = MAIN) -> Geared:
        running.append(Geared(scratch, deploy=(manifest, main)))
        return running[-1]

    yield begun
    for each in running:
        each.close()


@pytest.fixture(scope="module")
def common() -> Iterator[Geared]:
    """A daemon with the gear `deploy` that several tests use, none of which changes it."""
    place = make_scratch()
    daemon = Geared(place, deploy=(PLAIN, MAIN))
    yield daemon
    daemon.close()
    place.close()


@pytest.fixture
def pane(common: Geared) -> Iterator[Shell]:
    """A bash beside it."""
    tmux = Tmux(common.scratch)
    yield Shell(tmux)
    tmux.close()


class Shell:
    """A bash in a pane."""

    def __init__(self, tmux: Tmux) -> None:
        self.tmux = tmux

    def type(self, line: str) -> None:
        """Type a line, and Enter."""
        self.tmux.send("main", line)

    def press(self, key: str) -> None:
        """Press a key."""
        self.tmux.cmd("send-keys", "-t", "main", key)

    def sees(self, pattern: str, timeout: float = 15.0) -> str:
        """Wait until this is on the screen; what it is."""

        def found() -> str | None:
            screen = self.tmux.cmd("capture-pane", "-p", "-J", "-S", "-", "-t", "main")
            match = re.search(pattern, screen, re.MULTILINE)
            return match and match[0]

        return str(until(found, timeout))


@pytest.fixture
def shell(tmux: Tmux) -> Shell:
    return Shell(tmux)


def test_a_command_ends_with_its_own_exit_code(common: Geared) -> None:
    done = [common.scratch.axium("deploy-code", str(number)) for number in (0, 3, 255)]
    assert [(each.returncode, each.stdout, each.stderr) for each in done] == [
        (0, "", ""),
        (3, "", ""),
        (255, "", ""),
    ]


def test_a_command_that_is_gone_in_a_pane_by_then_is_no_program(common: Geared) -> None:
    """Which its gear was never granted: it could have the command forgotten meanwhile."""
    done = common.scratch.run(*own_programs.runner(), "deploy", "command", "", "true")
    assert (done.returncode, done.stdout, done.stderr.splitlines()[0]) == (
        1,
        "",
        "✗ gear `deploy` has no command `true` any more",
    )


def test_a_pipe_that_is_closed_ends_it(common: Geared, pane: Shell) -> None:
    pane.type('axium deploy-lines 100000 | head -1; echo "codes ${PIPESTATUS[*]}"')
    assert pane.sees(r"^codes .*") in {"codes 1 0", "codes 141 0"}
    assert pane.sees(r"^line 0$") == "line 0"


def test_it_has_the_terminal_its_size_and_its_colours(common: Geared, pane: Shell) -> None:
    pane.type("axium deploy-look")
    assert pane.sees(r"^tty .*") == (
        "tty [True, True, True] os.terminal_size(columns=200, lines=50)"
    )
    pane.sees("^green")
    coloured = pane.tmux.cmd("capture-pane", "-p", "-e", "-t", "main")
    assert "\x1b[32mgreen" in coloured
    piped = common.scratch.axium("deploy-look")
    assert piped.stdout == "tty [False, False, False] None\ngreen\n"


def test_it_reads_what_is_typed_until_its_end(common: Geared, pane: Shell) -> None:
    pane.type("axium deploy-read")
    pane.type("abc")
    assert pane.sees("^read .*") == "read cba"
    pane.press("C-d")
    pane.type("echo next $?")
    assert pane.sees("^next .*") == "next 0"
    assert common.scratch.run("axium", "deploy-read", stdin="xyz\n").stdout == "read zyx\n"


def test_ctrl_c_is_its_own_to_clean_up_after(common: Geared, pane: Shell) -> None:
    pane.type("axium deploy-wait; echo ended $?")
    pane.sees("^wait begins")
    pane.press("C-c")
    assert pane.sees("cleaned up$") == "cleaned up"
    assert pane.sees("^ended .*") == "ended 130"


def test_it_is_stopped_and_goes_on_in_the_foreground(common: Geared, pane: Shell) -> None:
    pane.type("axium deploy-read")
    pane.type("one")
    pane.sees("^read eno")
    pane.press("C-z")
    pane.sees(r"Stopped +axium deploy-read")
    pane.type("fg")
    pane.type("two")
    assert pane.sees("^read owt") == "read owt"
    pane.press("C-d")
    pane.type("echo next $?")
    assert pane.sees("^next .*") == "next 0"


def test_it_runs_in_the_background_and_is_waited_for(common: Geared, pane: Shell) -> None:
    pane.type("axium deploy-code 7 & wait $!; echo waited $?")
    assert pane.sees("^waited .*") == "waited 7"


def test_a_progress_bar_is_drawn_in_one_line(common: Geared, pane: Shell) -> None:
    pane.type("axium deploy-progress; echo drawn")
    pane.sees("^drawn")
    assert pane.sees(r"^Deploying .*100%") == f"Deploying  [{'#' * 36}]  100%"


def test_its_end_by_a_signal_is_an_end_by_a_signal(common: Geared, pane: Shell) -> None:
    pane.type("axium deploy-wait & pid=$!")
    pane.sees("wait begins$")
    pane.type("kill -TERM $pid; wait $pid; echo waited $?")
    assert pane.sees("^waited .*") == "waited 143"


def test_it_goes_on_when_its_shell_is_gone(common: Geared) -> None:
    begin = "trap '' HUP; axium deploy-wait >out 2>&1 & echo $! >pid"
    common.scratch.run("bash", "-c", begin, check=True)
    until(lambda: "begins" in (common.scratch.user / "out").read_text())
    pid = int((common.scratch.user / "pid").read_text())
    assert alive(pid)
    os.kill(pid, 15)
    until(lambda: not alive(pid))


def test_an_error_of_its_code_is_told_with_file_and_line(common: Geared) -> None:
    (common.scratch.user / "secret").write_text("secret")
    line = next(n for n, text in enumerate(MAIN.splitlines(), 1) if "~/secret" in text)
    failed = common.scratch.axium("deploy-boom")
    where = f"{common.scratch.home}/gears/deploy/main.py:{line}"
    why = f"PermissionError: [Errno 13] Permission denied: '{common.scratch.user}/secret'"
    said = f"✗ gear `deploy` failed: {where}: {why}\n"
    assert (failed.returncode, failed.stdout, failed.stderr) == (2, "", said)


def test_what_was_mistyped_is_told_with_help(common: Geared) -> None:
    done = common.scratch.axium("deploy-code")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("✗ missing argument `number`\n\nUsage: axium deploy-code")


def test_its_help_is_its_own_wherever_it_is_asked_for(common: Geared) -> None:
    asked = [
        common.scratch.axium(*words).stdout
        for words in (
            ("deploy-code", "--help"),
            ("help", "deploy-code"),
            ("-v", "deploy-code", "-h"),
        )
    ]
    assert asked[0].startswith("Usage: axium deploy-code [OPTIONS] number\n\n  End with this code.")
    assert asked == [asked[0]] * 3


def test_nothing_of_it_runs_unconfined_for_help_or_completion(
    geared: Callable[..., Geared], scratch: Scratch
) -> None:
    told = f"""
        from pathlib import Path

        Path({str(scratch.user / "escaped")!r}).write_text("")

        def register(app, events):
            pass
    """
    running = geared(main=MAIN)
    write_gear(scratch, "deploy", told, PLAIN)
    for words in (("deploy-code", "--help"), ("help", "deploy-code"), ("help",), ("deploy-code",)):
        scratch.axium(*words)
    approve(scratch, "deploy")
    for words in (("deploy-code", "--help"), ("help", "deploy-code"), ("help",), ("deploy-code",)):
        scratch.axium(*words)
    assert not (scratch.user / "escaped").exists()
    assert running.quick("ping")["ok"]


def test_it_asks_axium_as_itself(common: Geared) -> None:
    done = common.scratch.axium("deploy-ask")
    assert (done.stdout, done.stderr) == ("env root denied denied\n", "")


def test_it_has_no_variable_that_it_was_not_granted(
    geared: Callable[..., Geared], scratch: Scratch
) -> None:
    geared(PLAIN + "  env: [DEPLOY_TOKEN, LD_PRELOAD]\n")
    around = {
        "DEPLOY_TOKEN": "1", "AWS_SECRET_ACCESS_KEY": "1", "LD_PRELOAD_": "1",
        "PYTHONSTARTUP": "/nonexistent", "SSH_AUTH_SOCK": "/nonexistent",
    }  # fmt: skip
    said = scratch.axium("deploy-said", env=around)
    assert said.stdout.split() == [
        "variables", "AXIUM_DATA", "DEPLOY_TOKEN", "HOME", "LANG", "PATH", "PWD", "SHELL",
        "TERM", "TMPDIR", "USER", "XDG_CACHE_HOME",
    ]  # fmt: skip


def test_a_gear_that_was_changed_does_not_run(
    geared: Callable[..., Geared], scratch: Scratch
) -> None:
    running = geared()
    (scratch.home / "gears/deploy/other.py").write_text("x = 1")
    changed = scratch.axium("deploy-code", "3")
    assert (changed.returncode, changed.stdout) == (1, "")
    assert changed.stderr.startswith("✗ gear `deploy` does not run: gear not loaded\n")
    assert "other.py" in changed.stderr
    approve(scratch, "deploy")
    assert scratch.axium("deploy-code", "3").returncode == 3
    assert running.gear("deploy")["status"] == "active"


def test_a_daemon_is_started_for_it_and_loads_the_gear_first(
    geared: Callable[..., Geared], scratch: Scratch
) -> None:
    geared().close()
    none = scratch.axium("deploy-code", "3", env={"AXIUM_NO_AUTOSTART": "1"})
    assert (none.returncode, none.stdout, none.stderr) == (
        1,
        "",
        "✗ the daemon is not running\n  start it with `axium daemon start`\n",
    )
    assert scratch.axium("deploy-ask").stdout == "env root denied denied\n"
    scratch.stop_daemon()
    until(lambda: not scratch.socket.exists())


def test_a_gear_that_was_granted_it_starts_programs_that_see_no_more(
    geared: Callable[..., Geared], scratch: Scratch
) -> None:
    geared(STARTS)
    (scratch.user / "secret").write_text("secret")
    read = scratch.axium("deploy-start", "--", "cat", str(scratch.user / "secret"))
    assert (read.returncode, read.stdout) == (1, "")
    coded = scratch.axium("deploy-start", "--", "sh", "-c", "echo started; exit 5")
    assert (coded.returncode, coded.stdout) == (5, "started\n")


def test_a_gear_that_was_not_granted_it_starts_none(common: Geared) -> None:
    done = common.scratch.axium("deploy-start", "--", "true")
    assert (done.returncode, "PermissionError" in done.stderr) == (2, True)


def test_its_commands_end_their_channels_with_the_gear(
    geared: Callable[..., Geared], shell: Shell, scratch: Scratch
) -> None:
    running = geared()
    shell.type("axium deploy-read")
    shell.type("one")
    shell.sees("^read eno")
    assert running.ask("unload_gear", gear="deploy")["ok"]
    assert running.quick("ping")["ok"]
    shell.press("C-d")
    shell.type("echo next $?")
    assert shell.sees("^next .*") == "next 0"


@pytest.mark.parametrize("may", ["exec: false", "exec: true", "exec: true\n  net: true"])
def test_a_hostile_command_reaches_nothing_from_the_terminal(
    geared: Callable[..., Geared], shell: Shell, scratch: Scratch, may: str
) -> None:
    geared(f"permissions:\n  {may}\n", HOSTILE)
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
    geared: Callable[..., Geared], scratch: Scratch, agent: Path
) -> None:
    may = "permissions:\n  exec: true\n  unix: [ssh-agent]\n  fs_read: [~/open/**]\n"
    running = geared(may, AGENT)
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
    geared: Callable[..., Geared], shell: Shell, scratch: Scratch
) -> None:
    may = "permissions:\n  exec: true\n  notify: true\n  ipc: [tmux_split_run]\n  fs_read: [./**]\n"
    running = geared(may, SPLITS)
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
