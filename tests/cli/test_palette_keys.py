"""What a terminal sends, however it is cut into pieces."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from axium.cli.palette.keys import Keys, Text

Key = str | Text

SEQUENCES: dict[bytes, Key] = {
    b"\r": "enter", b"\n": "enter", b"\t": "tab", b"\x7f": "backspace", b"\x08": "backspace",
    b"\x1b[A": "up", b"\x1bOA": "up", b"\x1b[B": "down", b"\x1b[1;5C": "right", b"\x1b[D": "left",
    b"\x1b[H": "home", b"\x1b[1~": "home", b"\x1b[4~": "end", b"\x1b[F": "end",
    b"\x1b[5~": "page-up", b"\x1b[6~": "page-down", b"\x1b[3~": "delete", b"\x1b[Z": "backtab",
    b"\x1bOP": "help", b"\x1b[11~": "help", b"\x07": "C-g", b"\x05": "C-e", b"\x17": "C-w",
    b"\x1b\x7f": "C-w", b"\x1a": "C-z", b"\x03": "C-c",
}  # fmt: skip
SILENT = (b"\x1b[M !!", b"\x1b[<35;10;3M", b"\x1b[200;5~", b"\x1bx", b"\x1b[?62c", b"\x1b\xc3\xa9")


def keys(*pieces: bytes) -> list[Key]:
    """The keys of these pieces, one text for texts that follow one another."""
    parser = Keys()
    made: list[Key] = []
    for piece in pieces:
        made += parser.feed(piece)
    made += parser.settle()
    joined: list[Key] = []
    for key in made:
        if isinstance(key, Text) and joined and isinstance(joined[-1], Text):
            joined[-1] = Text(joined[-1].text + key.text)
        else:
            joined.append(key)
    return joined


@pytest.mark.parametrize("sequence", SEQUENCES)
def test_a_sequence_is_a_key(sequence: bytes) -> None:
    assert keys(b"a" + sequence + b"b") == [Text("a"), SEQUENCES[sequence], Text("b")]


@pytest.mark.parametrize("sequence", SILENT)
def test_a_mouse_and_keys_that_nobody_knows_do_nothing(sequence: bytes) -> None:
    assert keys(b"a" + sequence + b"b") == [Text("ab")]


def test_a_letter_with_alt_may_be_cut_too() -> None:
    assert keys(b"\x1b\xc3", b"\xa9x") == [Text("x")]
    assert keys(b"\x1b\xc3x") == [Text("x")]


def test_an_escape_that_nothing_follows_is_the_key() -> None:
    parser = Keys()
    assert (parser.feed(b"\x1b"), parser.is_waiting, parser.settle()) == ([], True, ["escape"])
    assert (parser.is_waiting, parser.feed(b"[A")) == (False, [Text("[A")])
    assert keys(b"\x1b\x1b[A") == ["escape", "up"]


def test_a_paste_is_text_whatever_is_in_it() -> None:
    assert keys(b"\x1b[200~up\nenter\x1b[A\x03\x1b[201~\r") == [Text("up enter [A "), "enter"]


def test_pasted_names_of_keys_are_no_keys() -> None:
    assert keys(b"enter") == [Text("enter")] != ["enter"]


@given(st.text(st.characters(exclude_categories=["Cc", "Cs"]), min_size=1))
def test_letters_arrive_as_they_were_typed(text: str) -> None:
    assert keys(text.encode()) == [Text(text)]


@given(st.lists(st.sampled_from([*SEQUENCES, *SILENT, b"a", "é日".encode()])), st.data())
def test_pieces_change_nothing(parts: list[bytes], data: st.DataObject) -> None:
    whole = b"".join(parts)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(whole)), max_size=6)))
    pieces = [whole[a:b] for a, b in zip([0, *cuts], [*cuts, len(whole)], strict=True)]
    assert keys(*pieces) == keys(whole)


@given(st.lists(st.binary(max_size=20), max_size=5))
def test_no_bytes_are_too_much(pieces: list[bytes]) -> None:
    assert all(isinstance(key, str | Text) for key in keys(*pieces))


def test_a_sequence_that_never_ends_is_given_up() -> None:
    parser = Keys()
    parser.feed(b"\x1b[" + b"1" * 200)
    assert parser.feed(b"abc")[-1] == Text("abc")
