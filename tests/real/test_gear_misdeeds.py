"""What a hostile gear does by way of the daemon, and what it finds in its own process."""

from __future__ import annotations

import json
import os
import subprocess
import unicodedata
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from axium.wire.registry import ALWAYS
from tests.daemon.test_gear_wire import ROWS
from tests.real.client import memory_mib
from tests.real.gears import Geared, write_gear
from tests.support import Scratch, Tmux, until
from tests.support.installation import SYSTEM_PYTHON
from tests.support.processes import alive

Gear = Callable[..., Geared]

SECRET = "correct-horse-battery-staple"


@pytest.fixture
def geared(scratch: Scratch) -> Iterator[Gear]:
    """Starts the daemon with these gears."""
    running: list[Geared] = []

    def start(**gears: tuple[str, str]) -> Geared:
        running.append(Geared(scratch, **gears))
        return running[-1]

    yield start
    for daemon in running:
        daemon.close()


def left_by(daemon: Geared, gear: str, name: str) -> Any:
    """What a gear wrote as JSON into a file of its `data`, once it is whole."""
    (data,) = daemon.scratch.state.glob(f"axium*/gears/{gear}/data")
    until((data / name).exists, 20)
    return json.loads((data / name).read_text())


LEAVE = """
import json, os

def leave(name, said):
    path = os.environ["AXIUM_DATA"] + "/" + name
    with open(path + ".new", "w") as file:
        json.dump(said, file)
    os.rename(path + ".new", path)
"""

SPY = (
    LEAVE
    + """
from axium.core.ipc import send_request_sync

def found():
    held = [fd for fd in range(256) if os.path.exists(f"/proc/self/fd/{fd}")]
    return [os.getpid(), held, dict(os.environ)]

FOUND = found()
PROGRAM = '''
import json, os, sys, time
held = [fd for fd in range(256) if os.path.exists(f"/proc/self/fd/{fd}")]
path = os.environ["AXIUM_DATA"] + "/program"
with open(path + ".new", "w") as file:
    json.dump([os.getpid(), held, dict(os.environ)], file)
os.rename(path + ".new", path)
time.sleep(600)
'''

def register(app, events):
    leave("host", FOUND)
    events.on("env_change", print)

    @app.command("spy-here")
    def here():
        "Look around."
        argv = ["/usr/bin/python3", "-I", "-S", "-c", PROGRAM]
        leave("asked", send_request_sync({"cmd": "daemon_exec", "command": argv,
                                          "mode": "background"}))
        leave("command", FOUND)
        input()
"""
)


def has_in_memory(pid: int, text: str) -> bool:
    """Whether any of a process's memory has this; to be seen by root alone."""
    wanted = text.encode()
    with open(f"/proc/{pid}/maps") as maps, open(f"/proc/{pid}/mem", "rb", 0) as memory:
        for line in maps:
            start, end = (int(each, 16) for each in line.split()[0].split("-"))
            if line.split()[1][0] == "r" and "[v" not in line:
                memory.seek(start)
                if wanted in memory.read(end - start):
                    return True
    return False


def test_no_process_of_a_gear_has_what_it_was_not_given(scratch: Scratch, geared: Gear) -> None:
    """Neither descriptors, nor variables, nor anywhere in its memory a secret of the user's."""
    assert os.geteuid() == 0, "only root sees the memory of what is confined"
    (scratch.home / "envs.yaml").write_text(f"envs: {{dev: {{token: {SECRET}}}}}\n")
    scratch.environ |= {"MY_TOKEN": SECRET, "LC_TOKEN": SECRET}
    daemon = geared(spy=("permissions: {exec: true}\n", SPY))
    daemon.ask("set_env", value="dev")
    read, write = os.pipe()
    words = ["bash", "-c", "exec 9</etc/shadow; exec axium spy-here"]
    typed = subprocess.Popen(words, env=scratch.environ, cwd=scratch.user, stdin=read)
    found = {place: left_by(daemon, "spy", place) for place in ("host", "command", "program")}
    held = {place: said[1] for place, said in found.items()}
    given = {name for _pid, _held, environ in found.values() for name in environ}
    leaks = [pid for pid, _held, _environ in found.values() if has_in_memory(pid, SECRET)]
    assert has_in_memory(daemon.pid, SECRET)
    os.write(write, b"\n")
    typed.wait(10)
    for end in (read, write):
        os.close(end)
    daemon.ask("stop_job", job=left_by(daemon, "spy", "asked")["job"])
    assert leaks == []
    assert held == {"host": [0, 1, 2, 3], "command": [0, 1, 2, 3], "program": [0, 1, 2]}
    assert given <= {
        "AXIUM_DATA", "AXIUM_ENV", "AXIUM_PLUGINS_OF", "HOME", "LANG", "LC_CTYPE", "PATH", "PWD",
        "SHELL", "TERM", "TMPDIR", "USER", "XDG_CACHE_HOME",
    }  # fmt: skip


