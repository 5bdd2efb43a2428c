"""What is decided about gears: in the log by ration, by their overrides, with a way out."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from axium.daemon.ration import MOST_AT_ONCE
from axium.daemon.services.decisions import Decisions
from axium.model.permissions import Permissions
from tests.daemon.geared import GearChannel, load_gear
from tests.daemon.serving import Served


def logged(caplog: pytest.LogCaptureFixture) -> list[str]:
    """The decisions in the log, without what they have in common."""
    lines = [each.getMessage() for each in caplog.records if each.name == "axium.security"]
    return [line.removeprefix("[SECURITY] spoke=creds").lstrip() for line in lines]


@pytest.fixture(autouse=True)
def _all_levels(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO", "axium.security")


@pytest.fixture
def channel(served: Served) -> Iterator[GearChannel]:
    channel = GearChannel(served)
    yield channel
    channel.close()


def test_lines_of_one_gear_are_rationed_and_what_is_left_out_is_counted(
    caplog: pytest.LogCaptureFixture,
) -> None:
    now = 0.0
    decisions = Decisions({"creds"}, clock=lambda: now)
    for _ in range(100):
        decisions.tell("creds", "notify", None, allowed=True)
        decisions.tell("aws", "notify", None, allowed=True)
    now = 1.0
    decisions.tell("creds", "exec", "ls", allowed=False)
    lines = logged(caplog)
    assert len([line for line in lines if line.startswith("action=notify")]) == MOST_AT_ONCE
    assert len([line for line in lines if "spoke=aws" in line]) == 100
    assert lines[-2:] == [
        f": {100 - MOST_AT_ONCE} decisions before this one were left out",
        "action=exec allowed=false detail=ls via_override=false",
    ]


def test_a_decision_says_whether_the_users_override_made_it(
    served: Served, channel: GearChannel, caplog: pytest.LogCaptureFixture
) -> None:
    override = Permissions(notify=False, ipc=("list_envs", "!get_env_data"))
    load_gear(served, notify=True, ipc=("get_env_data", "get_hud"), override=override)
    replies = [
        channel.ask("notify", title="t"),
        channel.ask("list_envs"),
        channel.ask("get_env_data", name="dev"),
        channel.ask("get_hud"),
        channel.ask("set_env", value="dev"),
    ]
    assert [reply.get("hint") for reply in replies] == [
        "you took it away: `axium gear perms-show creds`",
        None,
        "you took it away: `axium gear perms-show creds`",
        None,
        "`axium gear perms-edit creds`: `ipc` is what grants it",
    ]
    assert logged(caplog) == [
        "action=notify allowed=false detail=None via_override=true",
        "action=ipc:list_envs allowed=true detail=None via_override=true",
        "action=ipc:get_env_data allowed=false detail=None via_override=true",
        "action=ipc:get_hud allowed=true detail=None via_override=false",
        "action=ipc:set_env allowed=false detail=None via_override=false",
    ]


def test_what_every_gear_may_is_no_decision(
    served: Served, channel: GearChannel, caplog: pytest.LogCaptureFixture
) -> None:
    load_gear(served)
    assert channel.ask("ping")["ok"]
    assert channel.ask("get_state")["ok"]
    assert logged(caplog) == []


@pytest.mark.parametrize("word", ["stop", "gear_channel", "load_spoke_permissions"])
def test_what_no_gear_may_is_logged(
    served: Served, channel: GearChannel, caplog: pytest.LogCaptureFixture, word: str
) -> None:
    load_gear(served, ipc=(word,))
    assert channel.ask(word, gear="creds", spoke="creds")["hint"] == "no gear may"
    assert logged(caplog) == [f"action=ipc:{word} allowed=false detail=None via_override=false"]


def test_people_are_shown_no_more_than_they_can_look_at(
    served: Served, channel: GearChannel
) -> None:
    load_gear(served, notify=True)
    replies = [channel.ask("notify", title="t") for _ in range(MOST_AT_ONCE + 5)]
    codes = [reply.get("code", "ok") for reply in replies]
    assert codes[:MOST_AT_ONCE] == ["ok"] * MOST_AT_ONCE
    assert codes[-1] == "busy"


def test_a_label_tells_what_of_a_gear_s_grants_is_more_than_it_says(
    served: Served, channel: GearChannel
) -> None:
    ipc = ("tmux_split_run", "tmux_send_keys", "exec_unconfined", "list_envs")
    load_gear(served, exec=True, ipc=ipc)
    labels = channel.ask("get_permissions")["labels"]
    assert [label["grant"] for label in labels] == ["ipc: tmux_send_keys", "ipc: exec_unconfined"]
