"""The table Core: what the daemon says of itself, pausing, reloading, stopping, events."""

from __future__ import annotations

import re

import pytest

from axium import __version__
from axium.daemon.services.lifecycle import uptime_in_full
from tests.daemon.serving import Served, line


def test_ping_answers_with_version_protocol_and_pid(served: Served) -> None:
    assert served.ask("ping") == {
        "ok": True,
        "pong": True,
        "version": __version__,
        "protocol": 1,
        "pid": served.services.life.pid,
    }


def test_hello_lists_a_capability_for_every_spelling_and_the_features(served: Served) -> None:
    reply = served.ask("hello")
    capabilities = set(reply.pop("capabilities"))
    assert reply == {"ok": True, "version": __version__, "protocol": 1}
    assert {"cmd-hud_segment_value", "cmd-update_hud_segment", "text-verbs"} <= capabilities


def test_hello_answers_which_of_the_wanted_capabilities_are_there(served: Served) -> None:
    reply = served.ask("hello", version="9", capabilities=["cmd-ping", "cmd-fly", "hud-line"])
    assert reply["capabilities"] == ["cmd-ping", "hud-line"]


def test_the_state_has_every_documented_field(served: Served) -> None:
    served.ask("set_pane_env", pane="%1", env="prod")
    state = served.ask("get_state")["state"]
    life = served.services.life
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", life.started)
    assert state == {
        "active_env": "root",
        "panes": {"%1": "prod"},
        "started": life.started,
        "started_at": life.started_at,
        "tmux_pane": None,
        "hud_cache": {"%1": "[axium] env:prod  uptime:0m"},
        "paused": False,
        "generation": 1,
        "pane_info": {"%1": {"env": "prod", "server": "default", "socket": None}},
    }


def test_the_status_has_every_documented_field(served: Served) -> None:
    served.ask("set_pane_env", pane="%1", env="prod")
    assert served.ask("daemon_status")["status"] == {
        "running": True,
        "uptime": "0s",
        "uptime_secs": 0,
        "active_env": "root",
        "panes": 1,
        "state": "monitoring",
        "pid": served.services.life.pid,
        "version": __version__,
        "connections": 1,
        "plugins": 0,
        "links": 0,
        "problems": [],
        "warnings": [],
        "hints": {},
    }


@pytest.mark.parametrize(
    ("secs", "text"),
    [(0, "0s"), (59, "59s"), (60, "1m 0s"), (3600, "1h 0m 0s"), (8130, "2h 15m 30s")],
)
def test_uptime_leaves_hours_and_minutes_out_when_nothing_is_before_them(
    secs: int, text: str
) -> None:
    assert uptime_in_full(secs) == text


def test_stop_is_answered_before_the_daemon_stops(served: Served) -> None:
    assert served.ask("stop") == {"ok": True, "stopping": True}
    assert served.services.life.stopping.is_set()


def test_a_reload_tells_faults_by_their_place_and_keeps_the_last_good_content(
    served: Served,
) -> None:
    served.write({"envs.yaml": "envs: [\n", "prefixes.yaml": "prefixes: []\n"})
    reply = served.ask("reload")
    assert (reply["ok"], reply["reloaded"]) == (True, True)
    assert [problem.partition(": ")[0] for problem in reply["problems"]] == ["envs.yaml:2:1"]
    assert list(served.ask("list_envs")["envs"]) == ["root", "dev", "prod"]
    assert served.ask("list_prefixed_commands")["commands"] == []
    assert served.ask("daemon_status")["status"]["problems"] == reply["problems"]
    assert served.ask("get_hud")["hud"] == "[axium] env:root  uptime:0m  faults:1"


def test_a_reload_emits_its_events_in_their_order(served: Served) -> None:
    client = served.client()
    client.ask("subscribe", id="s")
    served.ask("reload")
    events = [client.reply()["event"] for _ in range(4)]
    assert events == ["hud_refresh", "daemon_reload", "config_reloaded", "hud_refresh"]


def test_pause_and_resume_are_idempotent_and_survive_a_restart(served: Served) -> None:
    paused = [served.ask("pause"), served.ask("pause")]
    served.restart()
    after = [served.ask("get_state")["state"]["paused"], served.ask("resume"), served.ask("resume")]
    assert paused == [{"ok": True, "state": "paused"}] * 2
    assert after == [True, *[{"ok": True, "state": "monitoring"}] * 2]


