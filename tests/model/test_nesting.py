"""How deep a value goes, without going deeper than is asked."""

from __future__ import annotations

from typing import Any

import pytest

from axium.model.nesting import is_deeper


@pytest.mark.parametrize(
    ("value", "most", "expected"),
    [
        (1, 0, False),
        ([], 0, True),
        ([], 1, False),
        ({"a": [1, {"b": "c"}]}, 3, False),
        ({"a": [1, {"b": "c"}]}, 2, True),
        ([[], [[]]], 2, True),
    ],
)
def test_lists_and_objects_count(value: Any, most: int, *, expected: bool) -> None:
    assert is_deeper(value, most) is expected


def test_what_is_endlessly_deep_is_not_followed_to_its_end() -> None:
    deep: list[Any] = []
    for _ in range(100_000):
        deep = [deep]
    assert is_deeper(deep, 50)
