"""The table HUD: its text in each form, and segments that are set through the wire."""

from __future__ import annotations

import pytest

from tests.daemon.serving import Served
from tests.daemon.tmux_scene import TmuxServer

DONE = {"ok": True}


def hud(served: Served, **fields: str) -> str:
    """The HUD's text."""
    text: str = served.ask("get_hud", **fields)["hud"]
    return text


def test_the_hud_names_the_environment_of_the_pane_and_the_uptime(served: Served) -> None:
    served.ask("set_pane_env", pane="%1", env="prod")
    assert [served.ask("get_hud", pane="%1"), served.ask("get_hud")] == [
        {"ok": True, "hud": "[axium] env:prod  uptime:0m"},
        {"ok": True, "hud": "[axium] env:root  uptime:0m"},
    ]


def test_the_hud_comes_in_three_forms(served: Served) -> None:
    texts = [hud(served, format=form) for form in ("plain", "tmux", "ansi")]
    assert texts == [
        "[axium] env:root  uptime:0m",
        "#[fg=#00B7C7,bg=#111111][axium] env:root  uptime:0m#[default]",
        "\x1b[38;2;0;183;199;48;2;17;17;17m[axium] env:root  uptime:0m\x1b[0m",
    ]


def test_a_hud_of_which_nothing_can_be_rendered_says_inactive(served: Served) -> None:
    served.write({"hud.yaml": "layout: []\n"})
    served.ask("reload")
    assert hud(served) == "[axium] inactive"


def test_a_change_is_in_the_hud_at_once(served: Served) -> None:
    before = hud(served)
    served.ask("set_env", value="dev")
    assert [before, hud(served)] == ["[axium] env:root  uptime:0m", "[axium] env:dev  uptime:0m"]


@pytest.mark.parametrize("cmd", ["hud_segment_value", "update_hud_segment"])
def test_a_segment_is_set_by_either_name_and_cleared_by_an_empty_value(
    served: Served, cmd: str
) -> None:
    assert served.ask(cmd, spoke="creds", value="Y") == DONE
    shown = hud(served)
    assert served.ask(cmd, spoke="creds", value="") == DONE
    assert [shown, hud(served)] == [
        "[axium] env:root  uptime:0m  creds:Y",
        "[axium] env:root  uptime:0m",
    ]


@pytest.mark.parametrize("value", ["Y", "[creds:Y]", "creds:Y", "(Y)", " Y ", "\x1bY\n"])
def test_a_value_that_has_wrapper_and_name_already_is_not_given_them_again(
    served: Served, value: str
) -> None:
    served.ask("hud_segment_value", spoke="creds", value=value)
    assert hud(served) == "[axium] env:root  uptime:0m  creds:Y"


def test_a_value_can_not_write_a_tmux_format(served: Served) -> None:
    served.ask("hud_segment_value", spoke="creds", value="#(id) #[bg=red]")
    assert "creds:##(id) ##[bg=red]" in hud(served, format="tmux")


def test_setting_a_segment_tells_of_it_and_refreshes_the_hud(served: Served) -> None:
    client = served.client()
    client.ask("subscribe", id=1)
    served.ask("hud_segment_value", spoke="creds", value="Y")
    seq = served.services.subscriptions.seq
    assert client.replies(2) == [
        {"id": 1, "seq": seq - 1, "event": "hud_segment_updated", "spoke": "creds", "value": "Y"},
        {"id": 1, "seq": seq, "event": "hud_refresh"},
    ]


def test_a_segment_needs_its_owners_name(served: Served) -> None:
    refusal = {
        "ok": False,
        "error": "spoke name required",
        "code": "invalid",
        "hint": "`spoke` names the segment",
    }
    assert [
        served.ask("hud_segment_value", value="Y"),
        served.ask("hud_segment_value", spoke="", value="Y"),
    ] == [refusal] * 2


