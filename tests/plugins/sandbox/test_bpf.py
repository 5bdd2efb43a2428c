"""Filters are assembled as they read, however far their jumps go."""

from __future__ import annotations

import pytest

from axium.plugins.sandbox.bpf import (
    MOST_INSTRUCTIONS,
    And,
    AtLeast,
    Item,
    Label,
    Load,
    Return,
    Unless,
    assemble,
)
from tests.plugins.sandbox.bpf import run


def sorted_by_number(between: int) -> bytes:
    """100 and more is 1; below that what has its lowest bit set is 2, and the rest 3."""
    padding: list[Item] = [And(0xFFFFFFFF)] * between
    return assemble(
        [
            Load(0),
            AtLeast(100, "large"),
            And(1),
            Unless(1, "even"),
            *padding,
            Return(2),
            Label("even"),
            *padding,
            Return(3),
            Label("large"),
            Return(1),
        ]
    )


@pytest.mark.parametrize("between", [0, 254, 255, 256, 1000])
def test_a_jump_reaches_its_label_over_any_distance(between: int) -> None:
    program = sorted_by_number(between)
    assert [run(program, number) for number in (0, 1, 98, 99, 100, 2**32 - 1)] == [
        3, 2, 3, 2, 1, 1,
    ]  # fmt: skip


def test_a_program_that_the_kernel_would_not_take_is_refused() -> None:
    with pytest.raises(ValueError, match="4097 instructions, a filter has 4096 at most"):
        assemble([*[Load(0)] * MOST_INSTRUCTIONS, Return(0)])
