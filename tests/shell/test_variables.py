"""The variables of a wrapped command: what the tool gets, what the shell keeps."""

from __future__ import annotations

import pytest

from tests.shell.scene import WHERE, Scene


def test_nothing_of_ours_but_what_the_rule_says_reaches_the_tool(scene: Scene) -> None:
    scene.prod("<aws")

    scene.type("command aws", "AXIUM_OFF=1 aws", env={})
    plain = scene.call().env
    scene.type("aws")
    wrapped = scene.call().env

    assert {name for name in wrapped if name not in plain} == {b"AXIUM_WRAPPED"}
    assert {name for name in plain if name not in wrapped} == {b"AXIUM_OFF"}


def test_the_shell_keeps_its_own_variables(scene: Scene) -> None:
    scene.prod("<aws", "=AWS_PROFILE=prod", "-AWS_SECRET", "=NEW=1")

    typed = scene.type(
        "AWS_PROFILE=mine; export AWS_SECRET=key", "aws", "declare -p AWS_PROFILE AWS_SECRET NEW"
    )

    assert typed.stdout == 'declare -- AWS_PROFILE="mine"\ndeclare -x AWS_SECRET="key"\n'


def test_no_environment_is_no_axium_env(scene: Scene) -> None:
    scene.prod("<aws")
    scene.everywhere("")

    scene.type("aws", env={"AXIUM_ENV": "dev"})

    assert scene.call().variables("AXIUM_ENV", "AXIUM_WRAPPED") == {
        "AXIUM_ENV": None,
        "AXIUM_WRAPPED": "aws",
    }


@pytest.mark.parametrize("name", ["1X", "", "a b", "-g", "-p", "+x", "é", "a;touch $CANARY"])
@pytest.mark.parametrize("tagged", ["={}=v", "-{}"])
def test_a_variable_of_no_proper_name_keeps_the_command_from_running(
    scene: Scene, name: str, tagged: str
) -> None:
    scene.prod("<aws", tagged.format(name))

    typed = scene.type("aws s3", "exit $?", env={"CANARY": str(scene.canary)})

    assert (typed.status, scene.calls()) == (126, [])
    assert not scene.canary.exists()


@pytest.mark.parametrize("tagged", ["=AWS_PROFILE=prod", "-AWS_PROFILE"])
@pytest.mark.parametrize("line", ["readonly AWS_PROFILE=mine", "declare -rx AWS_PROFILE=mine"])
def test_a_readonly_variable_keeps_the_command_from_running(
    scene: Scene, tagged: str, line: str
) -> None:
    scene.prod("<aws", tagged)

    typed = scene.type(line, "aws s3", "exit $?")

    assert (typed.status, scene.calls()) == (126, [])
    assert typed.stderr.splitlines()[-2:] == [
        "✗ `aws` did not run: the variable `AWS_PROFILE` can not be changed in this shell",
        f"  the rule at {WHERE} changes it: is it readonly here?",
    ]


@pytest.mark.parametrize("name", ["AXIUM_ENV", "AXIUM_WRAPPED"])
def test_a_readonly_variable_of_ours_keeps_the_command_from_running(
    scene: Scene, name: str
) -> None:
    scene.prod()

    typed = scene.type(f"readonly {name}=dev", "aws s3", "exit $?")

    assert (typed.status, scene.calls()) == (126, [])
    assert typed.stderr.splitlines()[-2:] == [
        f"✗ `aws` did not run: the variable `{name}` can not be changed in this shell",
        "  every wrapped command is told by it what it runs in: is it readonly here?",
    ]


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("AWS_PROFILE=mine aws s3", ["AWS_PROFILE"]),
        ("AWS_SECRET=mine aws s3", ["AWS_SECRET"]),
        ("AXIUM_ENV=dev AWS_PROFILE=mine aws s3", ["AWS_PROFILE", "AXIUM_ENV"]),
        ("AWS_PROFILE=prod aws s3", []),
        ("AWS_OTHER=mine aws s3", []),
        ("export AWS_PROFILE=mine; aws s3", []),
        ("f() { local -x AWS_PROFILE=mine; aws s3; }; f", []),
    ],
)
def test_a_variable_in_front_of_the_command_loses_to_the_rule_and_is_named(
    scene: Scene, line: str, told: list[str]
) -> None:
    scene.prod("<aws", "=AWS_PROFILE=prod", "-AWS_SECRET")

    typed = scene.type(line, "echo ${AWS_SECRET-unset}")

    assert typed.stderr.splitlines() == [
        f"! `{name}` in front of `aws` is not used: the rule at {WHERE} comes first"
        for name in told
    ]
    assert scene.call().variables("AWS_PROFILE", "AWS_SECRET", "AXIUM_ENV") == {
        "AWS_PROFILE": "prod",
        "AWS_SECRET": None,
        "AXIUM_ENV": "prod",
    }
    assert typed.stdout == "unset\n"
