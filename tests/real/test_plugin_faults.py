"""Spokes that crash, hang, shout, grow and lie: the daemon answers as before, and says why."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator

import pytest

from tests.real.client import Client, memory_mib
from tests.real.spokes import Plugged, write_spoke
from tests.support import Scratch, until
from tests.support.processes import alive

GOOD = """
    from axium.core.ipc import send_request_sync

    def register(app, events):
        def heard(new_env):
            send_request_sync({"cmd": "hud_segment_value", "value": f"saw-{new_env}"})
        events.on("env_change", heard)
"""

Plug = Callable[..., Plugged]


@pytest.fixture
def plug(scratch: Scratch) -> Iterator[Plug]:
    """Starts the daemon with a good spoke `zeal`, and those that the test gives."""
    running: list[Plugged] = []

    def plugged(**spokes: str) -> Plugged:
        running.append(Plugged(scratch, **spokes, zeal=GOOD))
        return running[-1]

    yield plugged
    for daemon in running:
        daemon.close()


def listener(body: str, event: str = "env_change") -> str:
    """A spoke whose only listener does this."""
    return (
        "import os, sys, time\n"
        "def register(app, events):\n"
        f"    events.on({event!r}, heard)\n"
        "def heard(*args, **kwargs):\n"
        f"    {body}\n"
    )


def answers_as_before(daemon: Plugged) -> None:
    """Other commands, the HUD and the other plugin do what they did."""
    daemon.quick("ping")
    daemon.quick("get_state")
    assert daemon.ask("set_env", value="root")["ok"]
    until(lambda: "zeal:saw-root" in daemon.hud())


def recovers(daemon: Plugged, name: str = "bad") -> None:
    """A mended plugin is active again once it is loaded again."""
    daemon.rewrite(name, GOOD)
    assert daemon.row(name)["status"] == "active"
    assert daemon.row(name)["error"] is None
    daemon.ask("set_env", value="builder")
    until(lambda: f"{name}:saw-builder" in daemon.hud())


@pytest.mark.parametrize(
    ("main", "reason"),
    [
        ("import nothing_there\n", "main.py:1: ModuleNotFoundError: No module named"),
        ("def register(app:\n", "main.py:1: SyntaxError"),
        ("def register(app):\n    raise ValueError('no luck')\n", "main.py:2: ValueError: no luck"),
        ("import sys\ndef register(app):\n    sys.exit(3)\n", "main.py:3: SystemExit: 3"),
        ("def enrol(app): pass\n", "register"),
        ("def register(app):\n    register(app)\n", "RecursionError"),
        ("import sys\nsys.exit()\n", "SystemExit"),
    ],
)
def test_one_that_can_not_be_loaded_is_an_error_with_its_place(
    plug: Plug, main: str, reason: str
) -> None:
    daemon = plug(bad=main)
    until(lambda: daemon.row("bad")["status"] == "error")
    assert reason in daemon.row("bad")["error"]
    assert reason in daemon.log()
    answers_as_before(daemon)
    refusal = daemon.ask("reload_spoke", spoke="bad")
    assert refusal["error"] == "failed to reload spoke: bad"
    assert reason in refusal["hint"]
    recovers(daemon)


@pytest.mark.parametrize(
    ("main", "reason"),
    [
        (listener("raise KeyError('x')"), "main.py:5: KeyError: 'x'"),
        (listener("sys.exit(1)"), "main.py:5: SystemExit: 1"),
        (listener("bytearray(4 << 30)"), "main.py:5: MemoryError"),
    ],
)
def test_a_listener_that_raises_is_told_of_and_stays(plug: Plug, main: str, reason: str) -> None:
    daemon = plug(bad=main)
    pid = daemon.row("bad")["pid"]
    answers_as_before(daemon)
    assert reason in daemon.log()
    assert (daemon.row("bad")["status"], daemon.row("bad")["pid"]) == ("active", pid)
    recovers(daemon)


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("os._exit(7)", "ended with 7"),
        ("os.kill(os.getpid(), 9)", "was ended by SIGKILL"),
        ("os.closerange(0, 100); os._exit(1)", "ended with 1"),
        ("os.write(3, b'rubbish\\n'); time.sleep(60)", "wrote to its channel what is no request"),
        ('os.write(3, b\'{"cmd": "ping"}\\n\'); time.sleep(60)', "wrote to its channel"),
        ("os.write(3, b'{\"answer\": 99}\\n'); time.sleep(60)", "wrote to its channel"),
        ("os.write(3, b'{\"answer\": []}\\n'); time.sleep(60)", "wrote to its channel"),
        (
            "__import__('socket').socket(fileno=3).sendall(b'x' * 100_000_000)",
            "wrote to its channel",
        ),
    ],
)
def test_one_that_ends_is_started_again(plug: Plug, body: str, reason: str) -> None:
    daemon = plug(bad=listener(body))
    pid = daemon.row("bad")["pid"]
    answers_as_before(daemon)
    until(lambda: daemon.row("bad")["restarts"] == 1)
    until(lambda: daemon.row("bad")["status"] == "active")
    assert daemon.row("bad")["pid"] != pid
    assert f"spoke bad {reason}" in daemon.log()
    recovers(daemon)


def test_one_that_hangs_delays_by_the_deadline_and_nothing_else(plug: Plug) -> None:
    daemon = plug(bad=listener("time.sleep(60)"))
    began = time.monotonic()
    assert daemon.ask("set_env", value="builder")["ok"]
    assert 0.9 < time.monotonic() - began < 2
    daemon.quick("ping")
    assert "zeal:saw-builder" in daemon.hud()
    assert daemon.row("bad")["late"] >= 1
    assert "spoke bad is late with `env_change`" in daemon.log()
    recovers(daemon)


def test_one_that_hangs_as_it_is_loaded_keeps_the_next_waiting_two_seconds(
    scratch: Scratch,
) -> None:
    began = time.monotonic()
    daemon = Plugged(scratch, bad="import time\ntime.sleep(60)\n", zeal=GOOD)
    assert time.monotonic() - began < 4
    assert daemon.row("zeal")["status"] == "active"
    answers_as_before(daemon)
    recovers(daemon)
    daemon.close()


def test_endless_output_is_written_at_a_bounded_rate(plug: Plug) -> None:
    daemon = plug(bad=listener("[print('x' * 1000) for _ in iter(int, 1)]"))
    daemon.ask("set_env", value="builder")
    daemon.quick("ping")
    until(lambda: len(daemon.log("bad")) > 10_000)
    began, size = time.monotonic(), len(daemon.log("bad"))
    answers_as_before(daemon)
    recovers(daemon)
    assert len(daemon.log("bad")) - size < 80_000 * (time.monotonic() - began + 2)


def test_what_it_forked_goes_with_it(plug: Plug) -> None:
    body = "[os.setsid() or time.sleep(600) for _ in range(5) if os.fork() == 0]"
    daemon = plug(bad=listener(body))
    pid = daemon.row("bad")["pid"]
    answers_as_before(daemon)
    until(lambda: sum("spoke bad" in name for name in daemon.scratch.processes().values()) > 1)
    recovers(daemon)
    assert not alive(pid)
    left = [name for name in daemon.scratch.processes().values() if "spoke bad" in name]
    assert len(left) <= 1


def test_one_that_ends_as_it_is_loaded_is_tried_again(plug: Plug) -> None:
    daemon = plug(bad="import os\nos._exit(5)\n")
    reply = daemon.ask("reload_spoke", spoke="bad")
    assert (reply["code"], reply["hint"]) in (
        ("failed", "its process ended while it was loaded"),
        ("failed", "ended with 5"),
    )
    answers_as_before(daemon)
    until(lambda: daemon.row("bad")["restarts"] == 2)
    until(lambda: daemon.row("bad")["error"] == "ended with 5")
    assert daemon.row("bad")["status"] == "not-loaded"
    recovers(daemon)


def test_a_loop_of_events_is_cut(plug: Plug) -> None:
    main = """
        from axium.core.ipc import send_request_sync
        rounds = []

        def register(app, events):
            events.on("env_change", heard)

        def heard(new_env):
            other = "builder" if new_env == "root" else "root"
            reply = send_request_sync({"cmd": "set_env", "value": other})
            print("round", reply["ok"], reply.get("error", ""))
    """
    daemon = plug(bad=main)
    assert daemon.ask("set_env", value="builder")["ok"]
    until(lambda: "round False" in daemon.log("bad"))
    said = [line.partition("] round ")[2] for line in daemon.log("bad").splitlines()]
    refused = "False `set_env` would be round 9 of a loop of events"
    assert said == ["True "] * 7 + [refused]
    assert daemon.quick("daemon_status")["status"]["active_env"] == "root"


def test_two_that_play_ping_pong_are_cut(plug: Plug) -> None:
    def player(hears: str, says: str) -> str:
        return f"""
            from axium.core.ipc import send_request_sync

            def register(app, events):
                events.on({hears!r}, heard)

            def heard(*args):
                reply = send_request_sync({{"cmd": "emit_event", "event": {says!r}}})
                print("played", reply["ok"])
        """

    daemon = plug(ping=player("pong", "ping"), pong=player("ping", "pong"))
    assert daemon.ask("emit_event", event="ping") == {"ok": True}
    logs = ("ping", "pong")
    until(lambda: any("played False" in daemon.log(name) for name in logs))
    assert sum(daemon.log(name).count("played True") for name in logs) == 7
    answers_as_before(daemon)


def test_a_segment_that_hangs_keeps_no_hud_waiting(plug: Plug) -> None:
    main = """
        import time
        from axium.core.hud import register_hud_segment
        from axium.core.hud_segments import HudSegment

        class Slow(HudSegment):
            name = "slow"
            def render(self, context):
                time.sleep(60)

        def register(app, events):
            register_hud_segment(Slow())
    """
    daemon = plug(bad=main)
    took = []
    for _ in range(20):
        began = time.monotonic()
        daemon.hud()
        took.append(time.monotonic() - began)
    assert sum(took) < 0.5
    answers_as_before(daemon)


def test_the_template_s_death_is_survived(plug: Plug) -> None:
    daemon = plug()
    pid = daemon.row("zeal")["pid"]
    template = int(daemon.scratch.run("ps", "-o", "ppid=", "-p", str(pid)).stdout)
    daemon.scratch.run("kill", "-KILL", str(template))
    until(lambda: daemon.row("zeal")["status"] == "not-loaded")
    daemon.quick("set_env", value="builder")
    until(lambda: daemon.row("zeal")["status"] == "active")
    answers_as_before(daemon)
    assert "the template of plugins ended" in daemon.log()


def test_the_end_of_the_daemon_is_the_end_of_all(plug: Plug, scratch: Scratch) -> None:
    stubborn = "import signal\nsignal.signal(15, signal.SIG_IGN)\n" + listener("time.sleep(60)")
    daemon = plug(bad=stubborn, worse=listener("os.fork() or time.sleep(600)"))
    daemon.ask("set_env", value="builder")
    began = time.monotonic()
    scratch.stop_daemon()
    until(lambda: not scratch.processes())
    assert time.monotonic() - began < 4


def test_a_manifest_at_fault_is_an_error_and_the_others_load(plug: Plug, scratch: Scratch) -> None:
    daemon = plug()
    write_spoke(scratch, "bad", GOOD, "version: [1]\n")
    assert daemon.ask("reload_spokes") == {"ok": True, "spokes": ["bad", "zeal"]}
    assert daemon.row("bad")["status"] == "error"
    assert "spokes/bad/spoke.yaml:2:10" in daemon.row("bad")["error"]
    answers_as_before(daemon)
    recovers(daemon)


def test_what_a_host_forges_is_bounded_and_forges_no_line_of_the_log(plug: Plug) -> None:
    main = """
        import json, os, time
        def register(app, events):
            fault = {"what": "a\\n2026-01-01T00:00:00Z INFO forged", "error": "x\\x1b[2J\\ny"}
            said = {"answer": 1, "report": {"events": ["e"]}, "faults": [fault] * 60_000}
            left = json.dumps(said).encode() + b"\\n"
            while left:
                left = left[os.write(3, left):]
            time.sleep(60)
    """
    daemon = plug(bad=main)
    until(lambda: daemon.row("bad")["status"] == "active")
    assert len(daemon.row("bad")["error"]) < 1000
    assert "59980 faults are left out" in daemon.row("bad")["error"]
    assert "\n2026-01-01T00:00:00Z INFO forged" not in daemon.log()
    assert "\x1b" not in daemon.log() + daemon.log("bad")
    assert len(daemon.log()) < 20_000
    answers_as_before(daemon)
    recovers(daemon)


def test_one_that_is_late_with_a_thousand_events_fills_no_log(plug: Plug) -> None:
    daemon = plug(bad=listener("time.sleep(60)", event="boom"))
    with Client(daemon.scratch.socket) as client:
        for number in range(500):
            client.ask("emit_event", event="boom", id=number)
        client.replies(500)
    until(lambda: daemon.row("bad")["late"] > 400)
    assert daemon.log().count("is late with `boom`") <= 25
    answers_as_before(daemon)


def template_of(daemon: Plugged) -> int:
    """The process that made the hosts."""
    pid = daemon.row("zeal")["pid"]
    return int(daemon.scratch.run("ps", "-o", "ppid=", "-p", str(pid)).stdout)


def test_what_plugins_forked_ends_with_a_template_that_is_killed(plug: Plug) -> None:
    daemon = plug(bad=listener("os.fork() or (os.setsid(), time.sleep(600))"))
    daemon.ask("set_env", value="builder")
    first = daemon.scratch.processes().keys() - {daemon.pid}
    assert len(first) == 4
    os.kill(template_of(daemon), signal.SIGKILL)
    until(lambda: not any(alive(pid) for pid in first))
    until(lambda: daemon.row("bad")["status"] == daemon.row("zeal")["status"] == "active")
    until(lambda: "the template of plugins was ended by SIGKILL" in daemon.log())
    answers_as_before(daemon)


def test_many_reloads_at_once_are_few(plug: Plug) -> None:
    daemon = plug(**{f"s{number}": GOOD for number in range(5)})
    pids = {daemon.row("zeal")["pid"]}
    with Client(daemon.scratch.socket, timeout=30) as client:
        for number in range(50):
            client.ask("reload_spokes", id=number)
        seen = client.replies(50)
    assert all(reply["spokes"] == daemon.names() for reply in seen)
    assert daemon.log().count("spoke zeal is loaded") <= 4
    assert daemon.row("zeal")["pid"] not in pids


def test_a_place_of_spokes_that_can_not_be_read_is_told(plug: Plug, scratch: Scratch) -> None:
    daemon = plug()
    spokes = scratch.home / "spokes"
    spokes.rename(scratch.home / "kept")
    spokes.symlink_to("spokes")
    refusal = daemon.ask("reload_spokes")
    assert refusal["code"] == "failed"
    assert "/spokes can't be read: too many levels of symbolic links" in refusal["error"]
    assert daemon.row("zeal")["status"] == "active"
    answers_as_before(daemon)
    spokes.unlink()
    (scratch.home / "kept").rename(spokes)
    assert daemon.ask("reload_spokes")["ok"]


def test_a_disk_that_takes_nothing_is_told_and_the_others_are_loaded(
    plug: Plug, scratch: Scratch
) -> None:
    daemon = plug(bad=GOOD)
    wraps = "prefixes:\n  - {command: zork, wrapper: echo}\n"
    write_spoke(scratch, "bad", GOOD, wraps)
    pid = daemon.row("zeal")["pid"]
    saved = scratch.home / "state_cache.json"
    saved.unlink(missing_ok=True)
    saved.mkdir()  # no file can be renamed over it, as on a disk that is full
    daemon.ask("reload_spokes")
    assert daemon.row("bad")["status"] == "error"
    assert "the change could not be saved" in daemon.row("bad")["error"]
    assert (daemon.row("zeal")["status"], daemon.row("zeal")["pid"] != pid) == ("active", True)
    daemon.quick("ping")
    saved.rmdir()
    assert daemon.ask("reload_spokes")["ok"]
    assert daemon.row("bad")["status"] == "active"
    answers_as_before(daemon)


def test_what_is_too_large_is_refused_and_not_kept(plug: Plug) -> None:
    daemon = plug()
    before = memory_mib(daemon.pid)
    for _ in range(20):
        assert daemon.ask("emit_event", event="e", args=["x" * 8_000_000])["code"] == "too_large"
    assert memory_mib(daemon.pid) < before + 60
