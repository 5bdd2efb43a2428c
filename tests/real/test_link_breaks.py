"""Connections that break at every point; servers, the links process and daemons that die."""

from __future__ import annotations

import os
import signal
import time
from contextlib import closing

import pytest

from tests.real.links import Line, Links
from tests.support import Daemon, Scratch, until
from tests.support.processes import alive
from tests.support.servers.truenas import KEY, FaultKind, TrueNas

FIELDS = {"auth": "truenas-scram", "user": "admin", "secret": KEY}

POINTS: list[tuple[FaultKind, str]] = [
    ("drop", "connect"),
    ("drop", "auth.login_ex"),
    ("drop after", "auth.login_ex"),
    ("drop within", "auth.login_ex"),
    ("close", "auth.login_ex"),
    ("drop", "core.set_options"),
    ("drop after", "core.set_options"),
    ("drop", "core.subscribe"),
    ("drop after", "core.subscribe"),
    ("drop", "test.echo"),
    ("drop within", "test.echo"),
    ("close", "test.echo"),
]
"""Where a connection breaks: before a request is answered, within the answer, after it."""

BEFORE = POINTS[:8]
"""Those of them at which no call has been sent yet."""

FINE = {"ok": True, "type": "result", "result": 1}


@pytest.fixture
def links(scratch: Scratch, daemon: Daemon, nas: TrueNas) -> Links:
    """The links of a daemon, `nas` among them."""
    links = Links(scratch, daemon)
    links.add("nas", nas.uri, **FIELDS)
    return links


@pytest.mark.parametrize(("kind", "point"), POINTS)
def test_a_call_that_may_be_repeated_survives_a_break_at_every_point(
    links: Links, nas: TrueNas, kind: FaultKind, point: str
) -> None:
    nas.fault(kind, on=point)
    answer = links.call("nas", "test.echo", [1], idempotent=True)
    assert answer == FINE
    assert nas.counts["connects"] == 2


@pytest.mark.parametrize(("kind", "point"), POINTS)
def test_a_call_that_may_not_be_repeated_is_sent_once_at_most(
    links: Links, nas: TrueNas, kind: FaultKind, point: str
) -> None:
    nas.fault(kind, on=point)
    answer = links.call("nas", "test.echo", [1])
    if (kind, point) in BEFORE:
        assert (answer, nas.counts["test.echo"]) == (FINE, 1)
    else:
        assert (answer["code"], answer["outcome"]) == ("link_lost", "unknown")
        assert nas.counts["test.echo"] <= 1
    assert links.call("nas", "test.echo", [1]) == FINE


@pytest.mark.parametrize("kind", ["late", "slow", "twice", "garbage", "binary"])
def test_an_answer_that_comes_oddly_is_an_answer(
    links: Links, nas: TrueNas, kind: FaultKind
) -> None:
    nas.fault(kind, on="test.echo", secs=0.3)
    assert links.call("nas", "test.echo", ["x" * 30_000])["result"] == "x" * 30_000
    assert links.call("nas", "test.echo", [2])["result"] == 2
    assert nas.counts["connects"] == 1


def test_an_error_without_an_id_fails_the_only_call_and_never_several(
    links: Links, nas: TrueNas
) -> None:
    nas.fault("anonymous", on="test.echo", times=2)
    assert links.call("nas", "test.echo")["error"] == "what?"
    with links.caller() as caller:
        slow = caller.begin("nas", "test.sleep", [0.3])
        lost = caller.begin("nas", "test.echo", timeout=1)
        assert caller.ended(slow)["result"] == 0.3
        assert caller.ended(lost)["code"] == "timeout"


@pytest.mark.parametrize("state", ["WAITING", "RUNNING", "SUCCESS"])
def test_a_job_is_taken_up_again_whenever_the_connection_breaks(
    links: Links, nas: TrueNas, state: str
) -> None:
    nas.fault("drop", on=f"job {state}")
    with links.caller() as caller:
        *steps, last = caller.of(caller.begin("nas", "test.job", [5, 0.2], job=True))
    assert last["result"] == {"steps": 5}
    percents = [step["percent"] for step in steps if step["percent"] is not None]
    assert percents == sorted(percents)
    assert nas.counts["test.job"] == 1


