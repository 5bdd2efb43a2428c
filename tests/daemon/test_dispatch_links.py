"""Links on the wire: bytes in, bytes out, with a real links process and a server behind it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.daemon.serving import Client, Served, line
from tests.support import Scratch, until
from tests.support.servers.truenas import KEY, TrueNas


@pytest.fixture
def nas() -> Iterator[TrueNas]:
    """A TrueNAS of the newer kind, which wants a login."""
    server = TrueNas()
    yield server
    server.close()


@pytest.fixture
def linked(scratch: Scratch, nas: TrueNas) -> Iterator[Served]:
    """A daemon with a link `nas`, which nobody has used yet."""
    scratch.environ["NAS_KEY"] = KEY
    served = Served(scratch)
    added = served.ask("link_add", **definition(nas))
    assert added == {"ok": True}
    yield served
    served.close()


def definition(nas: TrueNas, name: str = "nas", **fields: Any) -> dict[str, Any]:
    """The fields of `link_add` for this server."""
    given = {"name": name, "uri": nas.uri, "auth": "truenas-key", "secret": "env:NAS_KEY"}
    return given | {"user": "admin", "profile": "truenas", **fields}


def called(client: Client, method: str, params: Any = (), **fields: Any) -> dict[str, Any]:
    """The first line that a call is answered with."""
    client.send(line("call", id=1, link="nas", method=method, params=list(params), **fields))
    return client.reply()


def to_the_end(client: Client) -> list[dict[str, Any]]:
    """All lines up to the last one of a call."""
    lines = [client.reply()]
    while lines[-1]["type"] not in ("result", "error"):
        lines.append(client.reply())
    return lines


def test_a_call_is_answered_by_the_server(linked: Served) -> None:
    reply = called(linked.client(), "test.echo", [{"a": 1}])
    assert reply == {"id": 1, "ok": True, "type": "result", "result": {"a": 1}}


def test_values_pass_byte_for_byte(linked: Served) -> None:
    client = linked.client()
    params = b'[{"big": 12345678901234567890123,"f":1.10, "u": "\\u00e9"}]'
    client.send(b'{"cmd":"call","id":1,"link":"nas","method":"test.echo","params":%b}\n' % params)
    assert b"12345678901234567890123" in client.line()


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        (["7"], 7),
        (["tank"], "tank"),
        (['"7"'], "7"),
        (['{"a": [1,\n2]}'], {"a": [1, 2]}),
        (["[]"], []),
        (["a\nb"], "a\nb"),
        ([""], ""),
        (["NaN"], "NaN"),
    ],
)
def test_words_are_json_or_else_plain_text(linked: Served, words: list[str], meant: Any) -> None:
    client = linked.client()
    client.send(line("call", id=1, link="nas", method="test.echo", words=words))
    assert client.reply()["result"] == meant


def test_calls_overtake_one_another_and_share_one_login(linked: Served, nas: TrueNas) -> None:
    client = linked.client()
    client.send(line("call", id="slow", link="nas", method="test.sleep", params=[0.3]))
    client.send(line("call", id="quick", link="nas", method="test.echo", params=["x"]))
    assert [client.reply()["id"], client.reply()["id"]] == ["quick", "slow"]
    assert (nas.counts["connects"], nas.counts["logins"]) == (1, 1)


def test_a_call_waits_no_longer_than_it_says_for_the_process_either(linked: Served) -> None:
    client = linked.client()
    reply = called(client, "test.echo", [1], timeout=0.001)
    assert (reply["type"], reply["code"]) == ("error", "unavailable")
    assert called(client, "test.echo", [1])["result"] == 1


def test_a_call_needs_an_id(linked: Served) -> None:
    reply = linked.ask("call", link="nas", method="test.echo")
    assert (reply["ok"], reply["code"]) == (False, "invalid")


def test_an_unknown_link_is_named(linked: Served) -> None:
    client = linked.client()
    client.send(line("call", id=1, link="nass", method="test.echo"))
    assert client.reply() == {
        "id": 1,
        "ok": False,
        "error": "there is no link `nass`",
        "code": "unknown_link",
        "hint": "did you mean `nas`?",
        "type": "error",
    }


def test_an_error_of_the_server_keeps_its_details(linked: Served) -> None:
    reply = called(linked.client(), "test.invalid")
    assert (reply["ok"], reply["type"], reply["code"]) == (False, "error", "remote")
    assert reply["remote"]["data"]["extra"]


def test_a_job_tells_its_progress(linked: Served) -> None:
    client = linked.client()
    client.send(line("call", id=1, link="nas", method="test.job", params=[3, 0.02], job=True))
    *progress, last = to_the_end(client)
    percents = [each["percent"] for each in progress if each["percent"] is not None]
    assert percents == sorted(percents)
    assert len(percents) > 1
    assert last == {"id": 1, "ok": True, "type": "result", "result": {"steps": 3}}


def test_a_job_can_be_aborted(linked: Served) -> None:
    client = linked.client()
    client.send(line("call", id=1, link="nas", method="test.job", params=[500, 0.02], job=True))
    client.reply()
    client.send(line("link_cancel", id=2, call=1, abort=True))
    lines: list[dict[str, Any]] = []
    while not lines or lines[-1].get("id") != 1 or lines[-1]["type"] != "error":
        lines.append(client.reply())
    assert {"id": 2, "ok": True, "type": "result"} in lines
    assert (lines[-1]["ok"], lines[-1]["code"]) == (False, "remote")


def test_a_job_that_nobody_waits_for_goes_on(linked: Served) -> None:
    client = linked.client()
    client.send(line("call", id=1, link="nas", method="test.job", params=[5, 0.05], job=True))
    client.reply()
    client.send(line("link_cancel", id=2, call=1))
    lines = [each for each in client.replies(2) if each["type"] != "progress"]
    while len(lines) < 2:
        lines += [each for each in [client.reply()] if each["type"] != "progress"]
    detached = next(each for each in lines if each["id"] == 1)
    assert (detached["detached"], detached["job"]) == (True, 1)


def test_events_come_until_they_are_not_wanted(linked: Served, nas: TrueNas) -> None:
    client = linked.client()
    client.send(line("link_subscribe", id="s", link="nas", event="alert.list"))
    assert client.reply()["type"] == "progress"  # the server has taken it
    nas.emit("alert.list", {"n": 1})
    event = client.reply()
    assert (event["id"], event["ok"], event["type"]) == ("s", True, "event")
    assert event["data"]["fields"] == {"n": 1}
    client.send(line("link_unsubscribe", id=9, stream="s"))
    assert sorted(client.replies(2), key=lambda reply: str(reply["id"])) == [
        {"id": 9, "ok": True, "type": "result"},
        {"id": "s", "ok": True, "type": "result", "result": None},
    ]


def test_a_ping_is_a_round_trip(linked: Served) -> None:
    client = linked.client()
    client.send(line("link_ping", id=1, link="nas"))
    reply = client.reply()
    assert (reply["type"], reply["result"]["ms"] > 0) == ("result", True)


def test_links_are_listed_as_they_were_added(linked: Served, nas: TrueNas) -> None:
    assert linked.ask("link_list")["links"] == [
        {
            "name": "nas",
            "uri": nas.uri,
            "auth": "truenas-key",
            "user": "admin",
            "insecure": False,
            "alias": None,
        }
    ]


def test_a_status_opens_nothing(linked: Served, nas: TrueNas) -> None:
    reply = linked.ask("link_status")
    assert (reply["pid"], reply["links"][0]["state"], nas.counts["connects"]) == (None, "closed", 0)


def test_calls_are_among_the_answers_whose_time_is_counted(linked: Served) -> None:
    client = linked.client()
    called(client, "test.echo", [1])
    before = sum(linked.ask("stats")["latency_us"].values())
    for _ in range(3):
        called(client, "test.echo", [1])
    assert sum(linked.ask("stats")["latency_us"].values()) == before + 3 + 1


def test_a_status_names_the_kind_of_a_server_that_nobody_has_used(linked: Served) -> None:
    linked.ask("link_add", name="plain", uri="ws://127.0.0.1:9/rpc")
    rows = linked.ask("link_status")["links"]
    assert [(row["name"], row["profile"]) for row in rows] == [
        ("nas", "truenas"),
        ("plain", "jsonrpc"),
    ]


def test_a_status_tells_figures(linked: Served) -> None:
    client = linked.client()
    for _ in range(3):
        called(client, "test.echo", [1])
    row = linked.ask("link_status", name="nas")["links"][0]
    assert (row["state"], row["calls"], row["connects"], row["logins"]) == ("up", 3, 1, 1)
    assert (row["reused"], row["saved_secs"] > 0) == (2, True)
    status = json.loads(linked.send(b"STATUS\n"))
    assert status["time_saved_seconds"] > 0
    assert linked.ask("daemon_status")["status"]["links"] == 1


def test_a_removed_link_is_closed_and_unknown(linked: Served, nas: TrueNas) -> None:
    client = linked.client()
    called(client, "test.echo", [1])
    assert linked.ask("link_remove", name="nas") == {"ok": True}
    assert called(client, "test.echo", [1])["code"] == "unknown_link"
    assert linked.ask("link_list")["links"] == []


def test_a_name_is_taken_once(linked: Served, nas: TrueNas) -> None:
    reply = linked.ask("link_add", **definition(nas))
    assert (reply["code"], reply["error"]) == ("conflict", "there is a link `nas` already")


def test_a_secret_in_the_definition_is_refused_and_not_repeated(
    linked: Served, nas: TrueNas
) -> None:
    reply = linked.send(line("link_add", **definition(nas, "other", secret="hunter2")))
    assert b'"code":"invalid"' in reply
    assert b"hunter2" not in reply


def test_the_hud_tells_how_links_are(linked: Served) -> None:
    called(linked.client(), "test.echo", [1])
    until(lambda: "links:1 up" in linked.ask("get_hud")["hud"])


def test_a_client_that_leaves_is_forgotten(linked: Served) -> None:
    client = linked.client()
    called(client, "test.echo", [1])
    client.send(line("call", id=2, link="nas", method="test.sleep", params=[5]))
    linked.settled()
    client.close()
    kept = linked.services.links.kept
    assert kept is not None
    linked.settled()
    linked.settled()
    assert len(kept._callers) == 0


def follow(client: Client, event: str = "alert.list") -> None:
    """Follow an event; what comes next is of it."""
    client.send(line("link_subscribe", id="s", link="nas", event=event))
    assert client.reply()["type"] == "progress"  # the server has taken it


def test_a_follower_that_reads_late_is_told_the_end_after_what_waits(
    linked: Served, nas: TrueNas
) -> None:
    client = linked.client()
    follow(client)
    for number in range(100):
        nas.emit("alert.list", {"n": number, "p": "x" * 10_000})
    nas.emit("alert.list", {"n": 100})
    called(linked.client(), "test.echo", [1])
    linked.ask("link_remove", name="nas")
    lines = to_the_end(client)
    assert [each["data"]["fields"]["n"] for each in lines[:-1]] == [*range(101)]
    assert lines[-1]["code"] in ("link_down", "link_lost")


def test_a_follower_that_hangs_up_leaves_no_task_behind(linked: Served) -> None:
    client = linked.client()
    follow(client)
    assert "link_subscribe" in linked.tasks()
    client.close()
    linked.run(asyncio.sleep(0.05))
    assert "link_subscribe" not in linked.tasks()


def test_a_pause_holds_events_back_and_calls_go_on(linked: Served, nas: TrueNas) -> None:
    client = linked.client()
    follow(client)
    linked.ask("pause")
    for number in range(3):
        nas.emit("alert.list", {"n": number})
    other = linked.client()
    assert called(other, "test.echo", [7])["result"] == 7
    linked.ask("resume")
    assert [each["data"]["fields"]["n"] for each in client.replies(3)] == [0, 1, 2]


def test_a_follower_is_told_of_a_gap(linked: Served, nas: TrueNas) -> None:
    client = linked.client()
    follow(client)
    nas.drop()
    linked.run(asyncio.sleep(0))
    seen = [client.reply()["type"]]
    while "gap" not in seen:
        seen.append(client.reply()["type"])


def test_a_pause_holds_back_reconnects(linked: Served, nas: TrueNas) -> None:
    client = linked.client()
    follow(client)
    linked.ask("pause")
    nas.drop()
    until(lambda: linked.ask("link_status")["links"][0]["state"] == "pausing")
    before = nas.counts["connects"]
    linked.run(asyncio.sleep(1.0))  # four times the first pause before a try
    assert nas.counts["connects"] == before
    linked.ask("resume")
    until(lambda: nas.counts["connects"] == before + 1)
    until(lambda: json.loads(linked.send(b"STATUS\n"))["saves_count"] == 1)


def test_a_faulty_file_keeps_its_last_good_content(linked: Served) -> None:
    path = linked.scratch.home / "links.yaml"
    good = path.read_text()
    path.write_text("links: {nas: {uri: 'https://x'}}\n")
    reloaded = linked.ask("reload")
    assert reloaded["problems"] == [
        "links.yaml:1:20: link `nas`: the URI is not one of a WebSocket"
    ]
    assert called(linked.client(), "test.echo", [1])["result"] == 1
    linked.restart()
    assert called(linked.client(), "test.echo", [1])["result"] == 1
    path.write_text(good)
    assert linked.ask("reload")["problems"] == []


def test_a_reload_tries_a_refused_login_again(linked: Served, nas: TrueNas) -> None:
    secret = linked.scratch.user / "key"
    secret.write_text("8-wrong")
    secret.chmod(0o600)
    linked.ask("link_add", **definition(nas, "second", secret=f"file:{secret}"))
    client = linked.client()
    client.send(line("call", id=1, link="second", method="test.echo", params=[1]))
    assert client.reply()["code"] == "auth_failed"
    secret.write_text(KEY)
    client.send(line("call", id=2, link="second", method="test.echo", params=[1]))
    assert client.reply()["code"] == "auth_failed"
    linked.ask("reload")
    client.send(line("call", id=3, link="second", method="test.echo", params=[1]))
    assert client.reply()["result"] == 1


def test_nothing_of_links_is_there_before_the_first(served: Served) -> None:
    assert served.ask("daemon_status")["status"]["links"] == 0
    status = json.loads(served.send(b"STATUS\n"))
    assert (status["saves_count"], status["time_saved_seconds"]) == (0, 0.0)
    assert served.services.links.kept is None


def test_a_subscription_ends_once(linked: Served) -> None:
    client = linked.client()
    follow(client)
    client.send(line("link_subscribe", id="s", link="nas", event="other"))
    assert client.reply()["code"] == "conflict"
    client.send(line("link_unsubscribe", id=1, stream="s"))
    client.replies(2)
    client.send(line("link_unsubscribe", id=2, stream="s"))
    assert client.reply()["code"] == "not_found"


def test_a_call_that_is_no_longer_wanted_is_let_go(linked: Served) -> None:
    client = linked.client()
    called(client, "test.echo", [1])
    client.send(line("call", id="a", link="nas", method="test.sleep", params=[5]))
    linked.settled()
    client.send(line("link_cancel", id="b", call="a"))
    replies = {reply["id"]: reply for reply in client.replies(2)}
    assert replies["b"] == {"id": "b", "ok": True, "type": "result"}
    assert replies["a"]["detached"]


# The one-shot dialect.


def one_shot(served: Served, **fields: Any) -> list[dict[str, Any]]:
    """All lines that a request of this dialect is answered with."""
    return [
        json.loads(each) for each in served.send(json.dumps(fields).encode() + b"\n").splitlines()
    ]


def test_an_existing_client_calls_on_the_main_socket(linked: Served) -> None:
    assert one_shot(linked, command="call", method="test.echo", params=[5]) == [
        {"type": "result", "result": 5}
    ]


def test_an_existing_client_pings(linked: Served, nas: TrueNas) -> None:
    assert one_shot(linked, command="ping") == [{"type": "result", "result": "pong"}]
    assert nas.counts["connects"] == 0
    assert one_shot(linked, command="ping", timeout=5) == [{"type": "result", "result": "pong"}]
    assert nas.counts["connects"] == 1


def test_an_existing_client_sees_a_job(linked: Served) -> None:
    kwargs = {"timeout": 60, "job": True}
    *progress, last = one_shot(
        linked, command="call", method="test.job", params=[2, 0.05], kwargs=kwargs
    )
    assert last == {"type": "result", "result": {"steps": 2}}
    assert {frozenset(each) for each in progress} == {
        frozenset({"type", "percent", "description", "state"})
    }


def test_an_existing_client_sees_an_error(linked: Served) -> None:
    (told,) = one_shot(linked, command="call", method="test.invalid", params=[])
    assert (told["type"], told["error_type"]) == ("error", "ClientException")
    assert told["extra"]
    assert "formatted" in told["trace"]


@pytest.mark.parametrize(
    ("fields", "error", "kind"),
    [
        ({"command": "dance"}, "Unknown command: dance", "ValueError"),
        ({"command": "call", "method": "x", "link": "no"}, "there is no link `no`", "ValueError"),
        ({"command": "call"}, "`method` is missing", "ValueError"),
        ({"command": "call", "method": "x", "params": 3}, "`params` is a list or an object",
         "ValueError"),
    ],
)  # fmt: skip
def test_what_an_existing_client_may_not_ask(
    linked: Served, fields: dict[str, Any], error: str, kind: str
) -> None:
    (told,) = one_shot(linked, **fields)
    assert (told["type"], told["error"], told["error_type"]) == ("error", error, kind)


def test_a_stop_closes_the_only_link_and_not_the_daemon(linked: Served) -> None:
    called(linked.client(), "test.echo", [1])
    assert one_shot(linked, command="stop") == [
        {"type": "result", "result": "Daemon shutting down"}
    ]
    assert linked.ask("link_status")["links"][0]["state"] == "closed"
    assert linked.ask("ping")["pong"]


def test_among_several_links_one_has_to_be_named(linked: Served, nas: TrueNas) -> None:
    linked.ask("link_add", **definition(nas, "second"))
    (told,) = one_shot(linked, command="stop")
    assert (told["type"], told["code"]) == ("error", "unknown_link")
    assert one_shot(linked, command="call", link="second", method="test.echo", params=[1]) == [
        {"type": "result", "result": 1}
    ]
