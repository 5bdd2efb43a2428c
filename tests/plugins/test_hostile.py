"""Whatever a plugin does in its process, it is told of, and others go on as before."""

from __future__ import annotations

import os
import signal

import pytest

from tests.plugins.hosting import Hosting
from tests.support.processes import alive
from tests.support.waiting import until

GOOD = """
def register(app, events):
    events.on("tick", lambda: None)
"""

DOES = """
import os, signal, sys, threading, time

def register(app, events):
    events.on("tick", lambda: None)
    events.on("do", do)

def do():
{code}
"""


def doing(code: str) -> str:
    """A plugin that does this at the event `do`."""
    lines = code.strip("\n").split("\n")
    margin = len(lines[0]) - len(lines[0].lstrip())
    return DOES.format(code="\n".join("    " + line[margin:] for line in lines))


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("sys.exit(3)", "SystemExit: 3"),
        ("raise KeyboardInterrupt", "KeyboardInterrupt"),
        ("raise GeneratorExit", "GeneratorExit"),
        ("class Own(BaseException): pass\nraise Own('x')", "Own: x"),
        ("do()", "RecursionError: maximum recursion depth exceeded"),
        ("bytearray(2 << 30)", "MemoryError"),
        ("x = []\nwhile True: x.append(bytearray(1 << 24))", "MemoryError"),
        ("raise ValueError('half \\udcff')", "ValueError: half \\udcff"),
        ("raise ExceptionGroup('many', [OSError('a'), OSError('b')])", "ExceptionGroup: many (2 "),
        ("os.kill(os.getpid(), signal.SIGINT)\ntime.sleep(9)", "KeyboardInterrupt"),
    ],
)
def test_whatever_a_listener_raises_is_a_fault_and_the_host_goes_on(
    hosting: Hosting, code: str, told: str
) -> None:
    host = hosting.registered(doing(code))
    [fault] = host.emit("do")
    assert fault["what"] == "listener `do` of `do`"
    assert told in fault["error"]
    assert "/aws/main.py:" in fault["error"]
    assert host.emit("tick") == []


@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("os._exit(3)", 3),
        ("os.abort()", -signal.SIGABRT),
        ("os.kill(os.getpid(), signal.SIGSEGV)", -signal.SIGSEGV),
        ("os.kill(os.getpid(), signal.SIGTERM)\ntime.sleep(9)", -signal.SIGTERM),
        ("signal.raise_signal(signal.SIGKILL)", -signal.SIGKILL),
        ("os.closerange(3, 100)", 1),
        ("os.closerange(0, 100)", 1),
        ("import socket; socket.socket(fileno=3).close()", 1),
        ("import socket; socket.socket(fileno=3).shutdown(2)", 1),
        ("import ctypes; ctypes.string_at(0)", -signal.SIGSEGV),
        ("os.execv('/bin/false', ['false'])", 1),
        ("os.kill(0, signal.SIGKILL)", -signal.SIGKILL),
    ],
)
def test_a_host_that_ends_is_told_of_and_no_other_minds(
    hosting: Hosting, code: str, status: int
) -> None:
    good, host = hosting.registered(GOOD), hosting.registered(doing(code))
    host.begin("event", event="do", args=[], kwargs={})
    assert hosting.said() == {"ended": host.key, "status": status, "children": 0}
    assert good.emit("tick") == []


@pytest.mark.parametrize(
    "code",
    [
        "sys.stdout = None",
        "sys.stdout = sys.stderr = object()",
        "sys.stdout.close(); sys.stderr.close()",
        "os.close(0); os.close(1); os.close(2)",
        "import json; json.loads = json.dumps = None",
        "import select, time; time.time = None",
        "import typer, inspect, traceback; typer.main = inspect.signature = None",
        "import builtins; builtins.print = builtins.open = None",
        "sys.meta_path.clear(); sys.path.clear(); sys.path_hooks.clear()",
        "os.environ.clear()",
        "os.chdir('/'); os.umask(0)",
        "sys.setrecursionlimit(60)",
        "signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())",
        "[signal.signal(n, signal.SIG_IGN) for n in (1, 2, 15, 17)]",
        "import gc; gc.disable(); gc.set_threshold(1, 1, 1)",
        "import logging; logging.shutdown(); logging.disable(100)",
        "import resource; resource.setrlimit(resource.RLIMIT_NOFILE, (3, 3))",
        "threading.Thread(target=time.sleep, args=(99,)).start()",
        "import atexit; atexit.register(os.close, 1)",
    ],
)
def test_what_a_plugin_changes_in_its_process_keeps_no_call_from_its_answer(
    hosting: Hosting, code: str
) -> None:
    host = hosting.registered(doing(code))
    assert host.emit("do") == []
    assert host.emit("tick") == []
    host.close()
    assert hosting.said()["ended"] == host.key


def test_a_child_that_comes_back_from_a_listener_answers_nothing(hosting: Hosting) -> None:
    host = hosting.registered(doing("os.fork(); os.fork()"))
    assert host.emit("do") == []
    assert host.emit("tick") == []


