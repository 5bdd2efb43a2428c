"""What a plugin finds in its process, and how it is called there."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from tests.plugins.hosting import Hosting
from tests.support import Scratch
from tests.support.processes import alive
from tests.support.waiting import until

ASKS = """
from axium.core.ipc import send_request_sync as ask

def register(app, events):
    @events.on("ask")
    def _(payload, timeout=2.0):
        try:
            told = ask(payload, timeout)
        except Exception as error:
            told = type(error).__name__
        print(told)
"""

LOOKS = """
import json, os, resource, signal, sys

def register(app, events):
    events.on("look", look)

def look():
    print(json.dumps({
        "directory": os.getcwd(),
        "umask": os.umask(0o77),
        "descriptors": sorted(int(fd) for fd in os.listdir("/proc/self/fd"))[:-1],
        "stdin": os.readlink("/proc/self/fd/0"),
        "group": os.getpgrp() == os.getpid(),
        "session": os.getsid(0) == os.getppid(),
        "policy": os.sched_getscheduler(0),
        "nice": os.getpriority(os.PRIO_PROCESS, 0),
        "data": resource.getrlimit(resource.RLIMIT_DATA),
        "core": resource.getrlimit(resource.RLIMIT_CORE),
        "handled": [int(n) for n in signal.valid_signals() if callable(signal.getsignal(n))],
        "blocked": sorted(signal.pthread_sigmask(signal.SIG_BLOCK, ())),
        "oom": open("/proc/self/oom_score_adj").read().strip(),
        "name": open("/proc/self/comm").read().strip(),
        "line": open("/proc/self/cmdline").read().strip("\\0"),
        "path": [entry for entry in sys.path if "plugins" in entry],
    }))
