"""What is a key and what is text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from axium.model.strokes import LONGEST_PIECE, Stroke, is_key, strokes


@pytest.mark.parametrize(
    "name",
    ["Enter", "C-c", "M-x", "C-M-a", "S-F5", "C-Left", "Escape", "F12", "PageUp", "^C", "BSpace",
     "KP0", "C-;"],
)  # fmt: skip
def test_names_of_keys_are_keys(name: str) -> None:
    assert list(strokes(name, literal=False)) == [Stroke(name, is_key=True)]


@pytest.mark.parametrize(
    "text",
    ["", "a", "enter", "C-", "C-c C-c", "Enter ", "F13", "make", "C-foo", "-l", "^", "^^^", ";"],
)
def test_everything_else_is_text(text: str) -> None:
    assert is_key(text) is False


def test_a_name_is_text_where_it_is_meant_so() -> None:
    assert list(strokes("Enter", literal=True)) == [Stroke("Enter", is_key=False)]


def test_a_newline_presses_enter() -> None:
    enter = Stroke("Enter", is_key=True)
    assert list(strokes("ls\nEnter\r\n\n", literal=False)) == [
        Stroke("ls", is_key=False), enter, Stroke("Enter", is_key=False), enter, enter,
    ]  # fmt: skip


@given(st.text(alphabet="abcE\n;-", max_size=60).map(lambda text: text * 200))
def test_nothing_is_lost_and_no_piece_is_too_long(text: str) -> None:
    typed = list(strokes(text, literal=True))
    assert "".join("\n" if stroke.is_key else stroke.text for stroke in typed) == text
    assert all(len(stroke.text) <= LONGEST_PIECE for stroke in typed)
