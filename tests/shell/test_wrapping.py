"""What a wrapped command becomes in a real bash."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.shell.scene import WHERE, Scene


def test_a_wrapped_command_runs_as_its_table_says(scene: Scene) -> None:
    scene.prod("<vault", "<exec", "<--", "<aws", ">--end", "=AWS_PROFILE=prod", "-AWS_SECRET")
    scene.tool("vault")

    typed = scene.type("aws s3 ls '*'", env={"AWS_SECRET": "key"})

    call = scene.call()
    assert call.argv == [b"vault", b"exec", b"--", b"aws", b"s3", b"ls", b"*", b"--end"]
    assert call.variables("AWS_PROFILE", "AWS_SECRET", "AXIUM_ENV", "AXIUM_WRAPPED") == {
        "AWS_PROFILE": "prod",
        "AWS_SECRET": None,
        "AXIUM_ENV": "prod",
        "AXIUM_WRAPPED": "aws",
    }
    assert (typed.status, typed.stdout, typed.stderr) == (0, "", "")


@pytest.mark.parametrize(
    ("line", "env"),
    [
        ("AXIUM_OFF=1 aws s3", {}),
        ("aws s3", {"AXIUM_OFF": "1"}),
        ("command aws s3", {}),
        ("AXIUM_WRAPPED=aws aws s3", {}),
    ],
)
def test_stepping_aside_runs_the_plain_command(
    scene: Scene, line: str, env: dict[str, str]
) -> None:
    scene.prod()

    scene.type(line, env=env)

    call = scene.call()
    assert call.argv == [b"aws", b"s3"]
    assert call.variables("AWS_PROFILE") == {"AWS_PROFILE": None}


def test_a_shell_inside_a_wrapped_tool_wraps_again(scene: Scene) -> None:
    scene.prod()

    scene.type("aws s3", env={"AXIUM_WRAPPED": "aws"})

    assert scene.call().argv == [b"aws", b"--profile", b"prod", b"s3"]


def test_a_script_is_not_wrapped(scene: Scene) -> None:
    scene.prod()

    scene.type("bash -c 'aws s3'", "set -a", f"source {scene.home}/bash/init.sh", "bash -c 'aws 4'")

    assert scene.call().argv == [b"aws", b"4"]
    assert scene.calls() == ["aws", "aws"]


@pytest.mark.parametrize(
    ("line", "status"),
    [
        ("aws", 7),
        ("aws | cat; (exit ${PIPESTATUS[0]})", 7),
        ("(aws)", 7),
        ("x=$(aws)", 7),
        ("aws & wait $!", 7),
        ("if aws; then :; else (exit $?); fi", 7),
        ("f() { aws; }; f", 7),
    ],
)
def test_the_exit_code_is_the_tools(scene: Scene, line: str, status: int) -> None:
    scene.prod()
    scene.tool("aws", "exit 7")

    typed = scene.type(line, "exit $?")

    assert (typed.status, scene.call().argv) == (status, [b"aws", b"--profile", b"prod"])


def test_a_signal_gives_128_and_its_number(scene: Scene) -> None:
    scene.prod()
    scene.tool("aws", "kill -TERM $$")

    assert scene.type("aws", "exit $?").status == 143


def test_a_missing_program_is_said_with_its_rule(scene: Scene) -> None:
    scene.prod("<no$such", "<--", "<aws")

    typed = scene.type("aws s3", "exit $?")

    assert (typed.status, scene.calls()) == (127, [])
    assert typed.stderr == (
        "✗ `aws` did not run: `no\\$such`, which its rule names, is not there\n"
        f"  see {WHERE}: install it, or write `fallback: plain` there"
    )


def test_a_missing_program_falls_back_where_the_rule_says_so(scene: Scene) -> None:
    scene.prod("<nosuch", "<--", "<aws", "=AWS_PROFILE=prod", "?plain")

    scene.type("aws s3")

    call = scene.call()
    assert call.argv == [b"aws", b"s3"]
    assert call.variables("AWS_PROFILE", "AXIUM_ENV") == {
        "AWS_PROFILE": "prod",
        "AXIUM_ENV": "prod",
    }


def test_a_function_of_the_users_may_be_the_prefix(scene: Scene) -> None:
    scene.prod("<wrapx", "<prod", "<aws", "=AWS_PROFILE=prod")

    typed = scene.type('wrapx() { echo "for $1"; shift; "$@"; }', "aws s3")

    call = scene.call()
    assert (typed.stdout, call.argv) == ("for prod\n", [b"aws", b"s3"])
    assert call.variables("AWS_PROFILE") == {"AWS_PROFILE": "prod"}


def test_a_wrapped_name_in_front_is_the_program_of_that_name(scene: Scene) -> None:
    scene.commands("aws", "vault")
    scene.everywhere("prod")
    scene.table("<vault", "<--", "<aws")
    scene.table("<vault", "<--loop", command="vault")
    scene.tool("vault")

    scene.type("aws s3")

    assert scene.call().argv == [b"vault", b"--", b"aws", b"s3"]


def test_a_command_in_a_trap_does_not_change_what_another_one_runs_as(scene: Scene) -> None:
    scene.commands("aws", "gcloud")
    scene.linked("prod")
    scene.table("<aws", "<--profile", "<prod")
    scene.table("<gcloud", "<--project", "<prod", "=CLOUD=1", command="gcloud")
    scene.tool("gcloud")

    scene.type(
        "set -o functrace",
        "trap '[[ $BASH_COMMAND != command* || $FUNCNAME == \"\" ]] || AXIUM_OFF= gcloud x' DEBUG",
        "aws s3",
    )

    assert scene.calls()[-2:] == ["python", "aws"]
    assert scene.call().argv == [b"aws", b"--profile", b"prod", b"s3"]
    assert scene.call().variables("CLOUD") == {"CLOUD": None}


@pytest.mark.parametrize(
    "before",
    ["alias aws='aws --debug'", "alias aws='aws --debug' local=false command=false '[['=false"],
)
def test_an_alias_of_the_same_name_survives_and_works(scene: Scene, before: str) -> None:
    scene.prod()
    scene.rc.write_text(f"PS1=\n{before}\nsource {scene.home}/bash/init.sh\n")

    typed = scene.type("aws s3", "\\unalias -a", "aws s3")

    assert (typed.stderr, scene.calls()) == ("", ["aws", "aws"])


def test_an_alias_adds_its_own_words(scene: Scene) -> None:
    scene.prod()

    scene.type("alias aws='aws --debug'", "aws s3")

    assert scene.call().argv == [b"aws", b"--profile", b"prod", b"--debug", b"s3"]


def test_a_change_is_seen_by_the_very_next_command(scene: Scene) -> None:
    scene.prod()
    scene.table("<aws", "<--profile", "<dev", "=AWS_PROFILE=dev", stamp="s2")
    scene.publish("other", "dev", "s2", "", "c1")

    scene.type(f"aws; mv {scene.published}/other {scene.published}/global; aws")

    assert scene.call().argv == [b"aws", b"--profile", b"dev"]
    assert scene.call().variables("AXIUM_ENV") == {"AXIUM_ENV": "dev"}


def test_no_process_is_started_but_the_tool(scene: Scene) -> None:
    scene.prod()
    target = Path(shutil.which("true") or "/bin/true")
    (scene.scratch.bin / "aws").unlink()
    (scene.scratch.bin / "aws").symlink_to(target)
    trace = scene.scratch.root / "trace"
    lines = ("echo begin", "aws 1", "aws 2", "axium_prompt", "aws 3", "echo end")
    argv = ("bash", "--noprofile", "--rcfile", scene.rc, "-i")

    scene.scratch.run(
        "strace", "-f", "-o", trace, "-e", "trace=clone,clone3,fork,vfork,execve,write", *argv,
        stdin="\n".join(lines) + "\n",
    )  # fmt: skip

    text = trace.read_text().partition('"begin')[2].partition('"end')[0]
    assert (text.count("clone("), text.count("execve(")) == (3, 3)


def test_a_pointer_that_is_flipped_from_link_to_link_is_followed(scene: Scene) -> None:
    scene.commands("aws")
    scene.linked("dev", "s2", sgr="32")
    scene.table("<aws", "<dev", stamp="s2")
    scene.table("<aws", "<prod")
    (scene.published / "global").rename(scene.published / "dev")
    scene.linked("prod")

    typed = scene.type(
        "cd run 2>/dev/null || cd " + str(scene.published),
        'aws 1; echo "$AXIUM_ENV"',
        "ln -f dev new; mv new global; aws 2",
        'echo "$AXIUM_ENV"',
        "ln -f t/s1/.c1, new; mv new global; aws 3",
        'echo "$AXIUM_ENV"',
    )

    assert (typed.stdout, typed.stderr) == ("prod\ndev\nprod\n", "")
    assert scene.calls() == ["aws", "aws", "aws"]
    assert scene.call().argv == [b"aws", b"prod", b"3"]
