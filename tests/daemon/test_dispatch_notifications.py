"""The table Notifications: durable before the reply, and handed out exactly once."""

from __future__ import annotations

import json
import re
import shutil
from typing import Any

import pytest

from axium.model.manifests import Manifest
from axium.model.marks import Mark
from axium.model.permissions import Permissions
from tests.daemon.serving import Served


def titles(reply: dict[str, Any]) -> list[str]:
    """The titles in a reply, in order."""
    return [row["title"] for row in reply["notifications"]]


def loaded(served: Served, name: str) -> None:
    """Load a spoke that may notify."""
    may = Permissions(notify=True)
    served.services.permissions.load(Manifest(name=name, where=Mark("m"), permissions=may))


def notified(served: Served, *names: str) -> None:
    """Store notifications of these titles."""
    for title in names:
        assert served.ask("notify", title=title)["ok"] is True


def test_a_notification_gets_a_number_and_is_stored_whole(served: Served) -> None:
    loaded(served, "creds")
    stored = [
        served.ask("notify", title="t", body="b", level="error", spoke="creds"),
        served.ask("notify", title="u", message="m"),
        served.ask("notify", title="v"),
    ]
    rows = served.ask("notify_list")["notifications"]
    assert stored == [{"ok": True, "seq": n} for n in (1, 2, 3)]
    for row in rows:
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", row.pop("timestamp"))
        assert row.pop("time") >= served.services.life.started_at
    assert rows == [
        {"spoke": who, "title": title, "body": text, "message": text, "level": level, "seq": seq}
        for who, title, text, level, seq in (
            ("creds", "t", "b", "error", 1),
            ("core", "u", "m", "info", 2),
            ("core", "v", "", "info", 3),
        )
    ]


def test_a_notification_is_told_to_listeners(served: Served) -> None:
    loaded(served, "creds")
    client = served.client()
    client.ask("subscribe", id=1, events=["notification"])
    notified(served, "s")
    served.ask("notify", title="t", body="b", level="success", spoke="creds")
    client.reply()
    line = client.line()
    assert (line.count(b'"seq"'), json.loads(line)) == (
        1,
        {
            "id": 1,
            "seq": served.services.subscriptions.seq,
            "event": "notification",
            "spoke": "creds",
            "title": "t",
            "body": "b",
            "level": "success",
            "notification_seq": 2,
        },
    )


def test_listing_changes_nothing_and_a_limit_keeps_the_newest(served: Served) -> None:
    notified(served, "a", "b", "c")
    replies = [served.ask("notify_list", limit=n) for n in (2, 0)] + [served.ask("notify_list")]
    assert [titles(reply) for reply in replies] == [["b", "c"], [], ["a", "b", "c"]]


@pytest.mark.parametrize("limit", [-1, 1_000_001, 2**70])
def test_a_limit_out_of_bounds_is_refused(served: Served, limit: int) -> None:
    reply = served.ask("notify_list", limit=limit)
    assert (reply["code"], reply["error"].partition(":")[0]) == ("invalid", "field `limit`")


def test_a_level_that_is_not_one_is_refused_with_those_that_are(served: Served) -> None:
    reply = served.ask("notify", title="t", level="loud")
    assert (reply["code"], reply["hint"]) == (
        "invalid",
        "one of `info`, `warning`, `error`, `success`",
    )


def test_two_clients_never_get_the_same_one(served: Served) -> None:
    notified(served, "a", "b")
    drained = [titles(served.ask("notify_drain", drain=who)) for who in ("one", "two")]
    notified(served, "c")
    drained += [titles(served.ask("notify_drain")) for _ in range(2)]
    assert drained == [["a", "b"], [], ["c"], []]


def test_a_repeated_drain_gets_the_same_rows_also_after_a_restart(served: Served) -> None:
    notified(served, "a", "b")
    first = served.ask("notify_drain", drain="one")
    notified(served, "c")
    second = served.ask("notify_drain", drain="one")
    served.restart()
    third = served.ask("notify_drain", drain="one")
    assert titles(first) == ["a", "b"]
    assert first == second == third
    assert titles(served.ask("notify_drain")) == ["c"]


def test_what_was_acknowledged_is_there_after_a_restart(served: Served) -> None:
    notified(served, "a")
    served.restart()
    notified(served, "b")
    assert [row["seq"] for row in served.ask("notify_list")["notifications"]] == [1, 2]


def test_clearing_deletes_what_waits_and_no_number_is_used_again(served: Served) -> None:
    notified(served, "a")
    served.ask("notify_drain", drain="one")
    notified(served, "b", "c")
    assert served.ask("notify_clear") == {"ok": True, "cleared": 2}
    assert served.ask("notify", title="d")["seq"] == 4
    assert titles(served.ask("notify_drain", drain="one")) == ["a"]
    assert titles(served.ask("notify_list")) == ["d"]


def test_text_is_kept_byte_for_byte(served: Served) -> None:
    text = "'; drop table notifications; -- \0\n\U0001f4a3 ü"
    served.ask("notify", title=text, body=text)
    row = served.ask("notify_drain")["notifications"][0]
    assert (row["title"], row["body"]) == (text, text)


def test_a_file_that_can_not_be_used_is_named_and_the_next_try_may_work(served: Served) -> None:
    state = served.scratch.state
    shutil.rmtree(state)
    state.write_text("in the way")
    failed = served.ask("notify", title="t")
    state.unlink()
    state.mkdir(mode=0o700)
    assert (failed["code"], failed["error"].partition(" could not")[0]) == (
        "failed",
        f"the notifications in {served.services.notifications._path}",
    )
    assert served.ask("notify", title="t") == {"ok": True, "seq": 1}


@pytest.mark.parametrize("field", ["title", "body", "message"])
def test_a_notification_that_nobody_could_read_is_refused(served: Served, field: str) -> None:
    said = {"title": "t", field: "x" * 16_385}
    assert served.ask("notify", **said)["code"] == "too_large"
    assert served.ask("notify", **(said | {field: "x" * 16_384}))["ok"]