def test_a_forked_child_never_speaks_on_its_parents_channel(hosting: Hosting) -> None:
    code = """
    from axium.core.ipc import send_request_sync as ask
    if os.fork() == 0:
        try:
            ask({"cmd": "child"})
        except OSError as error:
            print(type(error).__name__, flush=True)
        os._exit(0)
    os.wait()
    ask({"cmd": "parent"})
    """
    host = hosting.registered(doing(code))
    assert host.emit("do") == []
    assert [request["cmd"] for request in host.asked] == ["parent"]
    assert host.printed() == "FileNotFoundError\n"


def test_a_pool_of_processes_works_in_a_listener(hosting: Hosting) -> None:
    code = """
    import multiprocessing
    with multiprocessing.get_context("fork").Pool(2) as pool:
        print(pool.map(abs, [-1, -2]))
    """
    host = hosting.registered(doing(code))
    assert (host.emit("do"), host.printed()) == ([], "[1, 2]\n")


def test_a_program_works_in_a_listener_and_has_no_channel(hosting: Hosting) -> None:
    code = """
    import subprocess
    print(subprocess.run("ls /proc/self/fd | wc -l; exit 3", shell=True).returncode)
    """
    host = hosting.registered(doing(code))
    assert (host.emit("do"), host.printed()) == ([], "4\n3\n")


def test_a_host_that_prints_without_end_waits_for_its_reader(hosting: Hosting) -> None:
    reader, writer = os.pipe()
    good = hosting.registered(GOOD)
    host = hosting.registered(doing("while True: print('x' * 999)"), log=writer)
    os.close(writer)
    host.begin("event", event="do", args=[], kwargs={})
    assert good.emit("tick") == []
    assert os.read(reader, 1000) == b"x" * 999 + b"\n"
    hosting.order({"kill": host.key})
    assert hosting.said()["status"] == -signal.SIGKILL
    os.close(reader)


@pytest.mark.parametrize(
    "code",
    [
        "time.sleep(99)",
        "while True: pass",
        "os.kill(os.getpid(), signal.SIGSTOP)",
        "signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(99)",
        "import atexit; atexit.register(time.sleep, 99); sys.stdin.read(); raise SystemExit",
    ],
)
def test_a_host_that_hangs_is_killed_when_that_is_ordered(hosting: Hosting, code: str) -> None:
    good, host = hosting.registered(GOOD), hosting.registered(doing(code))
    host.begin("event", event="do", args=[], kwargs={})
    assert good.emit("tick") == []
    hosting.order({"kill": host.key})
    assert hosting.said() == {"ended": host.key, "status": -signal.SIGKILL, "children": 0}


def test_a_handler_that_raises_while_nothing_is_under_way_ends_the_host_and_says_why(
    hosting: Hosting,
) -> None:
    code = "signal.signal(signal.SIGALRM, lambda *_: 1 / 0); signal.setitimer(0, 0.05)"
    host = hosting.registered(doing(code))
    assert host.emit("do") == []
    assert hosting.said() == {"ended": host.key, "status": 1, "children": 0}
    assert host.printed().endswith("ZeroDivisionError: division by zero\n")


def test_a_host_is_gone_with_the_whole_family_that_it_forked(hosting: Hosting) -> None:
    code = """
    for _ in range(5):
        if os.fork() == 0:
            os.setpgid(0, 0)
    time.sleep(99)
    """
    host = hosting.registered(doing(code))
    host.begin("event", event="do", args=[], kwargs={})
    until(lambda: len(hosting.below()) >= 32)
    family = hosting.below()
    hosting.order({"kill": host.key})
    said = hosting.said()
    assert (said["ended"], said["status"]) == (host.key, -signal.SIGKILL)
    assert [pid for pid in family if alive(pid)] == []


def test_a_plugin_that_hangs_at_its_import_keeps_no_other_from_loading(hosting: Hosting) -> None:
    stuck = hosting.host("import time; time.sleep(99)", "stuck")
    stuck.begin("register")
    assert hosting.registered(GOOD).emit("tick") == []
    hosting.order({"kill": stuck.key})
    assert hosting.said()["status"] == -signal.SIGKILL


def test_what_forks_and_ends_without_a_rest_is_caught(hosting: Hosting) -> None:
    code = """
    end = time.monotonic() + 30
    for _ in range(5):
        if os.fork() == 0:
            os.setsid()
            while time.monotonic() < end:
                if os.fork():
                    os._exit(0)
            os._exit(0)
    """
    good, host = hosting.registered(GOOD), hosting.registered(doing(code))
    assert host.emit("do") == []
    hosting.order({"kill": host.key})
    said = hosting.said()
    assert (said["ended"], said["children"] > 0) == (host.key, True)
    assert (hosting.below(), good.emit("tick")) == ([good.pid], [])


def test_what_json_can_not_say_ends_no_host(hosting: Hosting) -> None:
    host = hosting.registered("""
from axium.core.hud import register_hud_segment
from axium.core.hud_segments import HudSegment

class Text(str):
    pass

class Odd(HudSegment):
    name = "odd"
    def render(self, context):
        return Text("a\\udcff")

def register(app, events):
    register_hud_segment(Odd())
    @app.command("show", help="half \\udcff")
    def show():
        pass
""")
    answer = host.call("render", segments=["odd"], places=[{"env": None, "pane_id": None}])
    assert (answer["values"], answer["faults"]) == ([["a?"]], [])
