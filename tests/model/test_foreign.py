"""Text of strangers on a screen that people decide by."""

from __future__ import annotations

import re
from unicodedata import category

import pytest
from hypothesis import given
from hypothesis import strategies as st

from axium.model.foreign import cut, entry, folded, shown, width


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("plain words", "plain words"),
        ("déjà vu", "déjà vu"),
        ("de\u0301ja\u0300", "déjà"),
        ("two\nlines", r"two\nlines"),
        ("\x1b[31mred\x1b[0m", r"\x1b[31mred\x1b[0m"),
        ("\x9b2J", r"\x9b2J"),
        ("a\u202eb", r"a\u202eb"),
        ("a\u200bb\ufeff", r"a\u200bb\ufeff"),
        ("x\u0301\u0301\u0301", r"x\u0301\u0301\u0301"),
        ("\u3164\u2800", r"\u3164\u2800"),
        ("\U000e0041", r"\U000e0041"),
        ("\udcff", r"\udcff"),
        ("a\u00a0b\u3000c", r"a\xa0b\u3000c"),
        ("日本", "日本"),
    ],
)
def test_what_can_not_be_seen_is_shown_and_what_can_stays(text: str, seen: str) -> None:
    assert shown(text) == seen


def test_an_entry_is_one_word() -> None:
    assert entry("~/a b/**") == r"~/a\x20b/**"


@given(st.text(), st.integers(min_value=8, max_value=100))
def test_folded_text_fits_and_nothing_of_it_is_lost(text: str, columns: int) -> None:
    safe = shown(text)
    lines = folded(safe, columns)
    assert all(width(line) <= columns for line in lines)
    assert re.sub(" ", "", "".join(lines)) == re.sub(" ", "", safe)
    assert all(each == " " or category(each)[0] not in "CZM" for line in lines for each in line)


@pytest.mark.parametrize(
    ("columns", "seen"),
    [
        (27, "Playbooks of this environment"[:24] + "..."),
        (15, ""),
        (40, "Playbooks of this environment"),
    ],
)
def test_what_is_cut_says_so_and_is_left_out_where_nobody_could_tell(
    columns: int, seen: str
) -> None:
    assert cut("Playbooks of this environment", columns) == seen


@given(st.text(), st.integers(min_value=-5, max_value=100))
def test_what_is_cut_fits(text: str, columns: int) -> None:
    assert width(cut(shown(text), columns)) <= max(0, columns)
