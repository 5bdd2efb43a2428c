"""Faults that daemons for connections are known for, each as somebody met it; none is ours."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from threading import Barrier, Thread

import pytest

from tests.real.links import FIELDS, Links
from tests.real.one_shot import one_shot
from tests.support import Daemon, Scratch, until
from tests.support.scratch import make_scratch
from tests.support.servers.truenas import KEY, PASSWORD, TrueNas

# A second daemon steals a live socket.


def alias_of(links: Links) -> Path:
    """Where existing clients find the link."""
    links.add("other", links.row("nas")["uri"], alias=True, **FIELDS)
    return links.scratch.user / f".midclt/daemon-{links.row('other')['alias']}.sock"


@pytest.fixture
def neighbours(links: Links) -> Iterator[list[Links]]:
    """Three daemons of one user, each with a home of its own."""
    with ExitStack() as stack:
        found = [links]
        for _ in range(2):
            scratch = stack.enter_context(closing(make_scratch()))
            scratch.environ["HOME"] = str(links.scratch.user)
            found.append(Links(scratch, stack.enter_context(closing(Daemon(scratch)))))
        yield found


def test_of_daemons_that_begin_at_the_same_moment_one_has_the_socket(
    neighbours: list[Links], nas: TrueNas
) -> None:
    def add(links: Links) -> None:
        together.wait()
        links.add("other", nas.uri, alias=True, **FIELDS)

    for _ in range(5):
        together = Barrier(len(neighbours))
        threads = [Thread(target=add, args=[links]) for links in neighbours]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        (owner,) = [links for links in neighbours if not links.row("other")["why"]]
        path = neighbours[0].scratch.user / f".midclt/daemon-{owner.row('other')['alias']}.sock"
        assert path.with_suffix(".pid").read_text() == f"{owner.daemon.pid}\n"
        for links in neighbours:
            links.daemon.request({"cmd": "link_remove", "name": "other"})
        assert not path.exists()


def test_a_second_daemon_leaves_a_live_socket_alone(neighbours: list[Links], nas: TrueNas) -> None:
    first, second, _third = neighbours
    path = alias_of(first)
    before = (path.stat().st_ino, path.with_suffix(".pid").read_text())
    second.add("other", nas.uri, alias=True, **FIELDS)
    assert "another program listens at" in second.row("other")["why"]
    assert second.call("other", "test.echo", [1])["result"] == 1
    second.scratch.stop_daemon()
    assert (path.stat().st_ino, path.with_suffix(".pid").read_text()) == before
    assert one_shot(path, command="ping") == [{"type": "result", "result": "pong"}]


def test_a_socket_is_free_for_the_next_when_its_daemon_gives_it_up(
    neighbours: list[Links], nas: TrueNas
) -> None:
    first, second, _third = neighbours
    for links in (first, second):
        links.add("other", nas.uri, alias=True, **FIELDS)
    assert second.row("other")["why"] != ""
    first.daemon.request({"cmd": "link_remove", "name": "other"})
    assert second.daemon.request({"cmd": "reload"})["ok"] is True
    assert second.row("other")["why"] == ""


def test_a_socket_that_somebody_else_listens_at_stays_theirs(links: Links) -> None:
    path = alias_of(links)
    name, pid = path.name, path.with_suffix(".pid")
    links.daemon.request({"cmd": "link_remove", "name": "other"})
    assert (path.exists(), pid.exists()) == (False, False)
    with socket.socket(socket.AF_UNIX) as theirs:
        theirs.bind(str(path))
        theirs.listen()
        pid.write_text(f"{os.getpid()}\n")
        assert alias_of(links).name == name
        theirs.settimeout(5)
        with socket.socket(socket.AF_UNIX) as client:
            client.connect(str(path))
            theirs.accept()[0].close()
        assert pid.read_text() == f"{os.getpid()}\n"
    links.daemon.request({"cmd": "link_remove", "name": "other"})
    assert path.exists()


def test_a_socket_that_a_killed_daemon_left_is_taken_over(links: Links) -> None:
    path = alias_of(links)
    left = path.with_name("left")
    path.rename(left)  # as if nobody had been there to remove it
    links.daemon.request({"cmd": "link_remove", "name": "other"})
    left.rename(path)
    path.with_suffix(".pid").write_text("999999999\n")
    alias_of(links)
    assert one_shot(path, command="ping") == [{"type": "result", "result": "pong"}]
    assert path.with_suffix(".pid").read_text() == f"{links.daemon.pid}\n"


# A job flag on a method that is no job hangs every caller.


def test_a_job_flag_on_a_method_that_is_none_hangs_nobody(links: Links) -> None:
    with links.caller() as one, links.caller() as two:
        flagged = one.begin("nas", "test.echo", [7], job=True)
        assert two.call("nas", "test.echo", [8])["result"] == 8
        assert one.ended(flagged)["result"] == 7


# No reconnect after a drop.


def test_a_dropped_connection_is_there_again_for_the_next_call(links: Links, nas: TrueNas) -> None:
    assert links.call("nas", "core.ping")["result"] == "pong"
    nas.drop()
    until(lambda: links.row("nas")["losses"] == 1)
    assert links.call("nas", "core.ping")["result"] == "pong"
    nas.kill()
    links.until_state("nas", "pausing")
    nas.revive()
    begun = time.monotonic()
    assert links.call("nas", "core.ping")["result"] == "pong"
    assert time.monotonic() - begun < 1.5
    assert nas.counts["connects"] == 3


def test_a_server_that_died_in_the_middle_is_told_within_a_second(
    links: Links, nas: TrueNas
) -> None:
    with links.caller() as caller:
        calls = [caller.begin("nas", "test.sleep", [30]) for _ in range(5)]
        until(lambda: nas.counts["test.sleep"] == 5)
        begun = time.monotonic()
        nas.kill()
        ends = [caller.ended(call) for call in calls]
        assert time.monotonic() - begun < 1.0
    assert {(end["code"], end["outcome"]) for end in ends} == {("link_lost", "unknown")}


# One lock, so that a long call blocks ping, stop and everybody.


def test_a_long_call_blocks_nobody(links: Links, nas: TrueNas) -> None:
    path = alias_of(links)
    with links.caller() as slow:
        number = slow.begin("other", "test.sleep", [5])
        until(lambda: nas.counts["test.sleep"])
        begun = time.monotonic()
        assert one_shot(path, command="ping") == [{"type": "result", "result": "pong"}]
        upstream = one_shot(path, command="ping", timeout=5)
        assert upstream == [{"type": "result", "result": "pong"}]
        assert links.call("other", "core.ping")["result"] == "pong"
        assert links.row("other")["in_flight"] == 1
        assert one_shot(path, command="stop") == [
            {"type": "result", "result": "Daemon shutting down"}
        ]
        assert slow.ended(number)["code"] == "link_lost"
        assert time.monotonic() - begun < 2.0


# Idle timeout during a job.


def test_a_connection_with_a_job_is_not_idle(links: Links, nas: TrueNas) -> None:
    links.add("brief", nas.uri, idle=1, **FIELDS)
    ended = links.call("brief", "test.job", [4, 0.5], job=True)
    assert ended["result"] == {"steps": 4}
    assert nas.counts["connects"] == 1
    links.until_state("brief", "closed")


# One oversized request kills the shared connection.


def test_an_oversized_request_costs_nobody_the_connection(links: Links, nas: TrueNas) -> None:
    with links.caller() as other:
        slow = other.begin("nas", "test.sleep", [0.5])
        until(lambda: nas.counts["test.sleep"])
        refused = links.call("nas", "test.echo", ["x" * 65536])
        assert refused == {
            "ok": False,
            "type": "error",
            "code": "too_large",
            "error": "not sent: the server takes 65536 bytes at most",
        }
        assert other.ended(slow)["result"] == 0.5
    assert (nas.counts["connects"], nas.counts["too large"]) == (1, 0)


def test_a_result_of_ten_megabytes_arrives_whole(links: Links) -> None:
    assert links.call("nas", "test.big", [10_000_000])["result"] == "x" * 10_000_000


def test_a_frame_beyond_all_bounds_is_told_and_survived(links: Links, nas: TrueNas) -> None:
    nas.fault("huge", on="core.ping")
    assert "a frame of more than" in links.call("nas", "core.ping")["error"]
    assert links.call("nas", "core.ping")["result"] == "pong"


# An aborted job shows an internal error.


@pytest.mark.parametrize("is_old", [False, True])
def test_an_aborted_job_says_so(scratch: Scratch, daemon: Daemon, is_old: bool) -> None:  # noqa: FBT001
    links = Links(scratch, daemon)
    with closing(TrueNas(is_old=is_old)) as nas, links.caller() as caller:
        links.add("nas", nas.uri, **FIELDS)
        number = caller.begin("nas", "test.job", [100, 0.1], job=True)
        until(lambda: caller.next().get("state") == "RUNNING")
        caller.other("link_cancel", call=number, abort=True)
        ended = caller.ended(number)
    assert (ended["code"], ended["error"]) == ("remote", "the job was aborted")


# Dates and large integers altered on the way.


def test_values_pass_byte_for_byte(links: Links) -> None:
    value = '{"at": {"$date": 1700000000000}, "n": 123456789012345678901, "f": 1.10}'
    with links.caller() as caller:
        caller.ask("call", id=1, link="nas", method="test.date")
        assert f'"result":{value}}}'.encode() in caller.line()
    assert links.call("nas", "test.echo", "[12345678901234567890123, 1]")["result"] == int(
        "12345678901234567890123"
    )


# A validation error loses its details.


def test_a_validation_error_keeps_its_details(links: Links) -> None:
    path = alias_of(links)
    extra = [["pool.name", "too short", 22], ["pool.size", "too small", 22]]
    failed = links.call("nas", "test.invalid")
    assert failed["error"] == "[EINVAL] pool.name: too short"
    assert (failed["remote"]["code"], failed["remote"]["data"]["extra"]) == (-32602, extra)
    (line,) = one_shot(path, command="call", method="test.invalid", params=[])
    assert (line["error_type"], line["extra"]) == ("ClientException", extra)
    assert line["trace"]["formatted"] == "Traceback: here"


# A password in a log.


@pytest.mark.parametrize(
    ("auth", "secret"),
    [("truenas-password", PASSWORD), ("truenas-key", KEY), ("truenas-scram", KEY)],
)
@pytest.mark.parametrize("is_right", [True, False])
def test_no_secret_is_written_anywhere(
    links: Links,
    nas: TrueNas,
    auth: str,
    secret: str,
    is_right: bool,  # noqa: FBT001
) -> None:
    given = secret if is_right else f"{secret}-not"
    links.add("shy", nas.uri, auth=auth, user="admin", secret=given)
    said = [links.call("shy", "test.fail"), links.call("shy", "test.echo"), links.row("shy")]
    assert said[1]["ok"] is is_right
    nas.drop()
    links.call("shy", "test.echo")
    material = given.rpartition("7-")[2]
    root = links.scratch.root
    files = [path for path in root.rglob("*") if path.is_file() and path.suffix != ".secret"]
    shown = [path for path in files if material.encode() in path.read_bytes()]
    assert shown == []
    assert material not in str(said)
    for pid in links.scratch.processes():
        assert material.encode() not in Path(f"/proc/{pid}/cmdline").read_bytes()
