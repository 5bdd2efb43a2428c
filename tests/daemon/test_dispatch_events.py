"""Events that are emitted through the wire: what is too much for those who wait is refused."""

from __future__ import annotations

from typing import Any

import pytest

from axium.daemon.commands.plugins import MOST_BYTES, MOST_DEEP
from tests.daemon.serving import Served


def nested(depth: int) -> list[Any]:
    """Lists within lists."""
    return [nested(depth - 1)] if depth > 1 else []


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ([nested(MOST_DEEP - 1)], None),
        ([nested(MOST_DEEP)], "invalid"),
        (["x" * (MOST_BYTES - 1000)], None),
        (["x" * MOST_BYTES], "too_large"),
    ],
)
def test_arguments_have_a_bound(served: Served, arguments: list[Any], code: str | None) -> None:
    reply = served.ask("emit_event", event="mine", args=arguments)
    assert reply.get("code") == code
    assert reply["ok"] is (code is None)
