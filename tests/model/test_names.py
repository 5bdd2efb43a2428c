"""Which names may be wrapped, and what is suggested for a mistyped one."""

import pytest

from axium.model.names import command_fault, is_shell_only, text_fault, variable_fault
from axium.model.suggest import did_you_mean, nearest


@pytest.mark.parametrize("name", ["aws", "g++", "7z", "kubectl-1.2", "_x", "python3.11"])
def test_names_of_programs_can_be_wrapped(name: str) -> None:
    assert command_fault(name) is None


@pytest.mark.parametrize(
    "name", ["", "-x", ".x", "a b", "a/b", "a;b", "$x", "ä", "a\n", "if", "cd", "time", "ax", "["]
)
def test_other_names_can_not_be_wrapped(name: str) -> None:
    assert command_fault(name) is not None


def test_a_name_that_no_file_could_have_can_not_be_wrapped() -> None:
    assert [command_fault("x" * length) for length in (200, 201)] == [
        None,
        f"`{'x' * 57}...` can't be wrapped: a command has 200 letters at most, found 201",
    ]


def test_only_what_no_program_could_be_is_refused_as_a_program() -> None:
    names = ["cd", "eval", "source", ".", "if", "export", "echo", "time", "env", "nice", "sudo"]
    assert [is_shell_only(name) for name in names] == [True] * 6 + [False] * 5


def test_variables_have_names_of_variables() -> None:
    names = ["A", "_a1", "PATH", "1A", "A-B", ""]
    fine = [name for name in names if variable_fault(name) is None]
    assert fine == ["A", "_a1", "PATH"]


def test_our_own_variables_are_reserved() -> None:
    assert variable_fault("AXIUM_ENV") is not None


def test_what_no_argv_can_hold_is_told_by_its_code_point() -> None:
    assert text_fault("a\ud800") == "contains U+D800, which can't be handed to a program"


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("prd", ["prod"]),
        ("PROD", ["prod"]),
        ("stag", ["staging"]),
        ("zzz", []),
        ("", []),
    ],
)
def test_the_nearest_names_are_suggested(name: str, expected: list[str]) -> None:
    assert nearest(name, ["dev", "prod", "staging"], 1) == expected


def test_a_hint_names_the_nearest_or_there_is_none() -> None:
    assert (did_you_mean("prd", ["prod"]), did_you_mean("x", ["prod"])) == (
        "did you mean `prod`?",
        None,
    )
