"""The hidden variables of a HUD and the commands that set them."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from axium.daemon.services.tmux.client import size
from axium.daemon.services.tmux.variables import (
    CHUNK,
    LONGEST,
    REFRESH,
    HudTexts,
    Look,
    Variables,
    changes,
    chunks,
    fitting,
    found_variables,
    options,
    visible_first,
)
from axium.model.hud import TMUX_SESSION

TEXTS = st.text(st.characters(), max_size=200) | st.text("#[]a;\\", max_size=20)


def test_each_pane_with_a_text_of_its_own_has_a_variable() -> None:
    texts = HudTexts("all", {"%3": "three", "%10": "ten"})
    assert Variables().of(texts) == {
        "AXIUM_HUD": "all",
        "AXIUM_HUD_3": "three",
        "AXIUM_HUD_10": "ten",
        "AXIUM_MORE": "1",
    }


def test_one_text_for_all_panes_needs_no_look_at_any_number() -> None:
    assert Variables().of(HudTexts("all")) == {"AXIUM_HUD": "all"}


def test_a_text_is_cut_where_the_name_of_the_session_stands() -> None:
    texts = HudTexts(f"in {TMUX_SESSION}!", {"%3": f"of {TMUX_SESSION}?"})
    assert Variables().of(texts) == {
        "AXIUM_HUD": "in ",
        "AXIUM_REST": "!",
        "AXIUM_HUD_3": "of ",
        "AXIUM_REST_3": "?",
        "AXIUM_MORE": "1",
    }


def test_options_name_the_environment_and_its_colour() -> None:
    texts = HudTexts("all", {"%3": "x"}, Look("d#[e]v", "red"), {"%3": Look("prod")})
    assert options(texts) == {
        "@axium_env": "d##[e]v",
        "@axium_color": "red",
        "@axium_env %3": "prod",
        "@axium_color %3": "",
    }


def test_only_our_variables_are_found() -> None:
    lines = ["AXIUM_HUD=a=b", "AXIUM_HUD_3=", "AXIUM_TRIES=1", "HOME=/root", "-AXIUM_HUD_4", ""]
    assert found_variables(lines) == {"AXIUM_HUD": "a=b", "AXIUM_HUD_3": ""}


def test_only_what_differs_changes_and_what_is_to_go_comes_last() -> None:
    known = {"AXIUM_HUD_1": "x", "AXIUM_HUD": "same", "AXIUM_HUD_2": "old"}
    wanted = {"AXIUM_HUD": "same", "AXIUM_HUD_2": "new", "AXIUM_HUD_3": "y"}
    assert list(changes(known, wanted).items()) == [
        ("AXIUM_HUD_2", "new"),
        ("AXIUM_HUD_3", "y"),
        ("AXIUM_HUD_1", None),
    ]


def test_what_is_seen_comes_first() -> None:
    changed = {"AXIUM_HUD_1": "a", "AXIUM_HUD_2": None, "AXIUM_HUD": "c", "AXIUM_HUD_3": "d"}
    assert list(visible_first(changed, ["%2", "%3"])) == [
        "AXIUM_HUD_2",
        "AXIUM_HUD",
        "AXIUM_HUD_3",
        "AXIUM_HUD_1",
    ]


@given(st.lists(TEXTS | st.just("x" * 9000), max_size=60))
def test_every_change_is_in_one_chunk_and_no_chunk_is_too_long(texts: list[str]) -> None:
    changed = {f"AXIUM_HUD_{n}": fitting(text) for n, text in enumerate(texts)}
    runs = list(chunks(changed))
    assert [(command[-2], command[-1]) for run in runs for command in run] == list(changed.items())
    assert all(run and sum(map(size, [*run, REFRESH])) <= CHUNK for run in runs)


@given(TEXTS)
def test_a_text_that_fits_loses_nothing_but_control_characters(text: str) -> None:
    kept = "".join(char for char in text if unicodedata.category(char) != "Cc")
    assert fitting(text) == kept.encode(errors="replace").decode()


@pytest.mark.parametrize(
    ("end", "expected"),
    [
        ("####", "####"),
        ("a##b", "a##b"),
        ("abc#", "abc"),
        ("ab#[", "ab"),
        ("a##[", "a"),
        ("[a]#", "[a]"),
        ("aaé", "aaé"),
        ("aaaé", "aaa"),
    ],
)
def test_a_text_that_is_too_long_is_cut_between_its_parts(end: str, expected: str) -> None:
    start = "x" * (LONGEST - 4)
    assert fitting(start + end + "fg=red]" + "y" * LONGEST) == start + expected
