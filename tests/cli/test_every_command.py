"""What holds for every command, whoever writes the next one."""

from __future__ import annotations

import pytest

from axium.cli.help import context_of
from axium.thin.catalogue import Command, shipped

COMMANDS = {command.name: command for command in map(Command, shipped())}

DATA = {"list", "show", "get", "status", "logs", "drain", "explain", "hud", "info", "doctor",
        "discover"}  # fmt: skip
"""The last words of commands that show data."""

MANY = {"install", "uninstall", "bootstrap", "theme set"}
"""Those of commands that change many things, or a file of the user's."""

LONG_ONLY = {"spoke install", "gear install"}
"""Those of them whose `-n` is something else, for which it was published."""


def named(ends: set[str]) -> list[str]:
    """The commands whose names end so."""
    return [name for name in COMMANDS if any(f" {name}".endswith(f" {end}") for end in ends)]


@pytest.mark.parametrize("name", COMMANDS)
def test_help_and_confirmation_are_always_there(name: str) -> None:
    assert {"-v", "--verbose", "-h", "--help"} <= {*COMMANDS[name].words}


@pytest.mark.parametrize("name", COMMANDS)
def test_help_fits_80_columns_and_begins_with_the_usage(name: str) -> None:
    shown = context_of(name.split()).get_help()
    assert shown.startswith(f"Usage: axium {name} ")
    assert max(map(len, shown.splitlines())) <= 80


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_is_explained_by_a_sentence(name: str) -> None:
    said = COMMANDS[name].help
    assert (said[:1].isupper(), said.endswith("."), "\t" in said) == (True, True, False)


@pytest.mark.parametrize("name", named(DATA))
def test_what_shows_data_shows_it_to_programs_too(name: str) -> None:
    assert "--json" in COMMANDS[name].words


@pytest.mark.parametrize("name", named(MANY))
def test_what_changes_many_things_can_tell_them_first(name: str) -> None:
    long_only = name in LONG_ONLY
    assert {"--dry-run", *(() if long_only else ("-n",))} <= {*COMMANDS[name].words}


def test_the_rules_above_are_held_against_what_there_is() -> None:
    assert {"env get", "hud", "daemon status", "completions list"} <= {*named(DATA)}
    assert {"bootstrap", "completions install", "daemon install"} <= {*named(MANY)}
