"""What the HUD says of links."""

from __future__ import annotations

import pytest

from axium.model.links import Shown, shown


@pytest.mark.parametrize(
    ("links", "text"),
    [
        ([], ""),
        ([Shown("a", "closed", 0)], ""),
        ([Shown("a", "up", 0)], "1 up"),
        ([Shown("a", "up", 1), Shown("b", "up", 1)], "2 up 2 jobs"),
        ([Shown("a", "pausing", 1)], "reconnecting a 1 job"),
        ([Shown("a", "up", 0), Shown("b", "connecting", 0), Shown("c", "logging in", 0)],
         "1 up reconnecting b,c"),
        ([Shown("a", "refused", 0), Shown("b", "closed", 0)], "refused a"),
    ],
)  # fmt: skip
def test_it_says_how_many_are_up_and_names_those_that_are_not(
    links: list[Shown], text: str
) -> None:
    assert shown(links) == text
