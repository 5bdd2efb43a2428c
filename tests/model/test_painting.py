"""What is written to go from one style to the next is what differs, and no more."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from axium.model.colors import Depth
from axium.model.painting import PLAIN, parameters, turn
from axium.model.themes import Attribute, Style

ATTRIBUTES: list[Attribute] = ["bold", "dim", "underscore", "reverse"]
COLORS = st.sampled_from(["", "red", "#00B7C7", "#111"])
STYLES = st.builds(
    Style,
    color=COLORS,
    ground=COLORS,
    attributes=st.lists(st.sampled_from(ATTRIBUTES), unique=True, max_size=4).map(tuple),
)


def shown(sequence: str, before: dict[str, str]) -> dict[str, str]:
    """What a terminal that reads an SGR sequence shows afterwards."""
    after = dict(before)
    words = iter(sequence.removeprefix("\x1b[").removesuffix("m").split(";"))
    for word in words:
        if word in ("38", "48"):
            kind, parts = next(words), []
            parts = [next(words) for _ in range(3 if kind == "2" else 1)]
            after[word[0]] = ";".join([kind, *parts])
        elif word in ("39", "49"):
            after.pop(word[0], None)
        elif word[:1] in "34" and len(word) == 2:
            after[word[0]] = word
        elif word == "22":
            after.pop("bold", None), after.pop("dim", None)
        elif word in ("24", "27"):
            after.pop({"24": "underscore", "27": "reverse"}[word], None)
        elif word:
            after[{"1": "bold", "2": "dim", "4": "underscore", "7": "reverse"}[word]] = "on"
    return after


@given(STYLES, STYLES, st.sampled_from(["24bit", "256", "none"]))
def test_a_turn_leads_to_the_same_as_beginning_anew(old: Style, new: Style, depth: Depth) -> None:
    before = shown(parameters(old, depth), {})
    assert shown(turn(old, new, "ansi", depth), before) == shown(parameters(new, depth), {})


@given(STYLES, st.sampled_from(["plain", "tmux", "ansi"]))
def test_what_stays_the_same_is_not_said(style: Style, form: str) -> None:
    assert turn(style, style, form, "24bit") == ""


@pytest.mark.parametrize(
    ("old", "new", "tmux", "ansi"),
    [
        (PLAIN, Style("red", "#111111", ("bold",)), "fg=red,bg=#111111,bold", "1;31;48;2;17;17;17"),
        (Style("red", "blue", ("bold",)), PLAIN, "fg=default,bg=default,nobold", "22;39;49"),
        (Style(attributes=("bold", "dim")), Style(attributes=("dim",)), "nobold", "22;2"),
        (Style("#fff", "#000"), Style("#FFF", "#000"), "", ""),
    ],
)
def test_a_turn_is_written_as_each_of_them_has_it(
    old: Style, new: Style, tmux: str, ansi: str
) -> None:
    made = (turn(old, new, "tmux", "24bit"), turn(old, new, "ansi", "24bit"))
    assert made == (f"#[{tmux}]" if tmux else "", f"\x1b[{ansi}m" if ansi else "")


@pytest.mark.parametrize("form", ["tmux", "ansi"])
def test_without_colours_the_bare_attributes_count(form: str) -> None:
    style = Style("red", "blue", ("bold",), ("reverse",))
    expected = {"tmux": "#[reverse]", "ansi": "\x1b[7m"}
    assert turn(PLAIN, style, form, "none") == expected[form]


def test_every_pair_of_attributes_can_follow_any_other() -> None:
    for old, new in product(product((True, False), repeat=4), repeat=2):
        before, after = (
            Style(attributes=tuple(a for a, on in zip(ATTRIBUTES, s, strict=True) if on))
            for s in (old, new)
        )
        reached = shown(turn(before, after, "ansi", "24bit"), shown(parameters(before), {}))
        assert reached == shown(parameters(after), {})
