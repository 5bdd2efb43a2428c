"""Ranges of versions, as a gear's `requires` has them."""

from __future__ import annotations

import pytest

from axium.model.versions import is_in_range, range_fault


@pytest.mark.parametrize(
    ("version", "wanted", "is_in"),
    [
        ("0.1.0", ">=0.1,<1", True),
        ("0.1.0", ">=0.1.0", True),
        ("0.1.0", ">0.1", False),
        ("0.1.1", ">0.1", True),
        ("1.0.0", ">=0.1,<1", False),
        ("0.10.0", ">=0.9", True),
        ("0.1.0", "==0.1", True),
        ("0.1.0", "!=0.1", False),
        ("0.1.0", " >= 0.1 , <= 0.1.0 ", True),
        ("0.2rc1", ">=0.2", True),
        ("0.2.0.dev3", ">=0.2,<0.2.1", True),
        ("0.1.0", ">=2", False),
    ],
)
def test_a_version_is_in_a_range_by_its_numbers(version: str, wanted: str, is_in: object) -> None:
    assert is_in_range(version, wanted) == is_in


@pytest.mark.parametrize(
    "text", ["", "0.1", ">=", ">=0.1,", "~0.1", ">=a", ">=0.1 <1", ">=1.2.3.4.5", ">=1" * 60]
)
def test_what_is_no_range_is_told_and_never_taken_for_one(text: str) -> None:
    assert range_fault(text) == f"`{text[:100]}` is no range of versions, such as `>=0.1,<1`"
    with pytest.raises(ValueError, match="is no range of versions"):
        is_in_range("0.1.0", text)
