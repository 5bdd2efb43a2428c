"""Which typed words are a plugin's, by the catalogue alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from axium.thin.catalogue import catalogue, is_of_plugin, named
from axium.thin.paths import Home
from axium.thin.words import frame

RECORDS = [
    "env set\tenvironments\tSet.\tenv",
    "aws whoami\tspoke:aws\tWho.\t--json",
    "aws ec2 list\tspoke:aws\tList.\t",
    "greet\tspoke:greet\tGreet.\ttext",
    "ssh prod\tgear:other\tNot yours.\t",
]


@pytest.fixture
def home(tmp_path: Path) -> Home:
    (tmp_path / "catalogue").write_bytes(frame(RECORDS))
    return Home(str(tmp_path))


OURS = [
    ["aws", "whoami"],
    ["aws", "whoami", "--json", "x"],
    ["aws", "ec2"],
    ["aws", "ec2", "stop"],
]

OTHERS: list[list[str]] = [
    ["aws", "who"],
    ["aws", "whoami2"],
    ["aws", "ec2 list"],
    ["aws", "whoami\tspoke:aws"],
    ["aws", ""],
    ["", "aws"],
    ["aws"],
    ["aws", "--debug", "whoami"],
    ["aws whoami", "x"],
    ["env", "set"],
    ["greet", "you"],
    ["ssh", "prod"],
    ["\udcff", "\udcfe"],
    [],
]


@pytest.mark.parametrize("words", OURS)
def test_two_words_are_a_plugins_where_a_record_begins_with_them(
    home: Home, words: list[str]
) -> None:
    assert is_of_plugin(home, words)


@pytest.mark.parametrize("words", OTHERS)
def test_no_other_words_are_a_plugins(home: Home, words: list[str]) -> None:
    assert not is_of_plugin(home, words)


@pytest.mark.parametrize(
    ("words", "found"),
    [
        (["ssh", "prod"], ("ssh prod", "other")),
        (["ssh", "prod", "--json", "x"], ("ssh prod", "other")),
        (["greet", "prod"], ("greet", "")),
        (["aws", "ec2", "list"], ("aws ec2 list", "")),
    ],
)
def test_a_whole_name_is_found_whatever_follows_it(
    home: Home, words: list[str], found: tuple[str, str]
) -> None:
    command = named(home, words)
    assert command is not None
    assert (command.name, command.gear) == found


@pytest.mark.parametrize(
    "words",
    [[], [""], ["ssh"], ["ssh", "--help"], ["ssh", "prod x"], ["aws", "ec2"], ["env", "set"]],
)
def test_no_part_of_a_name_is_taken_for_it(home: Home, words: list[str]) -> None:
    assert named(home, words) is None


@pytest.mark.parametrize("damage", [b"", b"axium1\0", b"axium1\0aws whoami\0end\0", b"\xff" * 40])
def test_a_damaged_catalogue_has_no_plugins(home: Home, damage: bytes) -> None:
    Path(home.catalogue).write_bytes(damage)
    assert not is_of_plugin(home, ["aws", "whoami"])
    assert named(home, ["ssh", "prod"]) is None
    assert {command.plugin for command in catalogue(home)} == {""}


def test_a_catalogue_that_is_older_than_this_version_gives_those_of_plugins(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("axium.thin.catalogue.is_current", lambda home: False)
    found = [command.name for command in catalogue(home)]
    assert (found[0], found[-4:]) == ("run", ["aws whoami", "aws ec2 list", "greet", "ssh prod"])
