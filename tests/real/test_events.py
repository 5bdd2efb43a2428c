"""Events over a real socket: what they carry, how many wait, what a pause does to them."""

from __future__ import annotations

from typing import Any

from tests.real.client import Client, answers_quickly
from tests.support import Daemon, Scratch, until


def subscribed(client: Client, *events: str, stream: int = 1) -> int:
    """Subscribe; the number of the last event before the stream."""
    client.ask("subscribe", events=list(events), id=stream)
    reply = client.reply()
    assert reply == {"id": stream, "ok": True, "seq": reply["seq"]}
    seq: int = reply["seq"]
    return seq


def change(seq: int, generation: int, **fields: Any) -> dict[str, Any]:
    """An `env_change` as a subscriber gets it."""
    around = {"id": 1, "seq": seq, "event": "env_change", "generation": generation}
    return {"pane": None, **around, **fields}


def test_a_subscriber_hears_of_every_change_with_old_and_new(daemon: Daemon) -> None:
    with Client(daemon.scratch.socket) as client:
        seq = subscribed(client, "env_*")
        daemon.request({"cmd": "set_env", "value": "builder"})
        daemon.request({"cmd": "set_env", "value": "builder"})
        daemon.request({"cmd": "set_pane_env", "pane": "%4", "env": "root"})
        daemon.request({"cmd": "set_pane_env", "pane": "%4", "env": "builder"})
        daemon.request({"cmd": "clear_pane_env", "pane": "%4"})
        daemon.request({"cmd": "clear_pane_env", "pane": "%4"})
        daemon.request({"cmd": "set_env", "value": "root"})
        events = client.replies(6)
    numbers = [event["seq"] for event in events]
    assert numbers == sorted(numbers)
    assert numbers[0] > seq
    fields: list[dict[str, Any]] = [
        {"new_env": "builder", "old_env": "root"},
        {"new_env": "builder", "old_env": "builder"},
        {"new_env": "root", "old_env": None, "pane": "%4"},
        {"new_env": "builder", "old_env": "root", "pane": "%4"},
        {"new_env": None, "old_env": "builder", "pane": "%4"},
        {"new_env": "root", "old_env": "builder"},
    ]
    assert events == [
        change(number, generation, **told)
        for number, generation, told in zip(numbers, range(1, 7), fields, strict=True)
    ]


def test_unsubscribing_ends_the_stream_and_not_the_connection(daemon: Daemon) -> None:
    with Client(daemon.scratch.socket) as client:
        subscribed(client, "env_change")
        client.ask("unsubscribe", stream=1, id=2)
        assert client.reply() == {"id": 2, "ok": True}
        daemon.request({"cmd": "set_env", "value": "builder"})
        client.ask("get_pane_env", pane="%1", id=3)
        assert client.reply() == {"id": 3, "ok": True, "env": "builder", "source": "global"}


def make_events(daemon: Daemon, count: int) -> None:
    """Set a segment so many times, which is an event each."""
    with Client(daemon.scratch.socket, timeout=30) as client:
        for start in range(0, count, 200):
            for number in range(start, start + 200):
                client.ask("hud_segment_value", spoke="counter", value=f"{number}", id=number)
            client.replies(200)


def until_lagged(client: Client) -> tuple[list[str], dict[str, Any]]:
    """The values of all events up to the first that is none, and what came instead."""
    values: list[str] = []
    while True:
        event = client.reply()
        if event["event"] != "hud_segment_updated":
            return values, event
        values.append(event["value"])


def test_a_subscriber_that_never_reads_is_told_once_how_much_it_missed(daemon: Daemon) -> None:
    with Client(daemon.scratch.socket) as client:
        subscribed(client, "hud_segment_updated")
        make_events(daemon, 5_000)
        assert answers_quickly(daemon)
        values, lagged = until_lagged(client)
        assert values == [str(number) for number in range(len(values))]
        assert len(values) >= 1_000
        assert lagged == {
            "id": 1,
            "seq": lagged["seq"],
            "event": "lagged",
            "count": 5_000 - len(values),
        }
        daemon.request({"cmd": "hud_segment_value", "spoke": "counter", "value": "later"})
        event = client.reply()
        assert (event["event"], event["value"]) == ("hud_segment_updated", "later")
        assert event["seq"] > lagged["seq"]


def test_a_pause_holds_events_back_and_resume_delivers_them_in_order(daemon: Daemon) -> None:
    with Client(daemon.scratch.socket) as client:
        subscribed(client, "hud_segment_updated")
        assert daemon.send(b"PAUSE\n") == b"OK\n"
        assert daemon.send(b"PAUSE\n") == b"ERR: Daemon already paused\n"
        make_events(daemon, 200)
        client.ask("ping", id="between")
        assert client.reply()["id"] == "between"
        assert daemon.request({"cmd": "set_env", "value": "builder"}) == {"ok": True}
        assert daemon.send(b"RESUME\n") == b"OK\n"
        values = [client.reply()["value"] for _ in range(200)]
        assert values == [str(number) for number in range(200)]
        assert daemon.send(b"RESUME\n") == b"ERR: Daemon is not paused\n"


def test_a_long_pause_keeps_a_thousand_events_and_tells_how_many_more_there_were(
    daemon: Daemon,
) -> None:
    with Client(daemon.scratch.socket) as client:
        subscribed(client, "hud_segment_updated")
        daemon.send(b"PAUSE\n")
        make_events(daemon, 1_400)
        daemon.send(b"RESUME\n")
        values, lagged = until_lagged(client)
        assert values == [str(number) for number in range(1_000)]
        assert (lagged["event"], lagged["count"]) == ("lagged", 400)


def test_a_pause_survives_a_restart(scratch: Scratch) -> None:
    daemon = Daemon(scratch)
    assert daemon.request({"cmd": "pause"}) == {"ok": True, "state": "paused"}
    assert daemon.request({"cmd": "pause"}) == {"ok": True, "state": "paused"}
    daemon.close()
    again = Daemon(scratch)
    assert again.request({"cmd": "daemon_status"})["status"]["state"] == "paused"
    with Client(scratch.socket) as client:
        subscribed(client, "env_change")
        again.request({"cmd": "set_env", "value": "builder"})
        client.ask("ping", id="between")
        assert client.reply()["id"] == "between"
        assert again.send(b"RESUME\n") == b"OK\n"
        event = client.reply()
        assert event == change(event["seq"], 2, new_env="builder", old_env="root")
    again.close()


def test_a_subscriber_that_goes_away_is_forgotten(daemon: Daemon) -> None:
    for _ in range(50):
        with Client(daemon.scratch.socket) as client:
            subscribed(client, "*")
    daemon.request({"cmd": "set_env", "value": "builder"})
    until(lambda: daemon.request({"cmd": "daemon_status"})["status"]["connections"] == 1)
