"""How far this machine holds gears is tried in a process of its own, and never guessed."""

from __future__ import annotations

import sys

import pytest

from axium.core import sandbox_level
from axium.core.sandbox_level import PROGRAM, Levels, levels
from tests.support.refusing import without

NONE = "none: this kernel has no Landlock, or it is turned off"


def test_this_machine_enforces_all_of_it() -> None:
    assert levels() == Levels(programs="enforced", plain="enforced", agent="enforced")


@pytest.mark.parametrize("error", [1, 38])
def test_a_container_that_refuses_landlock_enforces_nothing(error: int) -> None:
    trial = (sys.executable, "-I", "-S", "-E", PROGRAM)
    command = tuple(without("landlock_create_ruleset", *trial, error=error))
    assert levels(command) == Levels(NONE, NONE, NONE)


@pytest.mark.parametrize(
    ("command", "why"),
    [
        (("/bin/false",), "the trial ended with 1: "),
        (("/nonexistent",), "the trial can't be run: no such file or directory"),
        (("/bin/echo", "enforced"), "JSON is malformed: invalid character (byte 0)"),
        (("/bin/sleep", "10"), "the trial has not ended within 0.1 s"),
    ],
)
def test_what_could_not_be_found_out_is_not_there(
    command: tuple[str, ...], why: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sandbox_level, "_SECS", 0.1)
    assert levels(command) == Levels(*[f"none: {why}"] * 3)


def test_gears_that_start_programs_are_told_from_others() -> None:
    found = Levels(programs="partial: signals", plain="enforced", agent="partial: none")
    assert [found.of(programs=given, agent=False) for given in (True, False)] == [
        "partial: signals",
        "enforced",
    ]
    assert found.of(programs=True, agent=True) == "partial: none"
