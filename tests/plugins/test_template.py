"""The template forks hosts, tells of their end, and leaves nothing of theirs behind."""

from __future__ import annotations

import os
import signal
from pathlib import Path

from axium.plugins import cgroup
from tests.plugins.hosting import Hosting
from tests.support import Scratch
from tests.support.processes import alive
from tests.support.waiting import until

LISTENS = """
def register(app, events):
    events.on("tick", print)
"""

FORKS = """
import os, signal, subprocess, sys, time

def register(app, events):
    events.on("fork", fork)

def fork(path):
    ready, done = os.pipe()
    for child in range(4):
        if os.fork() == 0:
            if child % 2:
                os.setsid()
            if os.fork() == 0 or child == 3:
                signal.signal(signal.SIGTERM, signal.SIG_IGN)
                with open(path, "a") as file:
                    file.write(f"{os.getpid()}\\n")
                os.write(done, b"x")
                while True:
                    time.sleep(60)
            os._exit(0)
    left = 5
    while left:
        left -= len(os.read(ready, left))
"""


def test_a_host_is_forked_and_is_told_of(hosting: Hosting) -> None:
    host = hosting.host(LISTENS)
    status = Path(f"/proc/{host.pid}/status").read_text()
    assert f"\nPPid:\t{hosting.process.pid}\n" in status
    assert host.call("register")["report"]["events"] == ["tick"]


def test_a_host_has_a_cgroup_of_its_own_where_one_can_be_had(hosting: Hosting) -> None:
    host = hosting.registered(LISTENS)
    groups = Path(f"/proc/{host.pid}/cgroup").read_text()
    assert (f"/axium-{hosting.process.pid}-" in groups) is (cgroup.own() is not None)
    assert hosting.end() == 0
    assert not list(Path("/sys/fs/cgroup").rglob(f"axium-{hosting.process.pid}-*"))


def test_a_host_ends_with_its_channel(hosting: Hosting) -> None:
    host = hosting.registered(LISTENS)
    host.close()
    assert hosting.said() == {"ended": host.key, "status": 0, "children": 0}
    assert not alive(host.pid)


def test_a_host_that_is_killed_is_gone_when_it_is_told(hosting: Hosting) -> None:
    host, other = hosting.registered(LISTENS), hosting.registered(LISTENS)
    hosting.order({"kill": host.key})
    assert hosting.said() == {"ended": host.key, "status": -9, "children": 0}
    assert (alive(host.pid), other.emit("tick")) == (False, [])


def test_what_a_host_forked_dies_with_it_wherever_it_went(hosting: Hosting, tmp_path: Path) -> None:
    host, other = hosting.registered(FORKS), hosting.registered(FORKS)
    for one, name in ((host, "first"), (other, "second")):
        assert one.emit("fork", str(tmp_path / name)) == []
    hosting.order({"kill": host.key})
    assert hosting.said() == {"ended": host.key, "status": -9, "children": 5}
    assert [alive(pid) for pid in pids(tmp_path / "first")] == [False] * 5
    assert [alive(pid) for pid in pids(tmp_path / "second")] == [True] * 5
    hosting.end()
    assert [alive(pid) for pid in pids(tmp_path / "second")] == [False] * 5


def pids(path: Path) -> list[int]:
    return [int(line) for line in path.read_text().split()]


def test_template_and_hosts_have_a_single_thread(hosting: Hosting) -> None:
    host = hosting.registered(LISTENS)
    assert [len(os.listdir(f"/proc/{pid}/task")) for pid in (hosting.process.pid, host.pid)] == [
        1,
        1,
    ]


def test_an_order_to_kill_nobody_kills_nobody(hosting: Hosting) -> None:
    host = hosting.registered(LISTENS)
    hosting.order({"kill": "somebody"})
    assert host.emit("tick") == []


def test_the_end_of_the_orders_ends_every_host(hosting: Hosting) -> None:
    hosts = [hosting.registered(LISTENS) for _ in range(3)]
    assert hosting.end() == 0
    assert [alive(host.pid) for host in hosts] == [False] * 3


def test_a_template_that_is_told_to_end_takes_its_hosts_along(
    hosting: Hosting, tmp_path: Path
) -> None:
    host = hosting.registered(FORKS)
    host.emit("fork", str(tmp_path / "pids"))
    hosting.process.send_signal(signal.SIGTERM)
    assert hosting.process.wait(10) == 0
    assert [alive(pid) for pid in (host.pid, *pids(tmp_path / "pids"))] == [False] * 6


def test_a_host_does_not_outlive_a_template_that_was_killed(hosting: Hosting) -> None:
    host = hosting.registered(LISTENS)
    os.kill(hosting.process.pid, signal.SIGKILL)
    hosting.process.wait()
    until(lambda: not alive(host.pid))


def test_a_daemon_that_is_gone_without_a_word_ends_everything(hosting: Hosting) -> None:
    host = hosting.host("import os; os._exit(3)")
    host.begin("register")
    assert host.is_closed()
    assert hosting.end() == 0


def test_hosts_that_end_at_once_are_all_told_of(hosting: Hosting) -> None:
    hosts = [hosting.registered(LISTENS) for _ in range(12)]
    for host in hosts:
        os.kill(host.pid, signal.SIGSEGV)
    told = [hosting.said() for _ in hosts]
    assert sorted(one["ended"] for one in told) == sorted(host.key for host in hosts)
    assert {(one["status"], one["children"]) for one in told} == {(-signal.SIGSEGV, 0)}


def test_the_template_holds_no_descriptor_of_a_host(hosting: Hosting) -> None:
    def held() -> int:
        return len(os.listdir(f"/proc/{hosting.process.pid}/fd"))

    hosting.registered(LISTENS)
    before = held()
    for _ in range(3):
        hosting.registered(LISTENS)
    assert held() == before


def test_the_template_waits_without_using_the_processor(hosting: Hosting, scratch: Scratch) -> None:
    host = hosting.registered(LISTENS)
    host.close()
    hosting.said()
    status = Path(f"/proc/{hosting.process.pid}/status")

    def is_waiting() -> bool:
        return "\nState:\tS" in status.read_text()

    until(is_waiting)
    before = status.read_text().partition("voluntary_ctxt_switches")[2]
    scratch.run("true")
    assert status.read_text().partition("voluntary_ctxt_switches")[2] == before
