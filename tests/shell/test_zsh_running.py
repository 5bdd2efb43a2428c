"""What a wrapped command becomes in a real zsh, and when it goes to `axium run`."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.shell.scene import WHERE, Scene


def test_a_wrapped_command_runs_as_its_table_says(zsh: Scene) -> None:
    zsh.prod("<vault", "<exec", "<--", "<aws", ">--end", "=AWS_PROFILE=prod", "-AWS_SECRET")
    zsh.tool("vault")

    typed = zsh.type("aws s3 ls '*' ''", env={"AWS_SECRET": "key"})

    call = zsh.call()
    assert call.argv == [b"vault", b"exec", b"--", b"aws", b"s3", b"ls", b"*", b"", b"--end"]
    assert call.variables("AWS_PROFILE", "AWS_SECRET", "AXIUM_ENV", "AXIUM_WRAPPED") == {
        "AWS_PROFILE": "prod",
        "AWS_SECRET": None,
        "AXIUM_ENV": "prod",
        "AXIUM_WRAPPED": "aws",
    }
    assert (typed.status, typed.stdout, typed.stderr) == (0, "", "")


def test_nothing_of_ours_but_what_the_rule_says_reaches_the_tool(zsh: Scene) -> None:
    zsh.prod("<aws")

    zsh.type("command aws", "AXIUM_OFF=1 aws")
    plain = zsh.call().env
    zsh.type("aws")
    wrapped = zsh.call().env

    assert {name for name in wrapped if name not in plain} == {b"AXIUM_WRAPPED"}
    assert {name for name in plain if name not in wrapped} == {b"AXIUM_OFF"}


@pytest.mark.parametrize(
    ("line", "env"),
    [
        ("AXIUM_OFF=1 aws s3", {}),
        ("aws s3", {"AXIUM_OFF": "1"}),
        ("command aws s3", {}),
        ("AXIUM_WRAPPED=aws aws s3", {}),
        ("zsh -c 'aws s3'", {}),
        ("set -a; source $AXIUM_HOME/zsh/init.zsh; zsh -c 'aws s3'", {}),
    ],
)
def test_stepping_aside_runs_the_plain_command(zsh: Scene, line: str, env: dict[str, str]) -> None:
    zsh.prod()

    zsh.type(line, env=env)

    call = zsh.call()
    assert call.argv == [b"aws", b"s3"]
    assert call.variables("AWS_PROFILE") == {"AWS_PROFILE": None}


def test_a_shell_inside_a_wrapped_tool_wraps_again(zsh: Scene) -> None:
    zsh.prod()

    zsh.type("aws s3", env={"AXIUM_WRAPPED": "aws"})

    assert zsh.call().argv == [b"aws", b"--profile", b"prod", b"s3"]


def test_a_shell_that_is_asked_for_a_function_goes_on_inside_the_tool(zsh: Scene) -> None:
    zsh.prod()
    around = zsh.shell.environ(zsh) | {"AXIUM_ENV": "prod", "AXIUM_WRAPPED": "aws"}

    zsh.scratch.run("zsh", "-d", "-ic", "aws s3", env=around)

    assert zsh.call().argv == [b"aws", b"s3"]


@pytest.mark.parametrize(
    ("line", "status"),
    [
        ("aws", 7),
        ("aws | cat; (exit ${pipestatus[1]})", 7),
        ("(aws)", 7),
        ("x=$(aws)", 7),
        ("aws & wait $!", 7),
        ("if aws; then :; else (exit $?); fi", 7),
        ("f() { aws; }; f", 7),
        ("() { aws }", 7),
        ("set -e; aws; echo not reached", 7),
        ("set -e; aws || (exit 5)", 5),
        ("f() { setopt local_options err_return; aws; echo not reached }; f", 7),
    ],
)
def test_the_exit_code_is_the_tools(zsh: Scene, line: str, status: int) -> None:
    zsh.prod()
    zsh.tool("aws", "exit 7")

    typed = zsh.type(line, "exit $?")

    assert (typed.status, typed.stdout) == (status, "")
    assert zsh.call().argv == [b"aws", b"--profile", b"prod"]


def test_a_signal_gives_128_and_its_number(zsh: Scene) -> None:
    zsh.prod()
    zsh.tool("aws", "kill -TERM $$")

    assert zsh.type("aws", "exit $?").status == 143


def _without(file: Path) -> None:
    file.unlink()


def _other_version(file: Path) -> None:
    file.write_bytes(file.read_bytes().replace(b"axium1", b"axium2"))


def _directory(file: Path) -> None:
    file.unlink()
    file.mkdir()


def _pipe(file: Path) -> None:
    file.unlink()
    os.mkfifo(file)


def _not_readable_as_ours(file: Path) -> None:
    # Only root can give a file away; root alone can read what nobody may.
    if os.geteuid() == 0:
        os.chown(file, 65534, -1)
    else:
        file.chmod(0)


DAMAGES = [_without, _other_version, _directory, _pipe, _not_readable_as_ours]


@pytest.mark.parametrize("path", ["global", "t/s1/aws"])
@pytest.mark.parametrize("damage", DAMAGES, ids=lambda damage: damage.__name__.strip("_"))
def test_what_cannot_be_read_goes_to_axium_run(
    zsh: Scene, damage: Callable[[Path], None], path: str
) -> None:
    zsh.prod()
    damage(zsh.published / path)

    typed = zsh.type("aws s3 'a b'")

    assert (zsh.call().argv, typed.stderr) == (zsh.asked("aws", "s3", "a b"), "")


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
        ("go", WHERE, "<aws", "=HISTSIZE=0"),
        ("go", WHERE, "<aws", "-IFS"),
        ("go", WHERE, "<aws", "-PATH"),
        ("go", WHERE, "<aws", "=path=/"),
        ("go", WHERE, "<aws", "=UID=0"),
        ("go", WHERE, "<aws", "=functions=x"),
        ("go", WHERE, "<aws", "=_axium_before=x"),
        ("go", WHERE, "<aws", "=x[$(touch $CANARY)]=v"),
        ("go", WHERE, "<aws", "-x[$(touch $CANARY)]"),
        ("go", WHERE, "<aws", "-X=$(touch $CANARY)"),
        *(
            ("go", WHERE, "<aws", tagged.format(name))
            for name in ("1X", "", "a b", "-g", "-p", "+x", "é", "a;touch $CANARY", "*")
            for tagged in ("={}=v", "-{}")
        ),
    ],
)
def test_a_table_that_is_no_plain_go_goes_to_axium_run(zsh: Scene, words: tuple[str, ...]) -> None:
    zsh.prod()
    zsh.publish("t/s1/aws", *words)

    typed = zsh.type("aws s3", env={"CANARY": str(zsh.canary)})

    assert (zsh.call().argv, typed.stderr) == (zsh.asked("aws", "s3"), "")
    assert not zsh.canary.exists()


@pytest.mark.parametrize("stamp", ["", "..", "../t/s1", "/", "gone"])
def test_a_stamp_that_leads_nowhere_goes_to_axium_run(zsh: Scene, stamp: str) -> None:
    zsh.prod()
    zsh.everywhere("prod", stamp)

    zsh.type("aws s3")

    assert zsh.call().argv == zsh.asked("aws", "s3")


def test_axium_run_is_told_the_home_of_the_hook(zsh: Scene) -> None:
    zsh.commands("aws")

    zsh.type("aws", env={"AXIUM_HOME": "/another"})

    assert zsh.call().variables("AXIUM_HOME") == {"AXIUM_HOME": str(zsh.home)}


@pytest.mark.parametrize(
    ("line", "program"),
    [("aws sync x", b"python"), ("aws s3 sync", b"aws"), ("aws", b"aws"), ("aws '*'", b"aws")],
)
def test_a_plugins_subcommand_goes_to_axium_run(zsh: Scene, line: str, program: bytes) -> None:
    zsh.prod("<aws", "@login", "@sync")

    zsh.type("aws", line)

    assert zsh.call().argv[0] == program


def test_a_missing_program_is_said_with_its_rule(zsh: Scene) -> None:
    zsh.prod("<no$such", "<--", "<aws")

    typed = zsh.type("aws s3", "exit $?")

    assert (typed.status, zsh.calls()) == (127, [])
    assert typed.stderr == (
        "✗ `aws` did not run: `no\\$such`, which its rule names, is not there\n"
        f"  see {WHERE}: install it, or write `fallback: plain` there"
    )


def test_a_missing_program_falls_back_where_the_rule_says_so(zsh: Scene) -> None:
    zsh.prod("<nosuch", "<--", "<aws", "=AWS_PROFILE=prod", "?plain")

    zsh.type("aws s3")

    call = zsh.call()
    assert call.argv == [b"aws", b"s3"]
    assert call.variables("AWS_PROFILE", "AXIUM_ENV") == {
        "AWS_PROFILE": "prod",
        "AXIUM_ENV": "prod",
    }


def test_a_function_of_the_users_may_be_the_prefix(zsh: Scene) -> None:
    zsh.prod("<wrapx", "<prod", "<aws", "=AWS_PROFILE=prod", "-AWS_SECRET")

    typed = zsh.type(
        "setopt ksh_arrays sh_word_split",
        'wrapx() { a=(x y); echo "for $1 ${a[0]} ${AWS_SECRET-unset}"; shift; "$@"; }',
        "aws s3",
        env={"AWS_SECRET": "key"},
    )

    call = zsh.call()
    assert (typed.stdout, call.argv) == ("for prod x unset\n", [b"aws", b"s3"])
    assert call.variables("AWS_PROFILE", "AWS_SECRET") == {
        "AWS_PROFILE": "prod",
        "AWS_SECRET": None,
    }


def test_a_wrapped_name_in_front_is_the_program_of_that_name(zsh: Scene) -> None:
    zsh.commands("aws", "vault")
    zsh.everywhere("prod")
    zsh.table("<vault", "<--", "<aws")
    zsh.table("<aws", "<--loop", "<vault", command="vault")
    zsh.tool("vault")

    zsh.type("aws s3")
    first = zsh.call().argv
    zsh.type("vault s3")

    assert first == [b"vault", b"--", b"aws", b"s3"]
    assert zsh.call().argv == [b"aws", b"--loop", b"vault", b"s3"]


def test_a_command_in_a_trap_does_not_change_what_another_one_runs_as(zsh: Scene) -> None:
    zsh.commands("aws", "gcloud")
    zsh.linked("prod")
    zsh.table("<aws", "<--profile", "<prod")
    zsh.table("<gcloud", "<--project", "<prod", "=CLOUD=1", command="gcloud")
    zsh.tool("gcloud")

    zsh.type(
        "trap '[[ $ZSH_DEBUG_CMD != command* || -z $funcstack ]] || AXIUM_OFF= gcloud x' DEBUG",
        "aws s3",
    )

    assert zsh.calls()[-2:] == ["python", "aws"]
    assert zsh.call().argv == [b"aws", b"--profile", b"prod", b"s3"]
    assert zsh.call().variables("CLOUD") == {"CLOUD": None}


@pytest.mark.parametrize(
    "before",
    [
        "alias aws='aws --debug'",
        "alias aws='aws --debug' local=false command=false '[['=false builtin=false",
        "alias -g aws='aws --debug' '|'=false; setopt posix_aliases",
    ],
)
def test_an_alias_of_the_same_name_survives_and_works(zsh: Scene, before: str) -> None:
    zsh.prod()
    zsh.start_file(before)

    typed = zsh.type("aws s3", "\\unalias -a; unalias -m '*'", "aws s3")

    assert (typed.stderr, zsh.calls()) == ("", ["aws", "aws"])
    assert zsh.call().argv == [b"aws", b"--profile", b"prod", b"s3"]


def test_an_alias_adds_its_own_words(zsh: Scene) -> None:
    zsh.prod()

    zsh.type("alias aws='aws --debug'", "aws s3")

    assert zsh.call().argv == [b"aws", b"--profile", b"prod", b"--debug", b"s3"]


def test_a_change_is_seen_by_the_very_next_command(zsh: Scene) -> None:
    zsh.prod()
    zsh.table("<aws", "<--profile", "<dev", "=AWS_PROFILE=dev", stamp="s2")
    zsh.publish("other", "dev", "s2", "", "c1")

    zsh.type(f"aws; mv {zsh.published}/other {zsh.published}/global; aws")

    assert zsh.call().argv == [b"aws", b"--profile", b"dev"]
    assert zsh.call().variables("AXIUM_ENV") == {"AXIUM_ENV": "dev"}


def test_no_process_is_started_but_the_tool(zsh: Scene) -> None:
    zsh.prod("<aws", "=AWS_PROFILE=prod", "-AWS_SECRET")
    target = Path(shutil.which("true") or "/bin/true")
    (zsh.scratch.bin / "aws").unlink()
    (zsh.scratch.bin / "aws").symlink_to(target)
    trace = zsh.scratch.root / "trace"
    lines = ("echo begin", "aws 1", "X=1 aws 2", "axium_prompt", "aws 3", "echo end")

    zsh.scratch.run(
        "strace", "-f", "-o", trace, "-e", "trace=clone,clone3,fork,vfork,execve,write",
        *zsh.shell.argv(zsh), stdin="\n".join(lines) + "\n", env=zsh.shell.environ(zsh),
    )  # fmt: skip

    text = trace.read_text().partition('"begin')[2].partition('"end')[0]
    assert (text.count("clone("), text.count("execve(")) == (3, 3)


def test_a_pointer_that_is_flipped_from_link_to_link_is_followed(zsh: Scene) -> None:
    zsh.commands("aws")
    zsh.linked("dev", "s2", sgr="32")
    zsh.table("<aws", "<dev", stamp="s2")
    zsh.table("<aws", "<prod")
    (zsh.published / "global").rename(zsh.published / "dev")
    zsh.linked("prod")

    typed = zsh.type(
        f"cd {zsh.published}",
        'aws 1; echo "$AXIUM_ENV"',
        "ln -f dev new; mv new global; aws 2",
        'echo "$AXIUM_ENV"',
        "ln -f t/s1/.c1, new; mv new global; aws 3",
        'echo "$AXIUM_ENV"',
    )

    assert (typed.stdout, typed.stderr) == ("prod\ndev\nprod\n", "")
    assert zsh.calls() == ["aws", "aws", "aws"]
    assert zsh.call().argv == [b"aws", b"prod", b"3"]
