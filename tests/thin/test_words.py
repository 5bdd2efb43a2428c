"""Published words survive whatever they hold, and damage is seen."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from axium.thin.words import decode, frame, unframe

WORDS = st.lists(st.binary(max_size=40).map(lambda raw: decode(raw.replace(b"\0", b""))))


@given(WORDS)
def test_every_word_comes_back_as_it_was(words: list[str]) -> None:
    assert unframe(frame(words)) == words


@given(WORDS, st.data())
def test_a_truncated_file_is_damaged(words: list[str], data: st.DataObject) -> None:
    whole = frame(words)
    cut = data.draw(st.integers(0, len(whole) - 1))
    try:
        left = unframe(whole[:cut])
    except ValueError:
        return
    # Only a word that is itself `end` can close the file earlier, as its writer allowed.
    assert words[: len(left) + 1] == [*left, "end"]


def test_a_file_is_its_words_between_version_and_end() -> None:
    assert frame(["go", "", "é"]) == b"axium1\0go\0\0\xc3\xa9\0end\0"


def test_a_word_cannot_hold_nul() -> None:
    with pytest.raises(ValueError, match="NUL"):
        frame(["a\0b"])


@pytest.mark.parametrize(
    "data",
    [b"", b"\0", b"axium1\0", b"end\0", b"axium2\0go\0end\0", b"axium1\0go\0end", b"axium1\0go\0"],
)
def test_a_file_without_its_version_or_its_end_is_damaged(data: bytes) -> None:
    with pytest.raises(ValueError, match="whole"):
        unframe(data)