"""


def test_a_plugin_finds_a_clean_process(hosting: Hosting, scratch: Scratch) -> None:
    host = hosting.host(LOOKS, "my-spoke")
    host.call("register")
    assert host.emit("look") == []
    assert json.loads(host.printed()) == {
        "directory": str(scratch.user),
        "umask": 0o77,
        "descriptors": [0, 1, 2, 3],
        "stdin": "/dev/null",
        "group": True,
        "session": True,
        "policy": os.SCHED_BATCH,
        "nice": 10,
        "data": [1 << 30, 1 << 30],
        "core": [0, 0],
        "handled": [2],
        "blocked": [],
        "oom": "1000",
        "name": "axium spoke my-",
        "line": "axium spoke my-spoke",
        "path": [],
    }


def test_what_is_printed_is_there_line_by_line(hosting: Hosting) -> None:
    host = hosting.registered(
        """
        import logging, sys
        def register(app, events):
            @events.on("say")
            def say(text):
                print(text)
                print("err", file=sys.stderr)
                logging.getLogger("mine").info("logged")
                logging.getLogger("mine").debug("not logged")
        """
    )
    host.emit("say", "é\ud83d\ude00")
    assert host.printed() == "é😀\nerr\nINFO mine: logged\n"


def test_a_request_of_a_listener_goes_over_the_channel(hosting: Hosting) -> None:
    host = hosting.registered(ASKS)
    host.reply = lambda request: {"name": request["cmd"]}
    assert host.emit("ask", {"cmd": "get_state"}) == []
    assert host.asked == [{"id": 1, "cmd": "get_state"}]
    assert host.printed() == "{'ok': True, 'name': 'get_state'}\n"


def test_a_request_that_nobody_replies_to_times_out(hosting: Hosting) -> None:
    host = hosting.registered(ASKS)
    host.begin("event", event="ask", args=[{"cmd": "get_state"}, 0.05], kwargs={})
    assert host.line() == {"id": 1, "cmd": "get_state"}
    assert host.answer()["faults"] == []
    assert host.printed() == "TimeoutError\n"


def test_a_late_reply_is_dropped(hosting: Hosting) -> None:
    host = hosting.registered(ASKS)
    host.begin("event", event="ask", args=[{"cmd": "one"}, 0.05], kwargs={})
    host.line()
    host.answer()
    host.send(b'{"id": 1, "ok": true, "late": true}\n')
    host.reply = lambda _request: {"fresh": True}
    host.emit("ask", {"cmd": "two"})
    assert host.printed().splitlines()[1:] == ["{'ok': True, 'fresh': True}"]


def test_a_call_that_comes_while_another_is_under_way_waits(hosting: Hosting) -> None:
    host = hosting.registered(ASKS)
    host.begin("event", event="ask", args=[{"cmd": "one"}], kwargs={})
    asked = host.line()
    host.begin("event", event="nothing", args=[], kwargs={})
    host.send(json.dumps({"id": asked["id"], "ok": True}).encode() + b"\n")
    assert [host.line()["answer"], host.line()["answer"]] == [2, 3]


def test_a_line_may_come_in_pieces(hosting: Hosting) -> None:
    host = hosting.registered(ASKS)
    line = b'{"do": "event", "call": 2, "event": "tick", "args": [], "kwargs": {}}\n'
    for byte in line:
        host.send(bytes([byte]))
    assert host.line()["answer"] == 2


def test_a_request_from_a_thread_is_replied_to_while_the_host_waits(hosting: Hosting) -> None:
    host = hosting.registered(
        """
        import threading
        from axium.core.ipc import send_request_sync as ask
        def work(n):
            for i in range(20):
                assert ask({"cmd": f"{n}-{i}"})["told"] == f"{n}-{i}"
            print("done", n)
        def register(app, events):
            @events.on("start")
            def start():
                for n in range(4):
                    threading.Thread(target=work, args=(n,), daemon=True).start()
        """
    )
    host.reply = lambda request: {"told": request["cmd"]}
    host.emit("start")
    seen = len(host.asked)
    for _ in range(80 - seen):
        request = host.line()
        host.send(json.dumps({"id": request["id"], "ok": True, "told": request["cmd"]}).encode())
        host.send(b"\n")
    until(lambda: len(host.printed().splitlines()) == 4)
    assert sorted(host.printed().splitlines()) == [f"done {n}" for n in range(4)]


def test_a_request_that_is_too_large_is_refused_before_it_is_sent(hosting: Hosting) -> None:
    code = """
    from axium.core.ipc import send_request_sync as ask
    def register(app, events):
        @events.on("ask")
        def _():
            reply = ask({"cmd": "x", "fill": "x" * (17 << 20)})
            print(reply["ok"], reply["code"])
    """
    host = hosting.registered(code)
    host.emit("ask")
    assert (host.printed(), host.asked) == ("False too_large\n", [])


def test_a_handler_that_raises_in_the_middle_of_a_request_breaks_nothing(hosting: Hosting) -> None:
    code = """
    import signal
    from axium.core.ipc import send_request_sync as ask
    class Late(Exception): pass
    def late(*_): raise Late
    def register(app, events):
        @events.on("ask")
        def _():
            signal.signal(signal.SIGALRM, late)
            signal.setitimer(signal.ITIMER_REAL, 0.05)
            try:
                ask({"cmd": "slow"}, 5)
            except Late:
                print(ask({"cmd": "quick"}))
    """
    host = hosting.registered(code)
    host.begin("event", event="ask", args=[], kwargs={})
    assert host.line()["cmd"] == "slow"
    assert host.answer()["faults"] == []
    assert host.printed() == "{'ok': True}\n"


def test_a_plugin_that_needs_no_host_leaves_when_its_report_was_read(hosting: Hosting) -> None:
    host = hosting.host("def register(app): app.command('x')(print)")
    report = host.call("register")["report"]
    assert [line.split("\t")[:2] for line in report["commands"]] == [["x", "spoke:aws"]]
    host.close()
    assert hosting.said() == {"ended": host.key, "status": 0, "children": 0}


def test_a_plugin_that_can_not_be_registered_leaves_when_it_was_read_why(hosting: Hosting) -> None:
    host = hosting.host("def register(app): raise OSError(5, 'no luck')")
    answer = host.call("register")
    [fault] = answer["faults"]
    assert (answer["report"], fault["what"]) == (None, "register")
    assert fault["error"].endswith("/aws/main.py:1: OSError: [Errno 5] no luck")
    host.close()
    assert hosting.said()["ended"] == host.key


def test_what_was_left_to_atexit_is_done_at_the_end_of_the_channel(hosting: Hosting) -> None:
    code = """
    import atexit
    def register(app, events):
        events.on("tick", print)
        atexit.register(print, "bye", end="")
    """
    host = hosting.registered(code)
    host.close()
    hosting.said()
    assert host.printed() == "bye"


@pytest.mark.parametrize("kind", ["spoke", "gear"])
def test_a_report_names_the_kind_of_plugin(hosting: Hosting, kind: str) -> None:
    host = hosting.host(
        "def register(app): app.command('x')(lambda: 0)", kind=kind, is_permissive=True
    )
    assert host.call("register")["report"]["commands"] == [f"x\t{kind}:aws\t\t-h --help"]


SEGMENTS = """
from axium.core.hud import register_hud_provider, register_hud_segment
from axium.core.hud_segments import HudSegment

