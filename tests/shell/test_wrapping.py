"""What a wrapped command becomes in a real bash, and when it goes to `axium run`."""

from __future__ import annotations

import os
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


def _without(scene: Scene, path: str) -> None:
    (scene.published / path).unlink()


def _other_version(scene: Scene, path: str) -> None:
    file = scene.published / path
    file.write_bytes(file.read_bytes().replace(b"axium1", b"axium2"))


def _directory(scene: Scene, path: str) -> None:
    (scene.published / path).unlink()
    (scene.published / path).mkdir()


def _pipe(scene: Scene, path: str) -> None:
    (scene.published / path).unlink()
    os.mkfifo(scene.published / path)


def _not_readable_as_ours(scene: Scene, path: str) -> None:
    # Only root can give a file away; root alone can read what nobody may.
    file = scene.published / path
    if os.geteuid() == 0:
        os.chown(file, 65534, -1)
    else:
        file.chmod(0)


DAMAGES = [_without, _other_version, _directory, _pipe, _not_readable_as_ours]


@pytest.mark.parametrize("path", ["global", "t/s1/aws"])
@pytest.mark.parametrize("damage", DAMAGES, ids=lambda damage: damage.__name__.strip("_"))
def test_what_cannot_be_read_goes_to_axium_run(scene: Scene, damage, path: str) -> None:  # type: ignore[no-untyped-def]
    scene.prod()
    damage(scene, path)

    typed = scene.type("aws s3 'a b'")

    assert (scene.call().argv, typed.stderr) == (scene.asked("aws", "s3", "a b"), "")


@pytest.mark.parametrize(
    "words",
    [
        ("ask", WHERE, "<aws"),
        ("ask", WHERE, "$HOME"),
        ("no", "message", "hint"),
        ("GO", WHERE, "<aws"),
        ("go", WHERE),
        ("go",),
        (),
        ("go", WHERE, ">aws"),
        ("go", WHERE, "<"),
        ("go", WHERE, "<aws", ""),
        ("go", WHERE, "<aws", "what"),
        ("go", WHERE, "<aws", "?maybe"),
        ("go", WHERE, "<aws", "=NAME"),
        ("go", WHERE, "<aws", "*prod"),
        ("go", WHERE, "<exec"),
        ("go", WHERE, "<eval", "<touch $CANARY"),
        ("go", WHERE, "<aws", "=HISTFILESIZE=0"),
        ("go", WHERE, "<aws", "-IFS"),
        ("go", WHERE, "<aws", "=_axium_before=x"),
        ("go", WHERE, "<aws", "=x[$(touch $CANARY)]=v"),
        ("go", WHERE, "<aws", "-x[$(touch $CANARY)]"),
        ("go", WHERE, "<aws", "-X=$(touch $CANARY)"),
    ],
)
def test_a_table_that_is_no_plain_go_goes_to_axium_run(
    scene: Scene, words: tuple[str, ...]
) -> None:
    scene.prod()
    scene.publish("t/s1/aws", *words)

    typed = scene.type("aws s3", env={"CANARY": str(scene.canary)})

    assert (scene.call().argv, typed.stderr) == (scene.asked("aws", "s3"), "")
    assert not scene.canary.exists()


@pytest.mark.parametrize("name", ["1X", "", "a b", "-g", "-p", "+x", "é", "a;touch $CANARY"])
@pytest.mark.parametrize("tagged", ["={}=v", "-{}"])
def test_a_variable_of_no_proper_name_keeps_the_command_from_running(
    scene: Scene, name: str, tagged: str
) -> None:
    scene.prod("<aws", tagged.format(name))

    typed = scene.type("aws s3", "exit $?", env={"CANARY": str(scene.canary)})

    assert (typed.status, scene.calls()) == (126, [])
    assert not scene.canary.exists()


@pytest.mark.parametrize("stamp", ["", "..", "../t/s1", "/", "gone"])
def test_a_stamp_that_leads_nowhere_goes_to_axium_run(scene: Scene, stamp: str) -> None:
    scene.prod()
    scene.everywhere("prod", stamp)

    scene.type("aws s3")

    assert scene.call().argv == scene.asked("aws", "s3")


def test_axium_run_is_told_the_home_of_the_hook(scene: Scene) -> None:
    scene.commands("aws")

    scene.type("aws", env={"AXIUM_HOME": "/another"})

    assert scene.call().variables("AXIUM_HOME") == {"AXIUM_HOME": str(scene.home)}


@pytest.mark.parametrize(
    ("line", "is_asked"), [("aws sync x", True), ("aws s3 sync", False), ("aws", False)]
)
def test_a_plugins_subcommand_goes_to_axium_run(scene: Scene, line: str, is_asked: bool) -> None:  # noqa: FBT001
    scene.prod("<aws", "@login", "@sync")

    scene.type(line)

    assert (scene.call().argv[0] == b"python") is is_asked


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