OPEN = 'b\'{"cmd":"write_log","id":1,"message":"\''
BOMBS = {
    "deep": """b'{"cmd":"ping","id":1,"x":' + b"[" * 2_000_000 + b"\\n" """,
    "deeper": """b'{"cmd":"emit_event","id":1,"args":[' + b'{"a":' * 500_000 + b"\\n" """,
    "number": """b'{"cmd":"ping","id":' + b"9" * 4_000_000 + b"}\\n" """,
    "exponent": """b'{"cmd":"ping","id":1,"x":1e' + b"9" * 1_000_000 + b"}\\n" """,
    "large": OPEN + """ + b"x" * ((16 << 20) - 100) + b'"}\\n' """,
    "endless": OPEN + """ + b"x" * (64 << 20) """,
    "bytes": OPEN + r""" + b'\xff\xfe\xc0\x80"}\n' """,
    "surrogate": OPEN + r""" + b'\\ud800"}\n' """,
    "nul": r"""b'{"cmd":"ping","id":1}\0\n' """,
    "half": """b'{"cmd":"ping","id":1' """,
    "names": """b'{"cmd":"ping","id":1' + b',"a":1' * 1_000_000 + b"}\\n" """,
    "nothing": r"""b"\n" * 1_000_000 """,
    "array": r"""b"[" + b'{"cmd":"ping"},' * 100_000 + b"0]\n" """,
}

BOMB = """
import os, threading

def write(data):
    while data:
        data = data[os.write(3, data):]

def register(app, events):
    events.on("env_change", lambda *_: threading.Thread(target=write, args=(BOMB,)).start())

BOMB = {bomb}
"""


def test_lines_that_are_made_to_burst_the_daemon_do_not(geared: Gear) -> None:
    gears = {name: ("", BOMB.format(bomb=bomb)) for name, bomb in BOMBS.items()}
    daemon = geared(**gears, quiet=("", LEAVE + LISTENER))
    daemon.ask("set_env", value="builder")
    assert left_by(daemon, "quiet", "heard") == "builder"
    until(lambda: {name for name in BOMBS if daemon.gear(name)["restarts"]} >= ENDED, 20)
    for _ in range(5):
        daemon.quick("ping")
    assert memory_mib(daemon.pid) < 150
    assert len(daemon.log()) < 100_000
    assert alive(daemon.pid)


ENDED = {"deep", "deeper", "number", "bytes", "nul", "array", "endless"}
"""Of those that are no request the host is ended."""

LISTENER = """
def register(app, events):
    events.on("env_change", lambda new_env, *_: leave("heard", new_env))
"""


ASKING = (
    LEAVE
    + """
from axium.core.ipc import send_request_sync

def register(app, events):
    events.on("env_change", lambda *_: ask())

def ask():
    leave("codes", {row["cmd"]: send_request_sync(row).get("code", "ok") for row in ROWS})

ROWS = {rows}
"""
)


def test_a_gear_that_may_nothing_is_done_nothing_for(geared: Gear) -> None:
    rows = [{"cmd": row.command, **row.fields} for row in ROWS]
    rows.append({"cmd": "gear_channel", "gear": "ask"})
    daemon = geared(ask=("", ASKING.replace("{rows}", repr(rows))))
    before = daemon.ask("get_state")["state"]
    daemon.ask("set_env", value="builder")
    codes = left_by(daemon, "ask", "codes")
    always = {row.command: row.outcome for row in ROWS if row.needs == ALWAYS}
    others = {row["cmd"]: "denied" for row in rows if row["cmd"] not in always}
    assert codes == others | always
    ours = {"active_env": "builder", "generation": before["generation"] + 1}
    assert daemon.ask("get_state")["state"] == before | ours


EDITED = (
    LEAVE
    + """
import subprocess
from axium.core.ipc import send_request_sync

def register(app, events):
    events.on("env_change", lambda *_: attempt())

    @app.command("edited-try")
    def attempt():
        "Try."
        try:
            subprocess.run(["true"])
            leave("tried", "started")
        except OSError as error:
            asked = send_request_sync({"cmd": "daemon_exec", "command": ["true"]})
            leave("tried", [type(error).__name__, asked["code"]])
"""
)


def test_a_manifest_that_is_edited_after_the_yes_grants_nothing(geared: Gear) -> None:
    daemon = geared(edited=("", EDITED))
    write_gear(daemon.scratch, "edited", EDITED, "permissions: {exec: true}\n")
    done = daemon.scratch.axium("edited-try")
    daemon.ask("set_env", value="builder")
    tried = left_by(daemon, "edited", "tried")
    refused = daemon.ask("reload_gear", gear="edited")
    told = "not approved as it is now (`gear.yaml`"
    assert (done.returncode, told in done.stderr) == (1, True), done.stderr
    assert tried == ["PermissionError", "denied"]
    assert (refused["code"], told in refused["hint"]) == ("failed", True)


