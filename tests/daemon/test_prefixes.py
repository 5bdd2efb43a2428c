"""Rules that are registered: how many one owner may have."""

from __future__ import annotations

import pytest

from axium.daemon.services.prefixes import MOST_RULES, registered, registered_one_more
from axium.daemon.services.snapshot import Snapshot
from axium.model.configuration import Configuration
from axium.model.state import State
from axium.wire.errors import Refusal
from tests.model.making import rule, wrapper


def test_nobody_registers_rules_without_end() -> None:
    found = Snapshot(State(active_env=None), Configuration())
    for number in range(MOST_RULES):
        found = registered(found, rule(f"c{number}", wrapper("echo"), owner="many"))
    with pytest.raises(Refusal) as refused:
        registered_one_more(found, rule("more", wrapper("echo"), owner="many"))
    assert refused.value.code == "too_large"
    other = registered_one_more(found, rule("more", wrapper("echo"), owner="other"))
    assert other.configuration.rules.count_of("other") == 1