def test_segments_are_told_by_priority_with_their_owners(served: Served) -> None:
    served.write({"hud.yaml": "layout: [creds, env, env.region, aws]\nhide: [aws]\n"})
    served.ask("reload")
    served.ask("hud_segment_value", spoke="creds", value="Y")
    assert served.ask("get_hud_segments") == {
        "ok": True,
        "segments": [
            {"name": "env", "priority": 11, "spoke": "core"},
            {"name": "env.region", "priority": 12, "spoke": "core"},
            {"name": "creds", "priority": 100, "spoke": "creds"},
        ],
    }


def test_a_segment_that_nobody_sets_is_nobodys(served: Served) -> None:
    served.write({"hud.yaml": "layout: [env, creds]\n"})
    served.ask("reload")
    assert served.ask("get_hud_segments")["segments"] == [
        {"name": "env", "priority": 10, "spoke": "core"}
    ]


def test_a_segment_of_the_core_stays_the_cores(served: Served) -> None:
    served.ask("hud_segment_value", spoke="env", value="prod")
    assert hud(served) == "[axium] env:root  uptime:0m"
    assert [found["spoke"] for found in served.ask("get_hud_segments")["segments"]] == ["core"] * 2


def test_the_hud_has_the_colours_that_were_asked_for(served: Served) -> None:
    texts = [hud(served, format="ansi", colors=colors) for colors in ("256", "none")]
    assert texts == [
        "\x1b[38;5;38;48;5;233m[axium] env:root  uptime:0m\x1b[0m",
        "[axium] env:root  uptime:0m",
    ]


def test_a_theme_is_in_the_hud_and_in_the_pointers_of_prompts_at_once(served: Served) -> None:
    pointer = served.scratch.home / "run" / "global"
    plain = pointer.read_bytes().split(b"\0")[3]
    served.write({"hud.yaml": "style: {theme: {enabled: true, name: teal}}\n"})
    assert served.ask("reload")["problems"] == []
    assert [plain, pointer.read_bytes().split(b"\0")[3], hud(served, format="tmux")] == [
        b"",
        b"1;38;2;20;217;231;48;2;17;17;17",
        (
            "#[fg=#111111,bg=#00B7C7,bold][axium]#[fg=#00B7C7,bg=#111111,nobold] "
            "#[fg=#14D9E7,bold]env:root#[fg=#00B7C7,nobold]  uptime:0m#[default]"
        ),
    ]


def test_the_session_of_a_pane_is_what_tmux_says_at_that_time(
    served: Served, server: TmuxServer
) -> None:
    served.write({"hud.yaml": "layout: [session, env]\n"})
    served.ask("reload")
    place = {"pane": "%0", "server": f"{server.socket},{server.pid}"}
    before = hud(served, **place)
    served.ask("set_pane_env", env="dev", **place)
    first, line = hud(served, **place), served.send(f"HUD %0 {place['server']}\n".encode())
    server.cmd("rename-session", "-t", "main", "a #[b] 語")
    texts = [
        before,
        first,
        line.decode(),
        hud(served, **place),
        hud(served),
        hud(served, pane="%9"),
    ]
    assert texts == [
        "[axium] env:root",
        "[axium] session:main  env:dev",
        "[axium] session:main  env:dev\n",
        "[axium] session:a #[b] 語  env:dev",
        "[axium] env:root",
        "[axium] env:root",
    ]


def test_tmux_fills_in_its_session_itself(served: Served) -> None:
    served.write({"hud.yaml": "layout: [session]\n"})
    served.ask("reload")
    assert "] session:#{session_name}#[" in hud(served, format="tmux", pane="%1")


def test_a_value_that_no_hud_could_show_is_refused(served: Served) -> None:
    served.ask("hud_segment_value", spoke="creds", value="x" * 1000)
    before = hud(served)
    refusal = served.ask("hud_segment_value", spoke="creds", value="y" * 1001)
    assert refusal["code"] == "too_large"
    assert hud(served) == before