LISTENING = (
    LEAVE
    + """
import fcntl, signal, struct, termios, time

def register(app, events):
    @app.command("spy-listen")
    def listen():
        "Read what is typed to the shell."
        shell = os.getpgid(os.getppid())
        said = [attempt(each) for each in (
            lambda: os.setpgid(0, shell),
            os.setsid,
            lambda: fcntl.ioctl(0, termios.TIOCSPGRP, struct.pack("=i", os.getpgrp())),
            lambda: fcntl.ioctl(0, termios.TIOCNOTTY),
        )]
        signal.signal(signal.SIGTTIN, signal.SIG_IGN)
        leave("tried", said)
        leave("heard", attempt(lambda: os.read(0, 100).decode()))

def attempt(deed):
    try:
        return str(deed())
    except OSError as error:
        return type(error).__name__
"""
)


def test_what_is_typed_to_the_shell_is_not_for_a_gear_in_the_background(
    geared: Gear, tmux: Tmux
) -> None:
    daemon = geared(spy=("", LISTENING))
    tmux.send("main", "axium spy-listen &")
    assert left_by(daemon, "spy", "tried") == ["PermissionError"] * 4
    tmux.send("main", "echo my password")
    assert left_by(daemon, "spy", "heard") == "OSError"


FORKING = """
import os, time

def register(app, events):
    events.on("env_change", fork)

def fork(*_):
    try:
        for _ in range(400):
            if os.fork() == 0:
                time.sleep(600)
    finally:
        print("forked", flush=True)
"""


def test_a_gear_that_forks_and_forks_is_ended_with_all_of_it(geared: Gear) -> None:
    daemon = geared(many=("permissions: {exec: true}\n", FORKING))
    before = set(daemon.scratch.processes())
    daemon.ask("set_env", value="builder")
    until(lambda: "forked" in daemon.log("many"), 20)
    forked = set(daemon.scratch.processes()) - before
    daemon.quick("ping")
    assert daemon.ask("unload_gear", gear="many") == {"ok": True}
    until(lambda: not any(map(alive, forked)), 10)
    daemon.quick("get_state")


BREEDING = """
import os, threading, time
from axium.core import api

BREED = "import os, time\\nfor _ in range(10): os.fork()\\ntime.sleep(600)"

def register(app, events):
    events.on("env_change", breed)

def breed(new_env):
    if new_env == "builder":
        thread = threading.Thread(target=lambda: exec(BREED))
        thread.start()
        thread.join()
    else:
        done = api.daemon_exec("many", [PYTHON, "-I", "-S", "-c", BREED], "wait")
        print("ended", done, flush=True)
"""


def test_no_more_descend_from_a_gear_than_a_machine_bears(geared: Gear) -> None:
    main = BREEDING.replace("PYTHON", repr(str(SYSTEM_PYTHON)))
    daemon = geared(many=("permissions: {exec: true}\n", main))
    is_refused = os.geteuid() != 0  # by the kernel, which bounds an ordinary user's itself
    daemon.ask("set_env", value="builder")
    until(lambda: is_refused or daemon.gear("many")["restarts"] == 1, 20)
    daemon.quick("ping")
    until(lambda: daemon.gear("many")["status"] == "active", 20)
    daemon.ask("set_env", value="root")
    until(lambda: is_refused or "ended False" in daemon.log("many"), 20)


FILL = (
    LEAVE
    + """
def register(app, events):
    events.on("env_change", fill)

def fill(*_):
    leave("begun", True)
    with open(os.environ["AXIUM_DATA"] + "/all", "wb", 0) as file:
        try:
            while True:
                file.write(b"x" * 65536)
        except OSError as error:
            print(error, flush=True)
    for number in range(1_000_000):
        open(os.environ["AXIUM_DATA"] + f"/{number}", "w").close()
"""
)


@pytest.fixture
def small_disk(scratch: Scratch) -> Iterator[None]:
    """Home and state are on one of 4 MiB."""
    scratch.state = scratch.home / "state"
    scratch.environ["XDG_STATE_HOME"] = str(scratch.state)
    words = ["mount", "-t", "tmpfs", "-o", "size=4m,nr_inodes=2000", "small", str(scratch.home)]
    subprocess.run(words, check=True)
    scratch.state.mkdir(mode=0o700)
    yield
    subprocess.run(["umount", "-l", scratch.home], check=True)


