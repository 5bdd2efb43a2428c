"""The variables of a rule in fish: what the tool gets, and what the shell keeps."""

from __future__ import annotations

import pytest

from tests.shell.scene import WHERE, Scene


def test_the_shell_keeps_its_own_variables(fish: Scene) -> None:
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


@pytest.mark.parametrize(
    "declared",
    [
        "set -g AWS_PROFILE x y; set -g AWS_SECRET x y",
        "set -gx AWS_PROFILE x y; set -gx AWS_SECRET x y",
        "set -gx --path AWS_PROFILE x y; set -gx --path AWS_SECRET x y",
        "set -U AWS_PROFILE x; set -U AWS_SECRET x",
        "set -Ux AWS_PROFILE x; set -gx AWS_SECRET",
        "set -Ux --path AWS_PROFILE x y; set -g AWS_SECRET",
    ],
)
def test_the_kind_of_a_variable_of_the_users_does_not_matter(fish: Scene, declared: str) -> None:
    fish.prod("<aws", "=AWS_PROFILE=Pro d:x", "-AWS_SECRET")
    show = "set --show AWS_PROFILE AWS_SECRET"

    typed = fish.type(declared, f"{show} >a; aws; {show} >b; command cmp a b; and echo same")

    assert (typed.stdout, typed.stderr) == ("same\n", "")
    assert fish.call().variables("AWS_PROFILE", "AWS_SECRET") == {
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


def test_no_environment_is_no_axium_env(fish: Scene) -> None:
    fish.prod("<aws")
    fish.everywhere("")

    fish.type("aws", env={"AXIUM_ENV": "dev"})

    assert fish.call().variables("AXIUM_ENV", "AXIUM_WRAPPED") == {
        "AXIUM_ENV": None,
        "AXIUM_WRAPPED": "aws",
    }


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("AWS_PROFILE=mine aws s3", ["AWS_PROFILE"]),
        ("AWS_SECRET=mine aws s3", ["AWS_SECRET"]),
        ("echo; AXIUM_ENV=dev AWS_PROFILE=mine aws s3 | cat", ["AWS_PROFILE", "AXIUM_ENV"]),
        ("function f; AWS_PROFILE='a b' X=1 aws s3; end; f", ["AWS_PROFILE"]),
        ("eval 'AWS_PROFILE=mine aws s3'", ["AWS_PROFILE"]),
        ("function f; set -lx AWS_PROFILE mine; aws s3; end; f", ["AWS_PROFILE"]),
        ("AWS_PROFILE=prod aws s3", []),
        ("AWS_OTHER=mine aws s3", []),
        ("set -gx AWS_PROFILE mine; aws s3", []),
        ("function f; set -l AWS_PROFILE mine; aws s3; end; f", []),
    ],
)
def test_a_variable_in_front_of_the_command_loses_to_the_rule_and_is_named(
    fish: Scene, line: str, told: list[str]
) -> None:
    fish.prod("<aws", "=AWS_PROFILE=prod", "-AWS_SECRET")

    typed = fish.type(line, "set -q AWS_SECRET; or echo unset")

    assert typed.stderr.splitlines() == [
        f"! `{name}` in front of `aws` is not used: the rule at {WHERE} comes first"
        for name in told
    ]
    assert fish.call().variables("AWS_PROFILE", "AWS_SECRET", "AXIUM_ENV") == {
        "AWS_PROFILE": "prod",
        "AWS_SECRET": None,
        "AXIUM_ENV": "prod",
    }
    assert typed.stdout.splitlines()[-1] == "unset"
