"""Descriptors, memory and disks run out: what can't be done is refused, and all comes back."""

from __future__ import annotations

import json
import os
import resource
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from tests.real.client import Client, answers_quickly, memory_mib
from tests.support import Daemon, Scratch, until

MOST = 16 * 1024 * 1024


def open_files(daemon: Daemon) -> int:
    return len(os.listdir(f"/proc/{daemon.pid}/fd"))


@contextmanager
def limited(daemon: Daemon, spare: int) -> Iterator[None]:
    """Let the daemon have so many descriptors more than it has."""
    until(lambda: open_files(daemon) == open_files(daemon))
    was = resource.prlimit(daemon.pid, resource.RLIMIT_NOFILE)
    resource.prlimit(daemon.pid, resource.RLIMIT_NOFILE, (open_files(daemon) + spare, was[1]))
    try:
        yield
    finally:
        resource.prlimit(daemon.pid, resource.RLIMIT_NOFILE, was)


def cpu_secs(daemon: Daemon) -> float:
    """CPU time that it has used."""
    fields = Path(f"/proc/{daemon.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def logged(scratch: Scratch, text: str) -> int:
    return (scratch.home / "logs/axiumd.log").read_text().count(text)


def test_without_descriptors_clients_wait_and_nothing_spins(daemon: Daemon) -> None:
    short = "no connection can be accepted: [Errno 24] Too many open files"
    with ExitStack() as stack, limited(daemon, 2):
        clients = [stack.enter_context(Client(daemon.scratch.socket)) for _ in range(6)]
        for number, client in enumerate(clients):
            client.ask("ping", id=number)
        until(lambda: logged(daemon.scratch, short))
        before, began = cpu_secs(daemon), time.monotonic()
        until(lambda: time.monotonic() - began > 1)
        assert cpu_secs(daemon) - before < 0.3
        answered = []
        for client in clients:  # each that leaves makes room for one that waits
            answered.append(client.reply()["id"])
            client.end_of_input()
            client.rest()
    assert answered == list(range(6))
    assert logged(daemon.scratch, short) <= 3
    assert answers_quickly(daemon)


def test_a_change_that_finds_no_descriptor_is_refused_and_can_be_made_later(
    daemon: Daemon,
) -> None:
    state = daemon.scratch.home / "state.json"
    with Client(daemon.scratch.socket) as client:
        client.ask("ping", id=0)
        client.reply()
        before = state.read_bytes()
        with limited(daemon, 0):
            client.ask("set_env", value="builder", id=1)
            refused = client.reply()
        assert (refused["code"], refused["error"].partition(": '")[0]) == (
            "failed",
            "the change could not be saved: [Errno 24] Too many open files",
        )
        assert state.read_bytes() == before
        assert daemon.scratch.axium("env", "get").stdout == "root\n"
        client.ask("set_env", value="builder", id=2)
        assert client.reply() == {"id": 2, "ok": True}
    assert daemon.scratch.axium("env", "get").stdout == "builder\n"


def test_a_machine_that_allows_few_descriptors_has_a_daemon(scratch: Scratch) -> None:
    script = "ulimit -n 40; axium daemon start && axium env set builder && axium env get"
    done = scratch.run("bash", "-c", script)
    assert (done.returncode, done.stdout, done.stderr) == (0, "builder\n", "")


def test_too_few_descriptors_for_a_daemon_are_told(scratch: Scratch) -> None:
    scratch.axium("bootstrap")
    done = scratch.run("bash", "-c", "ulimit -n 12; axium daemon start")
    assert done.returncode == 2
    assert "Too many open files\n" in done.stderr


def test_a_request_that_is_as_large_as_may_be_does_no_harm(daemon: Daemon) -> None:
    line = json.dumps({"cmd": "set_env", "value": "x" * (MOST - 100)}).encode() + b"\n"
    for _ in range(3):
        reply = json.loads(daemon.send(line))
        assert (reply["ok"], reply["code"]) == (False, "unknown_env")
    assert answers_quickly(daemon)


def test_memory_that_runs_out_in_a_request_costs_that_request_alone(daemon: Daemon) -> None:
    line = json.dumps({"cmd": "notify", "title": "x" * (MOST - 100)}).encode() + b"\n"
    whole = int(Path(f"/proc/{daemon.pid}/statm").read_text().split()[0])
    size = whole * os.sysconf("SC_PAGESIZE") + 20 * 1024 * 1024
    was = resource.prlimit(daemon.pid, resource.RLIMIT_AS)
    resource.prlimit(daemon.pid, resource.RLIMIT_AS, (size, was[1]))
    try:
        with Client(daemon.scratch.socket) as client:
            client.send(line)
            assert client.reply() == {
                "ok": False,
                "error": "the daemon has no memory for this request",
                "code": "unavailable",
            }
        assert answers_quickly(daemon)
    finally:
        resource.prlimit(daemon.pid, resource.RLIMIT_AS, was)
    assert daemon.request({"cmd": "set_env", "value": "builder"}) == {"ok": True}
    assert memory_mib(daemon.pid) < 100


@contextmanager
def read_only(scratch: Scratch) -> Iterator[None]:
    """A home on a disk that the kernel has made read-only, as it does after an error."""
    scratch.run("mount", "--bind", scratch.home, scratch.home, check=True)
    try:
        scratch.run("mount", "-o", "remount,bind,ro", scratch.home, check=True)
        yield
    finally:
        scratch.run("umount", "-l", scratch.home, check=True)


def test_a_read_only_home_refuses_changes_and_answers_the_rest(scratch: Scratch) -> None:
    daemon = Daemon(scratch)
    before = (scratch.home / "state.json").read_bytes(), sorted(os.listdir(scratch.home))
    with read_only(scratch):
        done = scratch.axium("env", "set", "builder")
        assert (done.returncode, done.stderr.partition(": '")[0]) == (
            2,
            "✗ the change could not be saved: [Errno 30] Read-only file system",
        )
        assert scratch.axium("env", "get").stdout == "root\n"
        assert scratch.axium("run", "echo", "runs").stdout == "runs\n"
        assert ((scratch.home / "state.json").read_bytes(), sorted(os.listdir(scratch.home))) == (
            before
        )
    assert scratch.axium("env", "set", "builder").stderr == ""
    daemon.close()


def test_a_daemon_that_cannot_start_in_a_read_only_home_says_so(scratch: Scratch) -> None:
    Daemon(scratch).close()
    with read_only(scratch):
        done = scratch.axium("daemon", "start")
        assert done.returncode == 2
        assert "Read-only file system" in done.stderr
        assert scratch.axium("run", "echo", "runs").stdout == "runs\n"
    assert scratch.axium("env", "set", "builder").returncode == 0


def test_a_daemon_that_ends_in_a_read_only_home_leaves_no_socket_behind(scratch: Scratch) -> None:
    scratch.axium("bootstrap")
    daemon = Daemon(scratch)
    with read_only(scratch):
        told = [
            finding for finding in scratch.axium("doctor").stdout.splitlines() if "✗" in finding
        ]
        done = scratch.axium("daemon", "stop")
        assert (done.returncode, done.stderr) == (0, "")
        assert not (scratch.home / "daemon.sock").exists()
    daemon.close()
    assert told == [f"✗ home    {scratch.home} can't be written: no change can be saved"]