@pytest.mark.usefixtures("small_disk")
def test_a_gear_that_fills_the_disk_keeps_nobody_from_answering(
    scratch: Scratch, geared: Gear
) -> None:
    daemon = geared(fill=("", FILL), good=("", LEAVE + LISTENER))
    daemon.ask("set_env", value="builder")
    full = "could not be saved: [Errno 28] No space left on device"
    until(lambda: full in daemon.ask("set_env", value="root").get("error", ""), 20)
    for _ in range(5):
        daemon.quick("ping")
        daemon.quick("get_state")
    assert scratch.axium("env", "get").stdout in ("builder\n", "root\n")
    done = scratch.axium("gear", "uninstall", "fill", "-f")
    assert (done.returncode, done.stderr) == (0, "")
    assert daemon.gear_names() == ["good"]
    assert daemon.ask("set_env", value="builder")["ok"]
    assert daemon.ask("set_env", value="root")["ok"]


EVIL = "<\x1b[2J\x1b]0;title\x07\r\u202e\x9b31m#(touch /tmp/axium-ran)\u2028forged>"
LOUD_MANIFEST = f"""
version: {json.dumps("1.0" + EVIL)}
description: {json.dumps("Loud" + EVIL)}
author: {json.dumps("Nobody" + EVIL)}
permissions: {{ipc: [hud_update, emit_event], notify: true}}
"""
LOUD = """
from axium.core import api
from axium.core.ipc import send_request_sync

EVIL = {evil}

def register(app, events):
    events.on("env_change", fail)
    send_request_sync({"cmd": "hud_segment_value", "value": "up" + EVIL})
    send_request_sync({"cmd": "notify", "title": "told" + EVIL, "body": EVIL, "level": "error"})
    send_request_sync({"cmd": "write_log", "message": EVIL, "level": "error"})
    send_request_sync({"cmd": "emit_event", "event": "loud" + EVIL, "args": [EVIL]})
    print(EVIL, flush=True)

    @app.command("loud-say", help="Say" + EVIL)
    def say():
        pass

    @app.command("loud" + EVIL)
    def more():
        pass

def fail(*_):
    raise ValueError(EVIL)
"""

SHOWING = (
    ("gear", "list"), ("gear", "perms-show", "loud"), ("gear", "perms-show", "loud", "--used"),
    ("--help",), ("discover",), ("doctor",), ("hud",), ("notify", "list"), ("daemon", "status"),
    ("daemon", "logs"), ("info",), ("gear", "approve", "loud", "-y"), ("jobs",),
)  # fmt: skip


def test_no_text_of_a_gear_s_reaches_a_terminal_as_more_than_text(geared: Gear) -> None:
    daemon = geared(loud=(LOUD_MANIFEST, LOUD.replace("{evil}", ascii(EVIL))))
    daemon.ask("set_env", value="builder")
    until(lambda: daemon.gear("loud")["raised"] == 1)
    shown = {words: daemon.scratch.axium(*words) for words in SHOWING}
    unsafe = {
        words: [letter for letter in done.stdout + done.stderr if _is_more_than_text(letter)]
        for words, done in shown.items()
    }
    logs = [path.read_text() for path in (daemon.scratch.home / "logs").iterdir()]
    assert {words: found for words, found in unsafe.items() if found} == {}
    assert [letter for text in logs for letter in text if _is_more_than_text(letter)] == []
    assert "Loud<" in shown["gear", "list"].stdout + shown["gear", "perms-show", "loud"].stdout


def _is_more_than_text(letter: str) -> bool:
    return letter != "\n" and unicodedata.category(letter) in ("Cc", "Cf", "Zl", "Zp")


NAMES = ("../x", "..", ".", "/etc", "x/../../y", "a\nb", "a\0b", ".approved", "", "a" * 300)
COMMANDS = ("reload_gear", "unload_gear", "get_permissions", "get_usage", "gear_channel")
WORDS = (("approve", "-y"), ("uninstall", "-f"))


def test_a_name_that_leads_elsewhere_is_nobodys(daemon_with_x: Geared, scratch: Scratch) -> None:
    before = sorted(map(str, scratch.root.rglob("x*")))
    asked = [daemon_with_x.ask(cmd, gear=name) for cmd in COMMANDS for name in NAMES]
    typed = [
        scratch.axium("gear", verb, *options, "--", name)
        for verb, *options in WORDS
        for name in NAMES
        if "\0" not in name
    ]
    assert [reply for reply in asked if reply["ok"]] == []
    assert [done.args for done in typed if done.returncode not in (1, 2)] == []
    assert [done.stderr for done in typed if "Traceback" in done.stderr] == []
    assert sorted(map(str, scratch.root.rglob("x*"))) == before


@pytest.fixture
def daemon_with_x(geared: Gear, scratch: Scratch) -> Geared:
    """Beside the gears' directory there is one that is a gear in all but its place."""
    daemon = geared()
    outside = write_gear(scratch, "x", "def register(app): pass\n")
    outside.rename(scratch.home / "x")
    return daemon
