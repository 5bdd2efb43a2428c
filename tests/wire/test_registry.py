"""The registry: what makes a command, and that a name can be taken once."""

from __future__ import annotations

import pytest

from axium.wire.codec import Codec
from axium.wire.envelope import Done, Reply, Request
from axium.wire.registry import Command, Registry


class Greet(Request, tag="greet"):
    """Greet somebody."""

    name: str


def greet(_ctx: object, _req: Greet) -> Reply:
    return Done()


GREET = Command(names=("greet",), requests=(Greet,), reply=Done, handler=greet)


def test_a_command_is_found_by_its_name_and_by_its_request() -> None:
    registry = Registry()
    registry.add(GREET)
    request = Codec(registry).request(b'{"cmd": "greet", "name": "eve"}')
    assert (registry.of(request), registry.named("greet"), list(registry)) == (
        GREET,
        GREET,
        [GREET],
    )


def test_a_name_can_be_taken_once() -> None:
    registry = Registry()
    registry.add(GREET)
    with pytest.raises(ValueError, match="the command `greet` is registered twice"):
        registry.add(GREET)
