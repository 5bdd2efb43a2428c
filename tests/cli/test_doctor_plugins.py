"""`axium doctor` on running spokes."""

from __future__ import annotations

import json

from tests.real.spokes import Plugged
from tests.support import Scratch

LATE = """
    import time
    def register(app, events):
        events.on("env_change", lambda new_env: time.sleep(60))
"""


def findings(scratch: Scratch) -> list[tuple[str, str]]:
    """State and text of what the doctor finds about spokes."""
    told = json.loads(scratch.axium("doctor", "--json").stdout)["findings"]
    return [(each["state"], each["text"]) for each in told if each["area"] == "spokes"]


def test_one_that_was_not_loaded_or_is_late_is_told_of_with_the_reason(scratch: Scratch) -> None:
    daemon = Plugged(scratch, bad="import nothing_there\n", late=LATE)
    daemon.ask("set_env", value="builder")
    place = scratch.home / "spokes/bad/main.py"
    found = findings(scratch)
    error = f"bad: {place}:1: ModuleNotFoundError: No module named 'nothing_there'"
    late = "late did not answer in time, 1 times since the daemon started"
    assert [each for each in found if each[0] in ("fault", "warning")] == [
        ("fault", error),
        ("warning", late),
    ]
    contained = daemon.row("late")["is_contained"]
    assert any(["fork bomb" in text for _state, text in found]) != contained
    daemon.close()