def test_a_job_that_the_restarted_server_has_forgotten_ends_with_an_unknown_outcome(
    links: Links, nas: TrueNas
) -> None:
    with links.caller() as caller:
        number = caller.begin("nas", "test.job", [100, 0.1], job=True)
        until(lambda: caller.next().get("state") == "RUNNING")
        nas.kill()
        nas.revive()
        ended = caller.ended(number)
    assert (ended["code"], ended["outcome"]) == ("link_lost", "unknown")


def test_a_server_that_breaks_off_after_each_login_is_not_stormed(
    links: Links, nas: TrueNas
) -> None:
    nas.fault("drop", on="core.set_options", times=1000)
    assert links.call("nas", "test.echo", timeout=4)["code"] == "link_down"
    assert nas.counts["logins"] <= 6


def test_a_lockout_is_told_and_not_run_into_again(scratch: Scratch, daemon: Daemon) -> None:
    links = Links(scratch, daemon)
    with closing(TrueNas(logins=0)) as nas:
        links.add("nas", nas.uri, **FIELDS)
        answers = [links.call("nas", "test.echo") for _ in range(5)]
        assert {answer["code"] for answer in answers} == {"auth_failed"}
        assert answers[0]["error"] == "Rate limit exceeded"
        assert nas.counts["logins"] == 1


def test_a_frozen_server_costs_its_callers_their_time_and_nobody_else_s(
    links: Links, nas: TrueNas
) -> None:
    with closing(TrueNas()) as other:
        links.add("other", other.uri, **FIELDS)
        assert links.call("nas", "test.echo", [1])["result"] == 1
        nas.freeze()
        with links.caller() as caller:
            stuck = caller.begin("nas", "test.echo", [2], timeout=1)
            assert links.call("other", "test.echo", [3], timeout=1)["result"] == 3
            assert caller.ended(stuck)["code"] == "timeout"
        nas.thaw()
        assert links.call("nas", "test.echo", [4])["result"] == 4
        assert nas.counts["connects"] == 1


# The links process.


def process_of(links: Links) -> int:
    """Its pid."""
    pid: int = links.daemon.request({"cmd": "link_status"})["pid"]
    return pid


def test_the_death_of_the_links_process_is_told_and_the_next_call_has_another(
    links: Links, nas: TrueNas
) -> None:
    with links.caller() as caller:
        calls = [caller.begin("nas", "test.sleep", [30]) for _ in range(3)]
        follow = caller.other("link_subscribe", link="nas", event="pool.query")
        until(lambda: nas.counts["test.sleep"] == 3)
        before = process_of(links)
        begun = time.monotonic()
        os.kill(before, signal.SIGKILL)
        ends: list[Line] = [caller.ended(call) for call in [*calls, follow]]
        assert time.monotonic() - begun < 1.0
    assert {(end["code"], end["outcome"]) for end in ends[:3]} == {("link_lost", "unknown")}
    assert ends[3]["code"] == "link_lost"
    assert links.call("nas", "test.echo", [1])["result"] == 1
    assert process_of(links) != before


def test_a_links_process_that_hangs_is_replaced(links: Links) -> None:
    assert links.call("nas", "test.echo", [1])["result"] == 1
    before = process_of(links)
    os.kill(before, signal.SIGSTOP)
    with links.caller() as caller:
        stuck = caller.begin("nas", "test.echo", [2], timeout=60)
        # What has nothing to do with links is answered all the while.
        assert links.daemon.request({"cmd": "ping"})["pid"] == links.daemon.pid
        assert caller.ended(stuck)["code"] == "link_lost"
    until(lambda: not alive(before))
    assert links.call("nas", "test.echo", [3])["result"] == 3


# The daemon.


def test_connections_survive_a_daemon_that_is_killed(
    links: Links, nas: TrueNas, scratch: Scratch
) -> None:
    assert links.call("nas", "test.echo", [1])["result"] == 1
    before = process_of(links)
    os.kill(links.daemon.pid, signal.SIGKILL)
    until(lambda: not alive(links.daemon.pid))
    with closing(Daemon(scratch)) as links.daemon:
        assert links.call("nas", "test.echo", [1]) == FINE
        assert process_of(links) == before
    assert (nas.counts["connects"], nas.counts["logins"]) == (1, 1)


def test_a_daemon_that_stops_takes_its_connections_along(links: Links, nas: TrueNas) -> None:
    assert links.call("nas", "test.echo", [1])["result"] == 1
    before = process_of(links)
    links.scratch.stop_daemon()
    until(lambda: not alive(before))
    assert nas.counts["broken off"] == 0
