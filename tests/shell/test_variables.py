"""The variables of a wrapped command: what the tool gets, what the shell keeps."""

from __future__ import annotations

import pytest

from tests.shell.scene import WHERE, Scene
from tests.shell.shells import in_each_shell, in_shells, rows


def test_bash_keeps_its_own_variables(scene: Scene) -> None:
    scene.prod("<aws", "=AWS_PROFILE=prod", "-AWS_SECRET", "=NEW=1")

    typed = scene.type(
        "AWS_PROFILE=mine; export AWS_SECRET=key", "aws", "declare -p AWS_PROFILE AWS_SECRET NEW"
    )

    assert typed.stdout == 'declare -- AWS_PROFILE="mine"\ndeclare -x AWS_SECRET="key"\n'


def test_zsh_keeps_its_own_variables(zsh: Scene) -> None:
    zsh.prod("<aws", "=AWS_PROFILE=prod", "-AWS_SECRET", "=NEW=1", "=LC_ALL=C", "=PATH=/bin:/a b")

    typed = zsh.type(
        "AWS_PROFILE=mine; export AWS_SECRET=key; before=$PATH:${LC_ALL-none}",
        "aws",
        "typeset -p AWS_PROFILE AWS_SECRET; echo ${+NEW}${+parameters[AXIUM_WRAPPED]}",
        'é=1; [[ $before == "$PATH:${LC_ALL-none}" ]] && echo ${#path} | tr -d 0-9',
    )

    assert typed.stdout == "typeset AWS_PROFILE=mine\nexport AWS_SECRET=key\n00\n\n"


def test_fish_keeps_its_own_variables(fish: Scene) -> None:
    fish.prod("<aws", "=AWS_PROFILE=prod", "-AWS_SECRET", "=NEW=1", "=X_PATH=/a:/b")

    typed = fish.type(
        "set -g AWS_PROFILE mine; set -gx AWS_SECRET key; set -gx X_PATH /c /d",
        "aws",
        "set --show AWS_PROFILE AWS_SECRET NEW X_PATH AXIUM_WRAPPED | string match '*:*'",
    )

    assert typed.stdout.splitlines() == [
        "$AWS_PROFILE: set in global scope, unexported, with 1 elements",
        "$AWS_PROFILE[1]: |mine|",
        "$AWS_SECRET: set in global scope, exported, with 1 elements",
        "$AWS_SECRET[1]: |key|",
        "$X_PATH: set in global scope, exported, a path variable with 2 elements",
        "$X_PATH[1]: |/c|",
        "$X_PATH[2]: |/d|",
    ]


@rows(
    "declared, show, same",
    zsh=[
        (declared, "typeset -p AWS_PROFILE AWS_SECRET 2>/dev/null", "cmp a b && echo same")
        for declared in (
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
        )
    ],
    fish=[
        (declared, "set --show AWS_PROFILE AWS_SECRET", "command cmp a b; and echo same")
        for declared in (
            "set -g AWS_PROFILE x y; set -g AWS_SECRET x y",
            "set -gx AWS_PROFILE x y; set -gx AWS_SECRET x y",
            "set -gx --path AWS_PROFILE x y; set -gx --path AWS_SECRET x y",
            "set -U AWS_PROFILE x; set -U AWS_SECRET x",
            "set -Ux AWS_PROFILE x; set -gx AWS_SECRET",
            "set -Ux --path AWS_PROFILE x y; set -g AWS_SECRET",
        )
    ],
)
def test_the_kind_of_a_variable_of_the_users_does_not_matter(
    scene: Scene, declared: str, show: str, same: str
) -> None:
    scene.prod("<aws", "=AWS_PROFILE=Pro d:x", "-AWS_SECRET")

    typed = scene.type(declared, f"{show} >a; aws; {show} >b; {same}")

    assert (typed.stdout, typed.stderr) == ("same\n", "")
    assert scene.call().variables("AWS_PROFILE", "AWS_SECRET") == {
        "AWS_PROFILE": "Pro d:x",
        "AWS_SECRET": None,
    }


def test_where_a_universal_variable_is_to_be_unset_axium_run_decides(fish: Scene) -> None:
    fish.prod("<aws", "-AWS_SECRET")

    fish.type("set -Ux AWS_SECRET key", "aws s3")
    asked = fish.call().argv
    fish.type("set -Ue AWS_SECRET", "aws s3")

    assert asked == fish.asked("aws", "s3")
    assert fish.call().argv == [b"aws", b"s3"]


@pytest.mark.parametrize("value", ["", ":", "/a:/b", "/a::/b:", "a b", "/a:/b:/a:/b"])
@pytest.mark.parametrize("name", ["XPATH", "MANPATH", "LD_LIBRARY_PATH", "PATHS"])
def test_a_list_of_directories_is_passed_on_as_it_was_written(
    fish: Scene, name: str, value: str
) -> None:
    fish.prod("<aws", f"={name}={value}")

    fish.type(f"set -gx {name} /x /y", f"{name}=/z aws" if value else "aws")

    assert fish.call().variables(name) == {name: value}


