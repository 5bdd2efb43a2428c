"""The links process with a server: calls, faults, jobs, events, logins, daemons that change."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from axium.links import channel as c
from axium.links.definition import Link
from tests.links.keeper import Keeper
from tests.support import until
from tests.support.servers.truenas import TrueNas


def link(server: TrueNas, auth: str = "truenas-key", **fields: object) -> Link:
    """A link to this server."""
    secret = {"none": None, "truenas-password": "env:PASSWORD"}.get(auth, "env:KEY")
    return Link(
        **{"name": "nas", "uri": server.uri, "auth": auth, "user": "admin", "secret": secret}  # type: ignore[arg-type]
        | fields
    )


def test_it_greets_its_daemon(keeper: Keeper) -> None:
    until(lambda: keeper.news)
    assert keeper.news[0] == c.News(hello=c.PROTOCOL, pid=keeper.pid)


@pytest.mark.parametrize("auth", ["truenas-password", "truenas-key", "truenas-scram"])
def test_many_calls_share_one_login(keeper: Keeper, nas: TrueNas, auth: str) -> None:
    keeper.define(link(nas, auth))
    calls = [keeper.begin("nas", "test.echo", f"[{n}]") for n in range(50)]
    assert [keeper.ended(call)["result"] for call in calls] == list(range(50))
    assert (nas.counts["connects"], nas.counts["logins"]) == (1, 1)


@pytest.mark.parametrize("auth", ["truenas-key", "truenas-scram"])
def test_a_refused_login_is_told_and_not_tried_again(
    keeper: Keeper, nas: TrueNas, auth: str
) -> None:
    keeper.define(link(nas, auth, secret="env:WRONG"))
    first = keeper.call("nas", "test.echo")
    assert first["code"] == "auth_failed"
    assert "wrongkey" not in str(first)
    assert keeper.call("nas", "test.echo")["code"] == "auth_failed"
    assert (nas.counts["connects"], keeper.rows()["nas"]["state"]) == (1, "refused")
    keeper.order(c.RetryOrder())
    keeper.call("nas", "test.echo")
    assert nas.counts["connects"] == 2


def test_no_secret_shows_anywhere(keeper: Keeper, nas: TrueNas) -> None:
    keeper.define(link(nas, secret="env:WRONG"), link(nas, name="good"))
    keeper.call("nas", "test.echo")
    keeper.call("good", "test.fail")
    shown = f"{keeper.bodies} {keeper.news} {keeper.rows()}"
    assert "wrongkey" not in shown
    assert "hunter3" not in shown
    command = Path(f"/proc/{keeper.pid}/cmdline").read_bytes()
    assert b"hunter" not in command


def test_dates_and_large_numbers_pass_byte_for_byte(keeper: Keeper, nas: TrueNas) -> None:
    keeper.define(link(nas))
    number = keeper.begin("nas", "test.date")
    keeper.ended(number)
    value = b'{"at": {"$date": 1700000000000}, "n": 123456789012345678901, "f": 1.10}'
    assert value in keeper.last[number]


def test_an_error_keeps_its_details(keeper: Keeper, nas: TrueNas) -> None:
    keeper.define(link(nas))
    failed = keeper.call("nas", "test.invalid")
    assert failed["code"] == "remote"
    assert failed["error"] == "[EINVAL] pool.name: too short"
    assert failed["remote"]["data"]["extra"] == [
        ["pool.name", "too short", 22],
        ["pool.size", "too small", 22],
    ]


def test_a_large_result_arrives_whole(keeper: Keeper, nas: TrueNas) -> None:
    keeper.define(link(nas))
    assert len(keeper.call("nas", "test.big", "[10000000]")["result"]) == 10_000_000


def test_a_frame_beyond_all_bounds_costs_its_connection_and_says_so(
    keeper: Keeper, nas: TrueNas
) -> None:
    keeper.define(link(nas))
    failed = keeper.call("nas", "test.big", "[17000000]")
    assert failed["code"] == "link_lost"
    assert "a frame of more than" in failed["error"]
    assert keeper.call("nas", "test.echo", "[1]")["result"] == 1


def test_a_large_request_costs_nobody_the_connection(keeper: Keeper, nas: TrueNas) -> None:
    keeper.define(link(nas))
    slow = keeper.begin("nas", "test.sleep", "[0.3]")
    assert keeper.call("nas", "test.echo", f'["{"x" * 70_000}"]')["code"] == "too_large"
    assert keeper.ended(slow)["result"] == 0.3
    assert nas.counts["connects"] == 1


def test_a_slow_call_holds_up_no_other_and_no_ping(keeper: Keeper, nas: TrueNas) -> None:
    keeper.define(link(nas))
    slow = keeper.begin("nas", "test.sleep", "[1]")
    assert keeper.call("nas", "test.echo", "[1]")["result"] == 1
    assert keeper.ping("nas")["result"]["ms"] < 500
    assert slow not in keeper.last
    keeper.ended(slow)


def test_sixty_four_calls_of_fifty_milliseconds_end_within_time(
    keeper: Keeper, nas: TrueNas
) -> None:
    keeper.define(link(nas))
    keeper.call("nas", "test.echo")
    begun = time.monotonic()
    calls = [keeper.begin("nas", "test.sleep", "[0.05]") for _ in range(64)]
    for call in calls:
        keeper.ended(call)
    assert time.monotonic() - begun < 0.7
    assert (nas.counts["connects"], nas.counts["logins"]) == (1, 1)


def test_calls_in_flight_are_told_when_the_server_dies_and_later_ones_reach_the_next(
    keeper: Keeper, nas: TrueNas
) -> None:
    keeper.define(link(nas))
    calls = [keeper.begin("nas", "test.sleep", "[30]") for _ in range(3)]
    until(lambda: nas.counts["test.sleep"] == 3)
    begun = time.monotonic()
    nas.kill()
    for call in calls:
        failed = keeper.ended(call)
        assert (failed["code"], failed["outcome"]) == ("link_lost", "unknown")
    assert time.monotonic() - begun < 1
    nas.revive()
    begun = time.monotonic()
    assert keeper.call("nas", "test.echo", "[1]")["result"] == 1
    assert time.monotonic() - begun < 1.5


def test_a_call_waits_for_a_server_that_is_not_there_yet(keeper: Keeper, nas: TrueNas) -> None:
    nas.kill()
    keeper.define(link(nas))
    call = keeper.begin("nas", "test.echo", "[1]")
    until(lambda: keeper.rows()["nas"]["failures"] > 1)
    nas.revive()
    assert keeper.ended(call)["result"] == 1


def test_a_call_that_waited_in_vain_says_why(keeper: Keeper, nas: TrueNas) -> None:
    nas.kill()
    keeper.define(link(nas))
    failed = keeper.call("nas", "test.echo", timeout=0.5)
    assert failed == {
        "type": "error",
        "error": "not sent in time: Connection refused",
        "code": "link_down",
    }


def test_a_drop_in_the_middle_of_a_call_is_survived(keeper: Keeper, nas: TrueNas) -> None:
    keeper.define(link(nas))
    assert keeper.call("nas", "test.drop")["code"] == "link_lost"
    assert keeper.call("nas", "test.drop", idempotent=True)["code"] == "link_lost"
    assert nas.counts["test.drop"] == 3
    assert keeper.call("nas", "test.echo", "[1]")["result"] == 1


def test_what_the_server_never_answers_has_an_unknown_outcome(keeper: Keeper, nas: TrueNas) -> None:
    keeper.define(link(nas))
    failed = keeper.call("nas", "test.silence", timeout=0.3)
    assert (failed["code"], failed["outcome"]) == ("timeout", "unknown")


def test_a_job_shows_its_progress(keeper: Keeper, nas: TrueNas) -> None:
    keeper.define(link(nas))
    number = keeper.begin("nas", "test.job", "[4, 0.02]", job=True, timeout=None)
    assert keeper.ended(number)["result"] == {"steps": 4}
    told = [body["percent"] for body in keeper.bodies[number][:-1]]
    assert [percent for percent in told if percent is not None][:4] == [0.0, 25.0, 50.0, 75.0]


def test_a_job_of_an_older_server(keeper: Keeper, old_nas: TrueNas) -> None:
    keeper.define(link(old_nas))
    done = keeper.call("nas", "test.job", "[3, 0.02]", job=True)
    assert done["result"] == {"steps": 3}
    failed = keeper.call("nas", "test.job", '[1, 0.01, "FAILED"]', job=True)
    assert failed["error"] == "[EFAULT] it failed"


@pytest.mark.parametrize("is_old", [False, True])
def test_a_job_is_aborted(keeper: Keeper, is_old: bool) -> None:  # noqa: FBT001
    server = TrueNas(is_old=is_old)
    try:
        keeper.define(link(server))
        number = keeper.begin("nas", "test.job", "[100, 0.1]", job=True, timeout=None)
        until(lambda: len(keeper.bodies[number]) > 1)
        keeper.order(c.AbortOrder(number))
        assert keeper.ended(number)["code"] == "remote"
        assert keeper.bodies[number][-2]["state"] == "ABORTED"
    finally:
        server.close()


def test_a_job_is_taken_up_again_after_a_drop(keeper: Keeper, nas: TrueNas) -> None:
    keeper.define(link(nas))
    number = keeper.begin("nas", "test.job", "[10, 0.1]", job=True, timeout=None)
    until(lambda: len(keeper.bodies[number]) > 1)
    nas.drop()
    assert keeper.ended(number)["result"] == {"steps": 10}
    assert nas.counts["test.job"] == 1


def test_a_method_that_is_no_job_hangs_nobody(keeper: Keeper, nas: TrueNas) -> None:
    keeper.define(link(nas))
    assert keeper.call("nas", "test.echo", "[7]", job=True)["result"] == 7


def test_events_reach_their_followers_and_a_gap_is_told(keeper: Keeper, nas: TrueNas) -> None:
    keeper.define(link(nas))
    one, two = keeper.follow("nas", "pool.query"), keeper.follow("nas", "pool.query")
    nas.emit("pool.query", {"name": "tank"})
    until(lambda: len(keeper.bodies[one]) == len(keeper.bodies[two]) == 2)
    for number in (one, two):
        assert keeper.bodies[number][1] == {
            "type": "event",
            "event": "pool.query",
            "data": {"collection": "pool.query", "msg": "changed", "fields": {"name": "tank"}},
        }
    assert nas.counts["core.subscribe"] == 2
    nas.drop()
    until(lambda: len(keeper.bodies[one]) == 3)
    assert keeper.bodies[one][2] == {"type": "gap", "event": "pool.query"}


def test_a_flood_of_events_for_a_daemon_that_does_not_read_is_bounded_and_counted(
    keeper: Keeper, nas: TrueNas
) -> None:
    keeper.define(link(nas))
    number = keeper.follow("nas", "flood")
    before = keeper.megabytes
    keeper.reads.clear()
    nas.emit("flood", {"x": "y" * 1000}, times=30_000)
    until(lambda: nas.counts["flood"] == 30_000)
    assert keeper.megabytes - before < 32
    keeper.reads.set()

    def counted() -> int:
        bodies = list(keeper.bodies[number])
        events = [body for body in bodies if body["type"] == "event"]
        return len(events) + sum(int(body.get("count", 0)) for body in bodies)

    until(lambda: counted() == 30_000, 20)
    assert keeper.call("nas", "test.echo", "[1]")["result"] == 1


def test_the_one_shot_dialect_is_spoken_as_existing_clients_expect(
    keeper: Keeper, nas: TrueNas
) -> None:
    keeper.define(link(nas))
    assert keeper.call("nas", "test.echo", "[1]", dialect="one-shot") == {
        "type": "result",
        "result": 1,
    }
    assert keeper.call("nas", "test.invalid", dialect="one-shot") == {
        "type": "error",
        "error": "[EINVAL] pool.name: too short",
        "error_type": "ClientException",
        "trace": {
            "class": "CallError",
            "frames": [],
            "formatted": "Traceback: here",
            "repr": "CallError()",
        },
        "extra": [["pool.name", "too short", 22], ["pool.size", "too small", 22]],
    }
    number = keeper.begin("nas", "test.job", "[2, 0.02]", job=True, dialect="one-shot")
    keeper.ended(number)
    assert {
        "type": "progress",
        "percent": 50.0,
        "description": "step 1",
        "state": "RUNNING",
    } in keeper.bodies[number]


def test_connections_survive_their_daemon(keeper: Keeper, nas: TrueNas) -> None:
    keeper.define(link(nas))
    keeper.call("nas", "test.echo")
    slow = keeper.begin("nas", "test.sleep", "[1]")
    until(lambda: nas.counts["test.sleep"])
    keeper.detach()
    keeper.attach()
    keeper.define(link(nas))
    assert keeper.call("nas", "test.echo", "[2]")["result"] == 2
    assert (nas.counts["connects"], slow in keeper.last) == (1, False)
    assert keeper.news[0] == c.News(hello=c.PROTOCOL, pid=keeper.pid)


def test_a_changed_link_is_closed_and_those_who_wait_are_told(keeper: Keeper, nas: TrueNas) -> None:
    keeper.define(link(nas))
    call = keeper.begin("nas", "test.sleep", "[30]")
    until(lambda: nas.counts["test.sleep"])
    keeper.define(link(nas, idle=5.0))
    assert keeper.ended(call)["code"] == "link_lost"
    assert keeper.call("nas", "test.echo", "[1]")["result"] == 1
    keeper.define()
    assert keeper.call("nas", "test.echo")["code"] == "unknown_link"


def test_a_closed_link_is_opened_by_the_next_call(keeper: Keeper, nas: TrueNas) -> None:
    keeper.define(link(nas))
    keeper.call("nas", "test.echo")
    keeper.order(c.CloseOrder("nas"))
    until(lambda: keeper.rows()["nas"]["state"] == "closed")
    keeper.call("nas", "test.echo")
    assert nas.counts["connects"] == 2


def test_an_idle_link_is_closed(keeper: Keeper, nas: TrueNas) -> None:
    keeper.define(link(nas, idle=0.2))
    keeper.call("nas", "test.echo")
    until(lambda: keeper.rows()["nas"]["state"] == "closed")
    until(lambda: keeper.news[-1].links and keeper.news[-1].links[0].state == "closed")


def test_orders_that_are_none_harm_nothing(keeper: Keeper, nas: TrueNas) -> None:
    keeper.channel.sendall(b"nonsense\n{}\n" + b"[" * 3000 + b"\n")
    keeper.define(link(nas))
    assert keeper.call("nas", "test.echo", "[1]")["result"] == 1
    assert len([news for news in keeper.news if news.text]) == 3


def test_it_leaves_no_core_file_and_has_a_session_of_its_own(keeper: Keeper) -> None:
    until(lambda: keeper.news)
    limits = Path(f"/proc/{keeper.pid}/limits").read_text().splitlines()
    (core,) = [line.split()[4:6] for line in limits if line.startswith("Max core file size")]
    assert core == ["0", "0"]
    assert os.getsid(keeper.pid) == keeper.pid


def test_a_beat_is_answered_at_once(keeper: Keeper) -> None:
    keeper.order(c.BeatOrder())
    until(lambda: any(news.beat for news in keeper.news))