class Count(HudSegment):
    name = "count"
    cached = True
    seen = 0
    def render(self, context):
        self.seen += 1
        return str(self.seen)

class Place(HudSegment):
    name = "place"
    def should_render(self, context):
        return context["env"] != "hidden"
    def render(self, context):
        return "{env} {pane_id} {started} {wrapper} {theme}".format(**context)

class Bad(HudSegment):
    name = "bad"
    def render(self, context):
        if context["env"] == "dev":
            return 3
        raise ValueError(context["env"])

def plain(): return "plain text"
def knowing(context): return context["state"]["active_env"]

def register(app):
    for segment in (Count, Place, Bad):
        register_hud_segment(segment)
    for provider in (plain, knowing):
        register_hud_provider(provider)
"""


PLACES = [("dev", "%1"), (None, None), ("hidden", None)]


def rendering(hosting: Hosting) -> Any:
    host = hosting.registered(SEGMENTS)
    replies: dict[str, dict[str, Any]] = {
        "get_state": {"state": {"active_env": "prod", "started": "2025-10-07T16:30:00Z"}},
        "get_config": {"value": {"left": "[", "right": "]", "theme": {"enabled": False}}},
    }
    host.reply = lambda request: replies[request["cmd"]]
    return host


def test_segments_are_rendered_for_each_place(hosting: Hosting) -> None:
    host = rendering(hosting)
    places = [{"env": env, "pane_id": pane} for env, pane in PLACES]
    segments = ["place", "plain", "knowing", "bad", "gone"]
    answer = host.call("render", segments=segments, places=places)
    started = "2025-10-07T16:30:00Z {'left': '[', 'right': ']'} classic"
    assert answer["values"] == [
        [f"dev %1 {started}", "plain text", "prod", None, None],
        [f"- None {started}", "plain text", "prod", None, None],
        [None, "plain text", "prod", None, None],
    ]
    assert [(fault["what"], fault["error"]) for fault in answer["faults"]] == [
        ("segment `bad`", "TypeError: `render` of segment `bad` gave 3, not text")
    ]
    assert [request["cmd"] for request in host.asked] == ["get_state", "get_config"]


def test_what_no_segment_looks_at_is_not_asked_for(hosting: Hosting) -> None:
    host = rendering(hosting)
    place = {"env": "dev", "pane_id": None}
    assert host.call("render", segments=["plain"], places=[place])["values"] == [["plain text"]]
    assert host.asked == []


def test_a_cached_segment_changes_on_an_update_alone(hosting: Hosting) -> None:
    host = rendering(hosting)
    place = [{"env": "dev", "pane_id": None}]

    def value(**more: bool) -> Any:
        return host.call("render", segments=["count"], places=place, **more)["values"]

    assert [value(), value(), value(is_update=True), value()] == [
        [["1"]],
        [["1"]],
        [["2"]],
        [["2"]],
    ]


def test_typer_and_its_like_are_there_already(hosting: Hosting) -> None:
    code = """
    import sys
    before = set(sys.modules)
    import typer, json, subprocess, pathlib, logging
    import axium.core.api, axium.core.env, axium.core.hud, axium.core.spokes
    assert set(sys.modules) == before, set(sys.modules) - before
    def register(app): pass
    """
    hosting.registered(code)


def test_a_host_costs_little_memory(hosting: Hosting) -> None:
    def share(pid: int) -> int:
        text = Path(f"/proc/{pid}/smaps_rollup").read_text()
        return int(text.partition("Pss:")[2].split()[0])

    hosts = [hosting.registered(ASKS) for _ in range(10)]
    assert sum(share(host.pid) for host in hosts) / len(hosts) < 6 * 1024
    assert share(hosting.process.pid) < 15 * 1024
    assert all(alive(host.pid) for host in hosts)
