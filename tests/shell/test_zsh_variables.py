"""The variables of a rule in zsh: what the tool gets, and what the shell keeps."""

from __future__ import annotations

import pytest

from tests.shell.scene import WHERE, Scene


def test_the_shell_keeps_its_own_variables(zsh: Scene) -> None:
    zsh.prod("<aws", "=AWS_PROFILE=prod", "-AWS_SECRET", "=NEW=1", "=LC_ALL=C", "=PATH=/bin:/a b")

    typed = zsh.type(
        "AWS_PROFILE=mine; export AWS_SECRET=key; before=$PATH:${LC_ALL-none}",
        "aws",
        "typeset -p AWS_PROFILE AWS_SECRET; echo ${+NEW}${+parameters[AXIUM_WRAPPED]}",
        'é=1; [[ $before == "$PATH:${LC_ALL-none}" ]] && echo ${#path} | tr -d 0-9',
    )

    assert typed.stdout == "typeset AWS_PROFILE=mine\nexport AWS_SECRET=key\n00\n\n"


@pytest.mark.parametrize(
    "declared",
    [
        "typeset -gi AWS_PROFILE=5",
        "typeset -gF AWS_PROFILE=5",
        "typeset -gu AWS_PROFILE=x",
        "typeset -ga AWS_PROFILE=(x y)",
        "typeset -gA AWS_PROFILE=(x y)",
        "typeset -T AWS_PROFILE aws_profile",
        "typeset -gU AWS_PROFILE=x",
        "typeset -gZ 3 AWS_PROFILE=x",
        "typeset -gx AWS_SECRET=(x y) AWS_PROFILE",
        "f() { local AWS_PROFILE=mine; aws Pro }; alias aws=f",
    ],
)
def test_the_kind_of_a_variable_of_the_users_does_not_matter(zsh: Scene, declared: str) -> None:
    zsh.prod("<aws", "=AWS_PROFILE=Pro d", "-AWS_SECRET")
    show = "typeset -p AWS_PROFILE AWS_SECRET 2>/dev/null"

    typed = zsh.type(declared, f"a=$({show}); aws; b=$({show}); [[ $a == $b ]] && echo same")

    assert (typed.stdout, typed.stderr) == ("same\n", "")
    assert zsh.call().variables("AWS_PROFILE", "AWS_SECRET") == {
        "AWS_PROFILE": "Pro d",
        "AWS_SECRET": None,
    }


def test_no_environment_is_no_axium_env(zsh: Scene) -> None:
    zsh.prod("<aws")
    zsh.everywhere("")

    zsh.type("aws", env={"AXIUM_ENV": "dev"})

    assert zsh.call().variables("AXIUM_ENV", "AXIUM_WRAPPED") == {
        "AXIUM_ENV": None,
        "AXIUM_WRAPPED": "aws",
    }


@pytest.mark.parametrize("tagged", ["=AWS_PROFILE=prod", "-AWS_PROFILE"])
@pytest.mark.parametrize(
    "line",
    ["readonly AWS_PROFILE=mine", "typeset -rx AWS_PROFILE=mine", "set -e; readonly AWS_PROFILE"],
)
def test_a_readonly_variable_keeps_the_command_from_running(
    zsh: Scene, tagged: str, line: str
) -> None:
    zsh.prod("<aws", tagged)

    typed = zsh.type(line, "aws s3", "exit $?")

    assert (typed.status, zsh.calls()) == (126, [])
    assert typed.stderr.splitlines() == [
        "✗ `aws` did not run: the variable `AWS_PROFILE` can not be changed in this shell",
        f"  the rule at {WHERE} changes it: is it readonly here?",
    ]


@pytest.mark.parametrize("name", ["AXIUM_ENV", "AXIUM_WRAPPED"])
def test_a_readonly_variable_of_ours_keeps_the_command_from_running(zsh: Scene, name: str) -> None:
    zsh.prod()

    typed = zsh.type(f"readonly {name}=dev", "aws s3", "exit $?")

    assert (typed.status, zsh.calls()) == (126, [])
    assert typed.stderr.splitlines() == [
        f"✗ `aws` did not run: the variable `{name}` can not be changed in this shell",
        "  every wrapped command is told by it what it runs in: is it readonly here?",
    ]


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("AWS_PROFILE=mine aws s3", ["AWS_PROFILE"]),
        ("AWS_SECRET=mine aws s3", ["AWS_SECRET"]),
        ("echo; AXIUM_ENV=dev AWS_PROFILE=mine aws s3 | cat", ["AWS_PROFILE", "AXIUM_ENV"]),
        ("alias a='AWS_PROFILE=mine aws s3'; eval a", []),
        ("f() { AWS_PROFILE='a b' X=1 aws s3; }; f", ["AWS_PROFILE"]),
        ("eval 'AWS_PROFILE=mine aws s3'", []),
        ("AWS_PROFILE=prod aws s3", []),
        ("AWS_OTHER=mine aws s3", []),
        ("export AWS_PROFILE=mine; aws s3", []),
        ("AWS_PROFILE=mine; aws s3", []),
        ("f() { local -x AWS_PROFILE=mine; aws s3; }; f", []),
    ],
)
def test_a_variable_in_front_of_the_command_loses_to_the_rule_and_is_named(
    zsh: Scene, line: str, told: list[str]
) -> None:
    zsh.prod("<aws", "=AWS_PROFILE=prod", "-AWS_SECRET")

    typed = zsh.type(line, "echo ${AWS_SECRET-unset}")

    assert typed.stderr.splitlines() == [
        f"! `{name}` in front of `aws` is not used: the rule at {WHERE} comes first"
        for name in told
    ]
    assert zsh.call().variables("AWS_PROFILE", "AWS_SECRET", "AXIUM_ENV") == {
        "AWS_PROFILE": "prod",
        "AWS_SECRET": None,
        "AXIUM_ENV": "prod",
    }
    assert typed.stdout.splitlines()[-1] == "unset"
