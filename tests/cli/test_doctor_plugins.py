"""`axium doctor` on running spokes."""

from __future__ import annotations

import json

from tests.real.spokes import Plugged
from tests.support import Scratch, until

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
    late = "late did not answer in time once"
    assert [each for each in found if each[0] in ("fault", "warning")] == [
        ("fault", error),
        ("warning", late),
    ]
    contained = daemon.row("late")["is_contained"]
    assert any(["fork bomb" in text for _state, text in found]) != contained
    daemon.close()


RAISING = """
    import os
    def fail(new_env):
        raise RuntimeError("oh no")
    def register(app, events):
        events.on("env_change", fail)
        events.on("leave", lambda: os._exit(3))
"""

MENDED = """
    def register(app, events):
        events.on("env_change", print)
"""


def told_of(scratch: Scratch) -> tuple[list[str], list[str]]:
    """What `doctor` and `spoke list` say of spokes that are loaded."""
    found = [text for state, text in findings(scratch) if state == "warning"]
    talk = scratch.axium("spoke", "list").stderr.splitlines()
    return found, [line.removeprefix("! ") for line in talk if line.startswith("!")]


def test_what_a_spoke_did_wrong_is_told_until_it_is_loaded_again(scratch: Scratch) -> None:
    daemon = Plugged(scratch, bad=RAISING)
    for env in ("builder", "root"):
        daemon.ask("set_env", value=env)
    daemon.ask("emit_event", event="leave")
    until(lambda: daemon.row("bad")["restarts"] == 1 and daemon.row("bad")["status"] == "active")
    place = scratch.home / "spokes/bad/main.py"
    raised = f"listener `fail` of `env_change`: {place}:4: RuntimeError: oh no"
    wrong = [
        f"bad raised 2 times, at last {raised}",
        "bad was started again once, since its process ended",
    ]
    assert told_of(scratch) == (wrong, wrong)
    daemon.rewrite("bad", MENDED)
    assert told_of(scratch) == ([], [])
    daemon.close()
