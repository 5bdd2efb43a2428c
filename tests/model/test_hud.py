"""One line that says where a pane is, in each of the three formats."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from axium.model.hud import (
    Extra,
    Format,
    HudConfig,
    HudContext,
    is_color,
    render_hud,
    sgr,
    uptime_text,
)
from tests.model.making import environment

PROD = environment(aws_profile="p1", region="eu", color="#ff0000")
CONTEXT = HudContext(PROD, "%1", 8100)


def extra(name: str, value: str, priority: int = 100) -> Extra:
    return Extra(name, value, priority, name)


def plain(
    config: HudConfig | None = None, context: HudContext = CONTEXT, extras: tuple[Extra, ...] = ()
) -> str:
    return render_hud(config or HudConfig(), context, extras, format="plain")


def test_the_shipped_layout_shows_environment_and_uptime() -> None:
    assert plain() == "[axium] env:prod  uptime:2h15m"


def test_no_environment_is_a_dash() -> None:
    assert plain(context=HudContext(None)) == "[axium] env:-  uptime:0m"


@pytest.mark.parametrize(
    ("layout", "expected"),
    [
        (("aws", "pane", "env"), "[axium] aws:p1  pane:%1  env:prod"),
        (("env.region", "env.none", "nobody"), "[axium] region:eu"),
        ((), "[axium] inactive"),
        (("nobody",), "[axium] inactive"),
    ],
)
def test_the_layout_names_segments_in_order(layout: tuple[str, ...], expected: str) -> None:
    assert plain(HudConfig(layout=layout)) == expected


def test_segments_without_a_value_hide() -> None:
    config = HudConfig(layout=("env", "aws", "pane"))
    assert plain(config, HudContext(environment("dev"))) == "[axium] env:dev"


def test_plugins_follow_by_priority_unless_the_layout_names_them() -> None:
    extras = (extra("z", "1", 20), extra("b", "2", 50), extra("a", "3", 50), extra("n", "4", 99))
    config = HudConfig(layout=("n", "env"))
    assert plain(config, extras=extras) == "[axium] n:4  env:prod  z:1  a:3  b:2"


def test_hidden_segments_are_not_shown_wherever_they_come_from() -> None:
    config = HudConfig(hide=("uptime", "creds"))
    assert plain(config, extras=(extra("creds", "Y"),)) == "[axium] env:prod"


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("Y", "creds:Y"),
        ("[creds:Y]", "creds:Y"),
        ("{Y}", "creds:Y"),
        ("|creds:Y|", "creds:Y"),
        ('"Y"', "creds:Y"),
        ("creds", "creds:creds"),
        ("[a] [b", "creds:[a] [b"),
        ("[", "creds:["),
    ],
)
def test_a_value_that_names_itself_is_not_named_again(value: str, shown: str) -> None:
    config = HudConfig(layout=())
    assert plain(config, extras=(extra("creds", value),)) == f"[axium] {shown}"


@pytest.mark.parametrize("value", ["", "  ", "[]", "( )", "\n"])
def test_a_plugins_empty_value_hides_it(value: str) -> None:
    assert plain(extras=(extra("creds", value),)) == "[axium] env:prod  uptime:2h15m"


@pytest.mark.parametrize(
    ("config", "expected"),
    [
        (HudConfig(padding=0), "[axium] env:prod uptime:2h15m"),
        (HudConfig(padding=2), "[axium]  env:prod    uptime:2h15m"),
        (HudConfig(left="[", right="]"), "[axium] [env:prod]  [uptime:2h15m]"),
    ],
)
def test_padding_and_wrapper_stand_around_each_segment(config: HudConfig, expected: str) -> None:
    assert plain(config) == expected


def test_faults_in_files_are_shown_last_and_can_not_be_hidden() -> None:
    context = HudContext(PROD, faults=2)
    config = HudConfig(layout=("env",), hide=("faults",))
    assert plain(config, context, (extra("a", "1"),)) == "[axium] env:prod  a:1  faults:2"


def test_tmux_gets_styles_and_doubled_hashes() -> None:
    made = render_hud(HudConfig(), CONTEXT, [extra("x", "#[bg=red]#(id)")], format="tmux")
    assert made == (
        "#[fg=#00B7C7][axium] #[fg=#ff0000]env:prod#[fg=#00B7C7]  uptime:2h15m"
        "  x:##[bg=red]##(id)#[default]"
    )


def test_a_terminal_gets_sgr() -> None:
    assert render_hud(HudConfig(layout=("env",), color="cyan"), CONTEXT, format="ansi") == (
        "\x1b[36m[axium] \x1b[38;2;255;0;0menv:prod\x1b[36m\x1b[0m"
    )


@pytest.mark.parametrize(
    ("secs", "text"),
    [(0, "0m"), (59, "0m"), (300, "5m"), (3600, "1h0m"), (8100, "2h15m"), (360000, "100h0m")],
)
def test_uptime_is_whole_hours_and_minutes(secs: int, text: str) -> None:
    assert uptime_text(secs) == text


@pytest.mark.parametrize(
    ("color", "parameters"),
    [
        ("#00B7C7", "38;2;0;183;199"),
        ("#fff", "38;2;255;255;255"),
        ("red", "31"),
        ("purple", ""),
        ("#12", ""),
        ("#00B7C7\n", ""),
        ("", ""),
    ],
)
def test_a_colour_is_its_sgr_parameters_or_none(color: str, parameters: str) -> None:
    assert (sgr(color), is_color(color)) == (parameters, bool(parameters))


@given(st.text(), st.text(), st.text(), st.sampled_from(["plain", "tmux", "ansi"]))
def test_no_value_can_steer_a_terminal_or_tmux(
    name: str, value: str, wrapper: str, form: Format
) -> None:
    config = HudConfig(left=wrapper, right=wrapper, layout=("env", "env.v", "x"))
    env = environment(name, v=value, color=value)
    made = render_hud(config, HudContext(env), [extra("x", value)], format=form)
    ours = r"#\[fg=[#\w]+\]|#\[default\]" if form == "tmux" else r"\x1b\[[0-9;]+m"
    theirs = re.sub(ours, "", made.replace("##", ""), flags=re.ASCII) if form != "plain" else made
    assert not re.search("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202e\ud800-\udfff]", theirs)
    assert form != "tmux" or "#" not in theirs