def test_the_first_line_of_a_stream_tells_the_sequence_before_it(served: Served) -> None:
    client = served.client()
    before = served.services.subscriptions.seq
    assert client.ask("subscribe", id="s") == {"id": "s", "ok": True, "seq": before}


def test_no_event_overtakes_the_first_line_of_its_stream(served: Served) -> None:
    client = served.client(
        line("subscribe", id="s", events=["hud_segment_updated"])
        + line("hud_segment_value", id=1, spoke="creds", value="Y")
    )
    first, second, third = client.replies(3)
    assert [first["id"], second, third["event"]] == [
        "s",
        {"id": 1, "ok": True},
        "hud_segment_updated",
    ]


def test_a_stream_carries_the_events_that_its_globs_name(served: Served) -> None:
    client = served.client()
    client.ask("subscribe", id=1, events=["env_*", "hud_segment_?pdated"])
    served.ask("hud_segment_value", spoke="creds", value="Y")
    served.ask("set_env", value="dev")
    seq = served.services.subscriptions.seq
    assert client.replies(2) == [
        {"id": 1, "seq": seq - 3, "event": "hud_segment_updated", "spoke": "creds", "value": "Y"},
        {
            "id": 1,
            "seq": seq - 1,
            "event": "env_change",
            "new_env": "dev",
            "old_env": "root",
            "pane": None,
            "generation": 1,
        },
    ]


def test_a_stream_of_no_events_carries_none(served: Served) -> None:
    client = served.client()
    client.ask("subscribe", id=1, events=[])
    served.ask("set_env", value="dev")
    assert client.ask("ping", id=2)["id"] == 2


def test_subscribing_needs_an_id(served: Served) -> None:
    assert served.ask("subscribe") == {
        "ok": False,
        "error": "`subscribe` needs an `id`",
        "code": "invalid",
        "hint": "add an `id`",
    }


def test_a_stream_can_not_begin_in_the_past(served: Served) -> None:
    assert served.client().ask("subscribe", id=1, since=0) == {
        "id": 1,
        "ok": False,
        "error": "field `since`: past events are not kept by this daemon",
        "code": "unavailable",
        "hint": "leave `since` out to get events from now on",
    }


def test_a_second_stream_of_the_same_id_is_a_conflict(served: Served) -> None:
    client = served.client()
    client.ask("subscribe", id="s")
    assert client.ask("subscribe", id="s") == {
        "id": "s",
        "ok": False,
        "error": "a stream with the id `s` is open on this connection",
        "code": "conflict",
    }


def test_patterns_are_bounded_in_number_and_length(served: Served) -> None:
    client = served.client()
    assert [
        client.ask("subscribe", id=1, events=["x"] * 65)["error"],
        client.ask("subscribe", id=1, events=["x" * 65])["error"],
    ] == [
        "field `events`: expected `array` of length <= 64",
        "field `events[0]`: expected `str` of length <= 64",
    ]


def test_the_streams_of_a_connection_are_bounded(served: Served) -> None:
    client = served.client()
    for n in range(64):
        assert client.ask("subscribe", id=n)["ok"] is True
    assert client.ask("subscribe", id=64) == {
        "id": 64,
        "ok": False,
        "error": "64 streams are open on this connection",
        "code": "busy",
        "hint": "`unsubscribe` ends one; one stream can carry several events",
    }


@pytest.mark.parametrize("fields", [{"id": "s"}, {"id": 9, "stream": "s"}, {"id": 9}])
def test_unsubscribing_ends_the_stream_that_is_meant(
    served: Served, fields: dict[str, str | int]
) -> None:
    client = served.client()
    client.ask("subscribe", id="s")
    ended = client.ask("unsubscribe", **fields)
    served.ask("set_env", value="dev")
    assert [ended, client.ask("ping", id=2)["id"]] == [{"id": fields["id"], "ok": True}, 2]


def test_unsubscribing_without_a_stream_is_told(served: Served) -> None:
    assert served.client().ask("unsubscribe", id=1, stream="s") == {
        "id": 1,
        "ok": False,
        "error": "no stream with the id `s` is open on this connection",
        "code": "not_found",
    }


def test_stats_count_requests_by_command_whatever_their_spelling(served: Served) -> None:
    served.ask("update_hud_segment", spoke="creds", value="Y")
    served.ask("hud_segment_value", spoke="creds", value="N")
    reply = served.ask("stats")
    assert sum(reply.pop("latency_us").values()) == 2
    assert reply.pop("loop_lag_ms") >= 0
    assert reply == {"ok": True, "requests": {"hud_segment_value": 2, "stats": 1}, "restarts": {}}
