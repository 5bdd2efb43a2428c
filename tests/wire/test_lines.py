"""Cutting a stream into lines: whatever the pieces, the lines are the same, and bounded."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from axium.wire.lines import LineBuffer, TooLong


@given(st.binary(max_size=200), st.lists(st.integers(0, 200), max_size=8))
def test_the_lines_do_not_depend_on_how_the_bytes_arrive(data: bytes, cuts: list[int]) -> None:
    buffer, lines = LineBuffer(), []
    bounds = [0, *sorted(cuts), len(data)]
    for begin, end in itertools.pairwise(bounds):
        lines += buffer.feed(data[begin:end])
    assert [*lines, buffer.rest()] == data.split(b"\n")
    assert len(buffer) == len(buffer.rest())


def test_a_line_of_exactly_the_bound_is_whole() -> None:
    assert LineBuffer(4).feed(b"abcd\n") == [b"abcd"]


@pytest.mark.parametrize(
    "pieces", [[b"abcde\n"], [b"abc", b"de"], [b"abc", b"de\n"], [b"a\nabcde"]]
)
def test_a_line_over_the_bound_is_refused_as_soon_as_it_is(pieces: list[bytes]) -> None:
    buffer = LineBuffer(4)
    *first, last = pieces
    for piece in first:
        buffer.feed(piece)
    with pytest.raises(TooLong):
        buffer.feed(last)
