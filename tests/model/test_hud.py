"""One line that says where a pane is, in each of the three formats."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from axium.model.colors import Depth
from axium.model.display import width
from axium.model.hud import (
    TMUX_SESSION,
    WIDEST,
    Extra,
    HudConfig,
    HudContext,
    ThemeChoice,
    prompt_sgr,
    render_hud,
    uptime_text,
)
from axium.model.painting import Format
from axium.model.themes import THEMES, ThemeName
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
        "#[fg=#00B7C7,bg=#111111][axium] #[fg=#FF0000]env:prod#[fg=#00B7C7]  uptime:2h15m"
        "  x:##[bg=red]##(id)#[default]"
    )


@pytest.mark.parametrize(
    ("colors", "expected"),
    [
        (
            "24bit",
            "\x1b[36;48;2;17;17;17m[axium] \x1b[38;2;255;0;0menv:prod\x1b[0m",
        ),
        ("256", "\x1b[36;48;5;233m[axium] \x1b[38;5;196menv:prod\x1b[0m"),
        ("none", "[axium] env:prod"),
    ],
)
def test_a_terminal_gets_the_colours_that_it_can_show(colors: Depth, expected: str) -> None:
    config = HudConfig(layout=("env",), color="cyan")
    assert render_hud(config, CONTEXT, format="ansi", colors=colors) == expected


def test_a_session_is_named_where_it_is_known_and_left_to_tmux_in_tmux() -> None:
    config = HudConfig(layout=("session", "env"))
    unknown, known = HudContext(None), HudContext(None, session="main")
    assert [plain(config, unknown), plain(config, known)] == [
        "[axium] env:-",
        "[axium] session:main  env:-",
    ]
    assert f" session:{TMUX_SESSION}  env:-" in render_hud(config, unknown, format="tmux")


def test_nobody_else_can_write_what_stands_for_tmux_s_session() -> None:
    context = HudContext(environment(f"a{TMUX_SESSION}"), session=f"b{TMUX_SESSION}")
    made = render_hud(HudConfig(left=TMUX_SESSION), context, [], format="tmux")
    assert TMUX_SESSION not in made


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("colors", ["24bit", "256", "none"])
@pytest.mark.parametrize("form", ["tmux", "ansi"])
def test_a_theme_changes_no_word(theme: ThemeName, colors: Depth, form: Format) -> None:
    config = HudConfig(theme=ThemeChoice(True, theme))
    context = HudContext(PROD, uptime_secs=8100, faults=1)
    made = render_hud(config, context, format=form, colors=colors)
    words = re.sub(r"#\[[^]]*\]|\x1b\[[0-9;]*m", "", made)
    assert words == "[axium] env:prod  uptime:2h15m  faults:1"


@pytest.mark.parametrize(
    ("theme", "expected"),
    [
        (
            "classic",
            "#[fg=#FFFF00,bg=#111111][axium] #[fg=#FF0000]env:prod#[fg=#FFFF00]  pane:%1#[default]",
        ),
        (
            "teal",
            (
                "#[fg=#111111,bg=#00B7C7,bold][axium]#[fg=#00B7C7,bg=#111111,nobold] "
                "#[fg=#FF0000,bold]env:prod#[fg=#00B7C7,nobold]  pane:%1#[default]"
            ),
        ),
        (
            "dim",
            (
                "#[fg=#A3A3A3,bg=#1B1B1B][axium] #[fg=#000000,bg=#FF0000]env:prod"
                "#[fg=#A3A3A3,bg=#1B1B1B]  pane:%1#[default]"
            ),
        ),
        (
            "inverted",
            (
                "#[fg=#111111,bg=#00B7C7,bold][axium]#[nobold] "
                "#[fg=#000000,bg=#FF0000,bold]env:prod"
                "#[fg=#111111,bg=#00B7C7,nobold]  pane:%1#[default]"
            ),
        ),
        ("mono", "[axium] #[bold]env:prod#[nobold]  pane:%1#[default]"),
        (
            "soft",
            (
                "#[fg=#00B7C7,bg=#1B1B1B][axium]#[fg=#E6E6E6] #[fg=#000000,bg=#FF0000,bold]env:prod"
                "#[fg=#E6E6E6,bg=#1B1B1B,nobold]  pane:%1#[default]"
            ),
        ),
    ],
)
def test_a_theme_wins_over_the_colour_that_classic_is_made_of(
    theme: ThemeName, expected: str
) -> None:
    config = HudConfig(("env", "pane"), color="#FF0", theme=ThemeChoice(True, theme))
    assert render_hud(config, CONTEXT, format="tmux") == expected


def test_a_theme_that_is_not_enabled_is_classic() -> None:
    off = HudConfig(theme=ThemeChoice(False, "soft"))
    on = HudConfig(theme=ThemeChoice(True, "classic"))
    assert render_hud(off, CONTEXT, format="tmux") == render_hud(on, CONTEXT, format="tmux")


@pytest.mark.parametrize(
    ("theme", "expected"),
    [
        (ThemeChoice(), ["", "", "38;2;255;0;0"]),
        (
            ThemeChoice(True, "teal"),
            [
                "",
                "1;38;2;20;217;231;48;2;17;17;17",
                "1;38;2;255;0;0;48;2;17;17;17",
            ],
        ),
        (ThemeChoice(True, "mono"), ["", "1", "1"]),
    ],
)
def test_a_prompt_shows_a_theme_only_where_one_is_chosen(
    theme: ThemeChoice, expected: list[str]
) -> None:
    config = HudConfig(theme=theme)
    assert [prompt_sgr(config, env) for env in (None, environment("dev"), PROD)] == expected


@pytest.mark.parametrize(
    ("secs", "text"),
    [(0, "0m"), (59, "0m"), (300, "5m"), (3600, "1h0m"), (8100, "2h15m"), (360000, "100h0m")],
)
def test_uptime_is_whole_hours_and_minutes(secs: int, text: str) -> None:
    assert uptime_text(secs) == text


@pytest.mark.parametrize(
    "letter", ["x", "語", "e\u0301", "\u0301", "\u05d0", "👩\u200d👩\u200d👧", "#"]
)
def test_a_long_value_is_cut_to_the_columns_of_a_segment(letter: str) -> None:
    context = HudContext(environment("prod", region=letter * 10_000))
    made = plain(HudConfig(layout=("env.region",)), context).removeprefix("[axium] region:")
    assert (width(made) <= WIDEST, made[-1:]) == (True, "…")


@given(
    st.text(),
    st.text(),
    st.text(),
    st.sampled_from(["plain", "tmux", "ansi"]),
    st.sampled_from(list(THEMES)),
)
def test_no_value_can_steer_a_terminal_or_tmux(
    name: str, value: str, wrapper: str, form: Format, theme: ThemeName
) -> None:
    layout = ("env", "env.v", "x")
    config = HudConfig(layout, left=wrapper, right=wrapper, theme=ThemeChoice(True, theme))
    env = environment(name, v=value, color=value)
    made = render_hud(config, HudContext(env), [extra("x", value)], format=form)
    ours = r"#\[[#=,\w]+\]" if form == "tmux" else r"\x1b\[[0-9;]+m"
    theirs = re.sub(ours, "", made.replace("##", ""), flags=re.ASCII) if form != "plain" else made
    assert not re.search("[\x00-\x1f\x7f-\x9f\u061c\u2028\u2029\u202e\ud800-\udfff]", theirs)
    assert form != "tmux" or "#" not in theirs
