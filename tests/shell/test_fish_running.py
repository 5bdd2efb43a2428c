"""What a wrapped command becomes in a real fish, and when it goes to `axium run`."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.shell.scene import WHERE, Scene

# What means something to fish itself, and must not change in the shell for a moment either.
KEPT = [
    *("=PATH=/", "-PATH", "=CDPATH=/", "=HOME=/", "=PWD=/", "=SHLVL=9", "=status=1", "=argv=x"),
    *("=_=x", "=history=x", "=umask=0", "=version=1", "=LC_ALL=C", "-LANG", "=TERM=x", "=TZ=UTC"),
    *("=COLUMNS=9", "=fish_trace=1", "=fish_read_limit=1", "-fish_features", "=__fish_x=1"),
    *("=__axium_before=x", "=TMUX=x", "=IFS=x", "=hostname=x", "=pipestatus=0"),
]


def test_a_wrapped_command_runs_as_its_table_says(fish: Scene) -> None:
    fish.prod("<vault", "<exec", "<--", "<aws", ">--end", "=AWS_PROFILE=prod", "-AWS_SECRET")
    fish.tool("vault")

    typed = fish.type("aws s3 ls '*' ''", env={"AWS_SECRET": "key"})

    call = fish.call()
    assert call.argv == [b"vault", b"exec", b"--", b"aws", b"s3", b"ls", b"*", b"", b"--end"]
    assert call.variables("AWS_PROFILE", "AWS_SECRET", "AXIUM_ENV", "AXIUM_WRAPPED") == {
        "AWS_PROFILE": "prod",
        "AWS_SECRET": None,
        "AXIUM_ENV": "prod",
        "AXIUM_WRAPPED": "aws",
    }
    assert (typed.status, typed.stdout, typed.stderr) == (0, "", "")


def test_nothing_of_ours_but_what_the_rule_says_reaches_the_tool(fish: Scene) -> None:
    fish.prod("<aws")

    fish.type("command aws", "AXIUM_OFF=1 aws")
    plain = fish.call().env
    fish.type("aws")
    wrapped = fish.call().env

    assert {name for name in wrapped if name not in plain} == {b"AXIUM_WRAPPED"}
    assert {name for name in plain if name not in wrapped} == {b"AXIUM_OFF"}


@pytest.mark.parametrize(
    ("line", "env"),
    [
        ("AXIUM_OFF=1 aws s3", {}),
        ("aws s3", {"AXIUM_OFF": "1"}),
        ("command aws s3", {}),
        ("AXIUM_WRAPPED=aws aws s3", {}),
        ("fish -c 'aws s3'", {}),
        ("fish -c 'source $AXIUM_HOME/fish/init.fish; aws s3'", {}),
        ("bash -c 'aws s3'", {}),
    ],
)
def test_stepping_aside_runs_the_plain_command(fish: Scene, line: str, env: dict[str, str]) -> None:
    fish.prod()

    fish.type(line, env=env)

    call = fish.call()
    assert call.argv == [b"aws", b"s3"]
    assert call.variables("AWS_PROFILE") == {"AWS_PROFILE": None}


def test_a_shell_inside_a_wrapped_tool_wraps_again(fish: Scene) -> None:
    fish.prod()

    fish.type("aws s3", env={"AXIUM_WRAPPED": "aws"})

    assert fish.call().argv == [b"aws", b"--profile", b"prod", b"s3"]


def test_a_shell_that_is_asked_for_a_function_goes_on_inside_the_tool(fish: Scene) -> None:
    fish.prod()

    fish.scratch.run("fish", "-ic", "aws s3", env={"AXIUM_ENV": "prod", "AXIUM_WRAPPED": "aws"})

    assert fish.call().argv == [b"aws", b"s3"]


@pytest.mark.parametrize(
    ("line", "status"),
    [
        ("aws", 7),
        ("aws | cat; test $pipestatus[1] = 7; or false", 0),
        ("set x (aws)", 7),
        ("if aws; end; not aws; aws", 7),
        ("function f; aws; end; f", 7),
        ("eval aws", 7),
        ("begin; aws; end", 7),
        ("false; or aws", 7),
        ("time aws 2>/dev/null", 7),
        ("aws; or false", 1),
    ],
)
def test_the_exit_code_is_the_tools(fish: Scene, line: str, status: int) -> None:
    fish.prod()
    fish.tool("aws", "exit 7")

    typed = fish.type(f"{line}; exit $status")

    assert (typed.status, typed.stdout) == (status, "")
    assert fish.call().argv == [b"aws", b"--profile", b"prod"]


def test_a_signal_gives_128_and_its_number(fish: Scene) -> None:
    fish.prod()
    fish.tool("aws", "kill -TERM $$")

    assert fish.type("aws; exit $status").status == 143


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
    fish: Scene, damage: Callable[[Path], None], path: str
) -> None:
    fish.prod()
    damage(fish.published / path)

    typed = fish.type("aws s3 'a b'")

    assert (fish.call().argv, typed.stderr) == (fish.asked("aws", "s3", "a b"), "")


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
        *(("go", WHERE, "<aws", f"{tag}") for tag in KEPT),
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
def test_a_table_that_is_no_plain_go_goes_to_axium_run(fish: Scene, words: tuple[str, ...]) -> None:
    fish.prod()
    fish.publish("t/s1/aws", *words)

    typed = fish.type("aws s3", env={"CANARY": str(fish.canary)})

    assert (fish.call().argv, typed.stderr) == (fish.asked("aws", "s3"), "")
    assert not fish.canary.exists()


@pytest.mark.parametrize("stamp", ["", "..", "../t/s1", "/", "gone"])
def test_a_stamp_that_leads_nowhere_goes_to_axium_run(fish: Scene, stamp: str) -> None:
    fish.prod()
    fish.everywhere("prod", stamp)

    fish.type("aws s3")

    assert fish.call().argv == fish.asked("aws", "s3")


def test_axium_run_is_told_the_home_of_the_hook(fish: Scene) -> None:
    fish.commands("aws")

    fish.type("aws", env={"AXIUM_HOME": "/another"})

    assert fish.call().variables("AXIUM_HOME") == {"AXIUM_HOME": str(fish.home)}


@pytest.mark.parametrize(
    ("line", "program"),
    [("aws sync x", b"python"), ("aws s3 sync", b"aws"), ("aws", b"aws"), ("aws '*'", b"aws")],
)
def test_a_plugins_subcommand_goes_to_axium_run(fish: Scene, line: str, program: bytes) -> None:
    fish.prod("<aws", "@login", "@sync")

    fish.type("aws", line)

    assert fish.call().argv[0] == program


def test_a_missing_program_is_said_with_its_rule(fish: Scene) -> None:
    fish.prod("<no$such", "<--", "<aws")

    typed = fish.type("aws s3; exit $status")

    assert (typed.status, fish.calls()) == (127, [])
    assert typed.stderr == (
        "✗ `aws` did not run: `'no$such'`, which its rule names, is not there\n"
        f"  see {WHERE}: install it, or write `fallback: plain` there"
    )


def test_a_missing_program_falls_back_where_the_rule_says_so(fish: Scene) -> None:
    fish.prod("<nosuch", "<--", "<aws", "=AWS_PROFILE=prod", "?plain")

    fish.type("aws s3")

    call = fish.call()
    assert call.argv == [b"aws", b"s3"]
    assert call.variables("AWS_PROFILE", "AXIUM_ENV") == {
        "AWS_PROFILE": "prod",
        "AXIUM_ENV": "prod",
    }


WRAPX = 'function wrapx; echo "for $argv[1]"; $argv[2..]; end'


def test_a_function_of_the_users_may_be_the_prefix(fish: Scene) -> None:
    fish.prod("<wrapx", "<prod", "<aws", "=AWS_PROFILE=prod", "-AWS_SECRET")

    typed = fish.type(WRAPX, "aws s3 '*'")

    call = fish.call()
    assert (typed.stdout, call.argv) == ("for prod\n", [b"aws", b"s3", b"*"])
    assert call.variables("AWS_PROFILE", "AXIUM_WRAPPED") == {
        "AWS_PROFILE": "prod",
        "AXIUM_WRAPPED": "aws",
    }


def test_a_function_that_would_see_what_is_to_be_unset_goes_to_axium_run(fish: Scene) -> None:
    fish.prod("<wrapx", "<prod", "<aws", "-AWS_SECRET")

    typed = fish.type(WRAPX, "aws s3", env={"AWS_SECRET": "key"})

    assert (typed.stdout, fish.call().argv) == ("", fish.asked("aws", "s3"))


def test_a_function_that_is_loaded_when_it_is_called_may_be_the_prefix(fish: Scene) -> None:
    fish.prod("<wrapx", "<prod", "<aws")
    functions = fish.rc.parent / "functions"
    functions.mkdir()
    (functions / "wrapx.fish").write_text(WRAPX + "\n")

    assert fish.type("aws s3").stdout == "for prod\n"


def test_a_wrapped_name_in_front_is_the_program_of_that_name(fish: Scene) -> None:
    fish.commands("aws", "vault")
    fish.everywhere("prod")
    fish.table("<vault", "<--", "<aws")
    fish.table("<aws", "<--loop", "<vault", command="vault")
    fish.tool("vault")

    fish.type("aws s3")
    first = fish.call().argv
    fish.type("vault s3")

    assert first == [b"vault", b"--", b"aws", b"s3"]
    assert fish.call().argv == [b"aws", b"--loop", b"vault", b"s3"]


def test_a_handler_runs_before_the_tool_and_leaves_its_words(fish: Scene) -> None:
    fish.commands("aws", "gcloud")
    fish.linked("prod")
    fish.table("<aws", "<--profile", "<prod", "=AWS_PROFILE=prod")
    fish.table("<gcloud", "<--project", "<prod", "=CLOUD=1", command="gcloud")
    fish.tool("gcloud")

    fish.type("function handler --on-variable AWS_PROFILE; gcloud x; end", "aws s3")

    assert fish.calls()[:2] == ["gcloud", "aws"]
    assert fish.call().argv == [b"aws", b"--profile", b"prod", b"s3"]
    assert fish.call().variables("CLOUD") == {"CLOUD": None}


def test_an_abbreviation_of_the_same_name_stays(fish: Scene) -> None:
    fish.prod()
    fish.start_file("abbr --add aws 'aws --debug'", "abbr --add gcloud 'gcloud -q'")

    typed = fish.type("abbr --show", "axium_clear_wrappers; abbr --show")

    assert (
        typed.stdout.splitlines()
        == [
            "abbr -a -- aws 'aws --debug'",
            "abbr -a -- gcloud 'gcloud -q'",
        ]
        * 2
    )


def test_a_change_is_seen_by_the_very_next_command(fish: Scene) -> None:
    fish.prod()
    fish.table("<aws", "<--profile", "<dev", "=AWS_PROFILE=dev", stamp="s2")
    fish.publish("other", "dev", "s2", "", "c1")

    fish.type(f"aws; mv {fish.published}/other {fish.published}/global; aws")

    assert fish.call().argv == [b"aws", b"--profile", b"dev"]
    assert fish.call().variables("AXIUM_ENV") == {"AXIUM_ENV": "dev"}


def test_no_process_is_started_but_the_tool(fish: Scene) -> None:
    fish.prod("<aws", "=AWS_PROFILE=prod", "-AWS_SECRET")
    target = Path(shutil.which("true") or "/bin/true")
    (fish.scratch.bin / "aws").unlink()
    (fish.scratch.bin / "aws").symlink_to(target)
    trace = fish.scratch.root / "trace"
    lines = ("echo begin", "aws 1", "X=1 aws 2", "axium_prompt", "aws 3", "echo end")

    fish.scratch.run(
        "strace", "-f", "-o", trace, "-e", "trace=clone,clone3,fork,vfork,execve,write",
        *fish.shell.argv(fish), stdin=fish.shell.script(lines), env=fish.shell.environ(fish),
    )  # fmt: skip

    text = trace.read_text().partition('"begin')[2].partition('"end')[0]
    # fish makes threads too, which carry CLONE_THREAD.
    started = [line for line in text.splitlines() if re.search(r"(clone|fork)3?\(", line)]
    assert len([line for line in started if "CLONE_THREAD" not in line]) == 3
    assert text.count("execve(") == 3


def test_a_pointer_that_is_flipped_from_link_to_link_is_followed(fish: Scene) -> None:
    fish.commands("aws")
    fish.linked("dev", "s2", sgr="32")
    fish.table("<aws", "<dev", stamp="s2")
    fish.table("<aws", "<prod")
    (fish.published / "global").rename(fish.published / "dev")
    fish.linked("prod")

    typed = fish.type(
        f"cd {fish.published}",
        'aws 1; echo "$AXIUM_ENV"',
        "ln -f dev new; mv new global; aws 2",
        'echo "$AXIUM_ENV"',
        "ln -f t/s1/.c1, new; mv new global; aws 3",
        'echo "$AXIUM_ENV"',
    )

    assert (typed.stdout, typed.stderr) == ("prod\ndev\nprod\n", "")
    assert fish.calls() == ["aws", "aws", "aws"]
    assert fish.call().argv == [b"aws", b"prod", b"3"]