def test_names_that_the_hook_uses_itself_are_the_users(fish: Scene) -> None:
    names = ["words", "name", "value", "rest", "tag", "file", "env", "command", "word", "program"]
    fish.prod("<aws", *(f"={name}=ours" for name in names[:5]), *(f"-{name}" for name in names[5:]))

    fish.type("aws", env=dict.fromkeys(names, "mine"))

    call = fish.call()
    assert call.argv == [b"aws"]
    assert call.variables(*names) == {name: "ours" if name in names[:5] else None for name in names}


@in_each_shell
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
@rows(
    "line",
    bash=[("readonly AWS_PROFILE=mine",), ("declare -rx AWS_PROFILE=mine",)],
    zsh=[
        ("readonly AWS_PROFILE=mine",),
        ("typeset -rx AWS_PROFILE=mine",),
        ("set -e; readonly AWS_PROFILE",),
    ],
)
def test_a_readonly_variable_keeps_the_command_from_running(
    scene: Scene, tagged: str, line: str
) -> None:
    scene.prod("<aws", tagged)

    typed = scene.type(line, "aws s3", "exit $?")

    assert (typed.status, scene.calls()) == (126, [])
    assert _said_by_us(typed.stderr) == [
        "✗ `aws` did not run: the variable `AWS_PROFILE` can not be changed in this shell",
        f"  the rule at {WHERE} changes it: is it readonly here?",
    ]


@in_shells("bash", "zsh")
@pytest.mark.parametrize("name", ["AXIUM_ENV", "AXIUM_WRAPPED"])
def test_a_readonly_variable_of_ours_keeps_the_command_from_running(
    scene: Scene, name: str
) -> None:
    scene.prod()

    typed = scene.type(f"readonly {name}=dev", "aws s3", "exit $?")

    assert (typed.status, scene.calls()) == (126, [])
    assert _said_by_us(typed.stderr) == [
        f"✗ `aws` did not run: the variable `{name}` can not be changed in this shell",
        "  every wrapped command is told by it what it runs in: is it readonly here?",
    ]


def _said_by_us(stderr: str) -> list[str]:
    # What bash says of such a variable itself can't be kept from the terminal.
    return [line for line in stderr.splitlines() if not line.startswith("bash: ")]


@rows(
    "line, told",
    every=[
        ("AWS_PROFILE=mine aws s3", ["AWS_PROFILE"]),
        ("AWS_SECRET=mine aws s3", ["AWS_SECRET"]),
        ("AXIUM_ENV=dev AWS_PROFILE=mine aws s3", ["AWS_PROFILE", "AXIUM_ENV"]),
        ("AWS_PROFILE=prod aws s3", []),
        ("AWS_OTHER=mine aws s3", []),
        ("export AWS_PROFILE=mine; aws s3", []),
    ],
    bash=[("f() { local -x AWS_PROFILE=mine; aws s3; }; f", [])],
    zsh=[
        ("echo; AXIUM_ENV=dev AWS_PROFILE=mine aws s3 | cat", ["AWS_PROFILE", "AXIUM_ENV"]),
        ("alias a='AWS_PROFILE=mine aws s3'; eval a", []),
        ("f() { AWS_PROFILE='a b' X=1 aws s3; }; f", ["AWS_PROFILE"]),
        ("eval 'AWS_PROFILE=mine aws s3'", []),
        ("AWS_PROFILE=mine; aws s3", []),
        ("f() { local -x AWS_PROFILE=mine; aws s3; }; f", []),
    ],
    fish=[
        ("echo; AXIUM_ENV=dev AWS_PROFILE=mine aws s3 | cat", ["AWS_PROFILE", "AXIUM_ENV"]),
        ("function f; AWS_PROFILE='a b' X=1 aws s3; end; f", ["AWS_PROFILE"]),
        ("eval 'AWS_PROFILE=mine aws s3'", ["AWS_PROFILE"]),
        ("function f; set -lx AWS_PROFILE mine; aws s3; end; f", ["AWS_PROFILE"]),
        ("set -gx AWS_PROFILE mine; aws s3", []),
        ("function f; set -l AWS_PROFILE mine; aws s3; end; f", []),
    ],
)
def test_a_variable_in_front_of_the_command_loses_to_the_rule_and_is_named(
    scene: Scene, line: str, told: list[str]
) -> None:
    scene.prod("<aws", "=AWS_PROFILE=prod", "-AWS_SECRET")

    typed = scene.type(line, "set | grep -c ^AWS_SECRET")

    assert typed.stderr.splitlines() == [
        f"! `{name}` in front of `aws` is not used: the rule at {WHERE} comes first"
        for name in told
    ]
    assert scene.call().variables("AWS_PROFILE", "AWS_SECRET", "AXIUM_ENV") == {
        "AWS_PROFILE": "prod",
        "AWS_SECRET": None,
        "AXIUM_ENV": "prod",
    }
    assert typed.stdout.splitlines()[-1] == "0"
