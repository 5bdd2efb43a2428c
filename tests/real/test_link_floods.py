"""Clients that do not read, and more requests than there is room for: bounded, and told."""

from __future__ import annotations

import threading
import time
from collections import Counter
from contextlib import ExitStack
from pathlib import Path

from tests.real.client import QUICK
from tests.real.links import Links
from tests.support import until
from tests.support.servers.truenas import TrueNas

EVENTS = 30_000


def megabytes(links: Links) -> float:
    """What the daemon and the links process have together."""
    pids = (links.daemon.pid, links.daemon.request({"cmd": "link_status"})["pid"])
    lines = [line for pid in pids for line in Path(f"/proc/{pid}/status").read_text().splitlines()]
    return sum(int(line.split()[1]) for line in lines if line.startswith("VmRSS:")) / 1024


def test_who_follows_and_does_not_read_is_told_how_much_was_left_out(
    links: Links, nas: TrueNas
) -> None:
    with links.caller() as deaf:
        follow = deaf.other("link_subscribe", link="nas", event="flood")
        deaf.next()
        before = megabytes(links)
        fields = {"name": "x" * 1000}
        flood = threading.Thread(target=nas.emit, args=["flood", fields], kwargs={"times": EVENTS})
        flood.start()
        while flood.is_alive():
            begun = time.monotonic()
            assert links.daemon.request({"cmd": "ping"})["ok"] is True
            assert time.monotonic() - begun < QUICK
        assert links.call("nas", "test.echo", [1])["result"] == 1
        assert megabytes(links) - before < 64
        until(lambda: links.row("nas")["in_flight"] == 0)
        told: Counter[str] = Counter()
        while told["event"] + told["left out"] < EVENTS:
            line = deaf.next()
            assert line["id"] == follow
            told[line["type"]] += 1
            told["left out"] += line.get("count", 0)
        assert told["event"] + told["left out"] == EVENTS
        assert told["lagged"] > 0


def test_who_asks_for_much_and_reads_nothing_harms_nobody(links: Links, nas: TrueNas) -> None:
    with links.caller() as deaf:
        for _ in range(12):
            deaf.begin("nas", "test.big", [8_000_000])
        until(lambda: nas.counts["test.big"] == 12)
        for _ in range(5):
            begun = time.monotonic()
            assert links.call("nas", "test.echo", [1])["result"] == 1
            assert time.monotonic() - begun < 2 * QUICK  # 96 MB pass by on the same connection
        until(lambda: megabytes(links) < 200)
    assert nas.counts["connects"] == 1


def test_more_requests_than_may_wait_are_refused_and_all_others_answered(
    links: Links, nas: TrueNas
) -> None:
    with ExitStack() as stack:
        callers = [stack.enter_context(links.caller()) for _ in range(11)]
        # As many as may be in flight, which all others wait for.
        slow = [callers[0].begin("nas", "test.sleep", [5]) for _ in range(10)]
        until(lambda: nas.counts["test.sleep"] == 10)
        begun = [(caller, caller.begin("nas", "test.echo")) for caller in callers[1:] * 110]
        ends = [caller.ended(number) for caller, number in begun]
        assert [callers[0].ended(number)["result"] for number in slow] == [5] * 10
    codes = Counter(end.get("code", "fine") for end in ends)
    assert codes == {"fine": 1_000, "busy": 100}
    assert nas.counts["connects"] == 1


def test_a_connection_has_so_many_subscriptions_and_no_more(links: Links) -> None:
    with links.caller() as caller:
        for number in range(64):
            caller.other("link_subscribe", link="nas", event=f"e{number}")
            assert caller.next()["type"] == "progress"
        last = caller.ended(caller.other("link_subscribe", link="nas", event="one more"))
    assert (last["ok"], last["code"]) == (False, "busy")
    until(lambda: links.row("nas")["subscriptions"] == 0)
