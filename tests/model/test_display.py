"""What others wrote fits where it is shown, whatever it is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from axium.model.display import printable, shortened, width


@pytest.mark.parametrize(
    ("text", "columns"),
    [
        ("", 0),
        ("prod", 4),
        ("本番", 4),
        ("e\u0301te\u0301", 3),
        ("שלום", 4),
        ("a\u200db", 2),
        ("\uff26", 2),
        ("ﾊﾟ", 2),
    ],
)
def test_the_width_is_that_of_a_terminal(text: str, columns: int) -> None:
    assert width(text) == columns


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("123456", "123456"),
        ("1234567", "12345…"),
        ("本番環", "本番環"),
        ("本番環境", "本番…"),
        ("a本番環", "a本番…"),
        ("e\u0301" * 6, "e\u0301" * 6),
        ("e\u0301" * 7, "e\u0301" * 5 + "…"),
        ("1234  7", "1234…"),
        ("שלום עולם", "שלום…"),
    ],
)
def test_a_text_is_cut_between_letters(text: str, expected: str) -> None:
    assert shortened(text, 6) == expected


def test_a_heap_of_marks_on_one_letter_is_cut_as_well() -> None:
    assert len(shortened("a" + "\u0301" * 10_000, 6)) < 40


@given(st.text(), st.integers(2, 20))
def test_what_is_shortened_fits_and_begins_the_same(text: str, columns: int) -> None:
    made = shortened(text, columns)
    assert width(made) <= columns
    assert made == text or (made[-1] == "…" and text.startswith(made[:-1]))


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"])))
def test_what_is_printable_stays(text: str) -> None:
    once = printable(text)
    assert (printable(once), [c for c in once if ord(c) < 0x20]) == (once, [])
