"""What a wrapped command becomes in a real shell."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from tests.shell.scene import WHERE, Scene
from tests.shell.shells import in_each_shell, in_shells, rows


@in_each_shell
def test_a_wrapped_command_runs_as_its_table_says(scene: Scene) -> None:
    scene.prod("<vault", "<exec", "<--", "<aws", ">--end", "=AWS_PROFILE=prod", "-AWS_SECRET")
    scene.tool("vault")

    typed = scene.type("aws s3 ls '*' ''", env={"AWS_SECRET": "key"})

    call = scene.call()
    assert call.argv == [b"vault", b"exec", b"--", b"aws", b"s3", b"ls", b"*", b"", b"--end"]
    assert call.variables("AWS_PROFILE", "AWS_SECRET", "AXIUM_ENV", "AXIUM_WRAPPED") == {
        "AWS_PROFILE": "prod",
        "AWS_SECRET": None,
        "AXIUM_ENV": "prod",
        "AXIUM_WRAPPED": "aws",
    }
    assert (typed.status, typed.stdout, typed.stderr) == (0, "", "")


@in_each_shell
def test_nothing_of_ours_but_what_the_rule_says_reaches_the_tool(scene: Scene) -> None:
    scene.prod("<aws")

    scene.type("command aws", "AXIUM_OFF=1 aws")
    plain = scene.call().env
    scene.type("aws")
    wrapped = scene.call().env

    assert {name for name in wrapped if name not in plain} == {b"AXIUM_WRAPPED"}
    assert {name for name in plain if name not in wrapped} == {b"AXIUM_OFF"}


@rows(
    "line, env",
    every=[
        ("AXIUM_OFF=1 aws s3", {}),
        ("aws s3", {"AXIUM_OFF": "1"}),
        ("command aws s3", {}),
        ("AXIUM_WRAPPED=aws aws s3", {}),
        ("bash -c 'aws s3'", {}),
    ],
    bash=[("set -a; source $AXIUM_HOME/bash/init.sh; bash -c 'aws s3'", {})],
    zsh=[
        ("zsh -c 'aws s3'", {}),
        ("set -a; source $AXIUM_HOME/zsh/init.zsh; zsh -c 'aws s3'", {}),
    ],
    fish=[
        ("fish -c 'aws s3'", {}),
        ("fish -c 'source $AXIUM_HOME/fish/init.fish; aws s3'", {}),
    ],
)
def test_stepping_aside_runs_the_plain_command(
    scene: Scene, line: str, env: dict[str, str]
) -> None:
    scene.prod()

    scene.type(line, env=env)

    assert (scene.call().argv, scene.calls()) == ([b"aws", b"s3"], ["aws"])
    assert scene.call().variables("AWS_PROFILE") == {"AWS_PROFILE": None}


@in_each_shell
def test_a_shell_inside_a_wrapped_tool_wraps_again(scene: Scene) -> None:
    scene.prod()

    scene.type("aws s3", env={"AXIUM_WRAPPED": "aws"})

    assert scene.call().argv == [b"aws", b"--profile", b"prod", b"s3"]


@in_each_shell
def test_a_shell_that_is_asked_for_a_function_goes_on_inside_the_tool(scene: Scene) -> None:
    scene.prod()
    around = scene.shell.environ(scene) | {"AXIUM_ENV": "prod", "AXIUM_WRAPPED": "aws"}

    scene.scratch.run(*scene.shell.argv(scene), "-c", "aws s3", env=around)

    assert scene.call().argv == [b"aws", b"s3"]


@rows(
    "line, status",
    every=[("aws", 7)],
    bash=[
        ("aws | cat; (exit ${PIPESTATUS[0]})", 7),
        ("(aws)", 7),
        ("x=$(aws)", 7),
        ("aws & wait $!", 7),
        ("if aws; then :; else (exit $?); fi", 7),
        ("f() { aws; }; f", 7),
    ],
    zsh=[
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
    fish=[
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
def test_the_exit_code_is_the_tools(scene: Scene, line: str, status: int) -> None:
    scene.prod()
    scene.tool("aws", "exit 7")

    typed = scene.type(line, f"exit {scene.shell.status}")

    assert (typed.status, typed.stdout) == (status, "")
    assert scene.call().argv == [b"aws", b"--profile", b"prod"]


@in_each_shell
def test_a_signal_gives_128_and_its_number(scene: Scene) -> None:
    scene.prod()
    scene.tool("aws", "kill -TERM $$")

    assert scene.type("aws", f"exit {scene.shell.status}").status == 143


@rows("named", bash=[("no\\$such",)], zsh=[("no\\$such",)], fish=[("'no$such'",)])
def test_a_missing_program_is_said_with_its_rule(scene: Scene, named: str) -> None:
    scene.prod("<no$such", "<--", "<aws")

    typed = scene.type("aws s3", f"exit {scene.shell.status}")

    assert (typed.status, scene.calls()) == (127, [])
    assert typed.stderr == (
        f"✗ `aws` did not run: `{named}`, which its rule names, is not there\n"
        f"  see {WHERE}: install it, or write `fallback: plain` there"
    )


@in_each_shell
def test_a_missing_program_falls_back_where_the_rule_says_so(scene: Scene) -> None:
    scene.prod("<nosuch", "<--", "<aws", "=AWS_PROFILE=prod", "?plain")

    scene.type("aws s3")

    call = scene.call()
    assert call.argv == [b"aws", b"s3"]
    assert call.variables("AWS_PROFILE", "AXIUM_ENV") == {
        "AWS_PROFILE": "prod",
        "AXIUM_ENV": "prod",
    }


WRAPX = 'function wrapx; echo "for $argv[1]"; $argv[2..]; end'


@rows(
    "lines, said",
    bash=[(['wrapx() { echo "for $1"; shift; "$@"; }'], "for prod\n")],
    zsh=[
        (
            [
                "setopt ksh_arrays sh_word_split",
                'wrapx() { a=(x y); echo "for $1 ${a[0]}"; shift; "$@"; }',
            ],
            "for prod x\n",
        )
    ],
    fish=[([WRAPX], "for prod\n")],
)
def test_a_function_of_the_users_may_be_the_prefix(
    scene: Scene, lines: list[str], said: str
) -> None:
    scene.prod("<wrapx", "<prod", "<aws", "=AWS_PROFILE=prod", "-AWS_SECRET")

    typed = scene.type(*lines, "aws s3 '*'")

    call = scene.call()
    assert (typed.stdout, call.argv) == (said, [b"aws", b"s3", b"*"])
    assert call.variables("AWS_PROFILE", "AXIUM_WRAPPED") == {
        "AWS_PROFILE": "prod",
        "AXIUM_WRAPPED": "aws",
    }


@in_shells("bash", "zsh")
def test_a_function_that_is_the_prefix_does_not_see_what_is_to_be_unset(scene: Scene) -> None:
    scene.prod("<wrapx", "<prod", "<aws", "-AWS_SECRET")
    wrapx = 'wrapx() { echo "${AWS_SECRET-unset}"; shift; "$@"; }'

    typed = scene.type(wrapx, "aws s3", env={"AWS_SECRET": "key"})

    assert (typed.stdout, scene.call().argv) == ("unset\n", [b"aws", b"s3"])
    assert scene.call().variables("AWS_SECRET") == {"AWS_SECRET": None}


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


@in_each_shell
def test_a_wrapped_name_in_front_is_the_program_of_that_name(scene: Scene) -> None:
    scene.commands("aws", "vault")
    scene.everywhere("prod")
    scene.table("<vault", "<--", "<aws")
    scene.table("<aws", "<--loop", "<vault", command="vault")
    scene.tool("vault")

    scene.type("aws s3")
    first = scene.call().argv
    scene.type("vault s3")

    assert first == [b"vault", b"--", b"aws", b"s3"]
    assert scene.call().argv == [b"aws", b"--loop", b"vault", b"s3"]


@in_each_shell
def test_a_name_that_is_wrapped_by_itself_is_the_program_in_front(scene: Scene) -> None:
    scene.commands("aws", "vault")
    scene.everywhere("prod")
    scene.table("<vault", "<--", "<aws")
    scene.table("<vault", "<--loop", command="vault")
    scene.tool("vault")

    scene.type("aws s3")

    assert scene.call().argv == [b"vault", b"--", b"aws", b"s3"]


BASH_TRAP = """[[ $BASH_COMMAND != command* || $FUNCNAME == "" ]] || AXIUM_OFF= gcloud x"""
ZSH_TRAP = "[[ $ZSH_DEBUG_CMD != command* || -z $funcstack ]] || AXIUM_OFF= gcloud x"


@rows(
    "line, called",
    bash=[(f"set -o functrace; trap '{BASH_TRAP}' DEBUG", "python")],
    zsh=[(f"trap '{ZSH_TRAP}' DEBUG", "python")],
    fish=[("function handler --on-variable AWS_PROFILE; gcloud x; end", "gcloud")],
)
def test_a_command_in_a_trap_does_not_change_what_another_one_runs_as(
    scene: Scene, line: str, called: str
) -> None:
    scene.commands("aws", "gcloud")
    scene.linked("prod")
    scene.table("<aws", "<--profile", "<prod", "=AWS_PROFILE=prod")
    scene.table("<gcloud", "<--project", "<prod", "=CLOUD=1", command="gcloud")
    scene.tool("gcloud")

    scene.type(line, "aws s3")

    assert scene.calls()[-2:] == [called, "aws"]
    assert scene.call().argv == [b"aws", b"--profile", b"prod", b"s3"]
    assert scene.call().variables("CLOUD") == {"CLOUD": None}


@rows(
    "before",
    bash=[
        ("alias aws='aws --debug'",),
        ("alias aws='aws --debug' local=false command=false '[['=false",),
    ],
    zsh=[
        ("alias aws='aws --debug'",),
        ("alias aws='aws --debug' local=false command=false '[['=false builtin=false",),
        ("alias -g aws='aws --debug' '|'=false; setopt posix_aliases",),
    ],
)
def test_an_alias_of_the_same_name_survives_and_works(scene: Scene, before: str) -> None:
    scene.prod()
    scene.start_file(before)

    typed = scene.type("aws s3", "\\unalias -a; unalias -m '*' 2>/dev/null", "aws s3")

    assert (typed.stderr, scene.calls()) == ("", ["aws", "aws"])
    assert scene.call().argv == [b"aws", b"--profile", b"prod", b"s3"]


@in_shells("bash", "zsh")
def test_an_alias_adds_its_own_words(scene: Scene) -> None:
    scene.prod()

    scene.type("alias aws='aws --debug'", "aws s3")

    assert scene.call().argv == [b"aws", b"--profile", b"prod", b"--debug", b"s3"]


def test_an_abbreviation_of_the_same_name_stays(fish: Scene) -> None:
    fish.prod()
    fish.start_file("abbr --add aws 'aws --debug'", "abbr --add gcloud 'gcloud -q'")

    typed = fish.type("abbr --show", "axium_clear_wrappers; abbr --show")

    shown = ["abbr -a -- aws 'aws --debug'", "abbr -a -- gcloud 'gcloud -q'"]
    assert typed.stdout.splitlines() == shown * 2


@in_each_shell
def test_a_change_is_seen_by_the_very_next_command(scene: Scene) -> None:
    scene.prod()
    scene.table("<aws", "<--profile", "<dev", "=AWS_PROFILE=dev", stamp="s2")
    scene.publish("other", "dev", "s2", "", "c1")

    scene.type(f"aws; mv {scene.published}/other {scene.published}/global; aws")

    assert scene.call().argv == [b"aws", b"--profile", b"dev"]
    assert scene.call().variables("AXIUM_ENV") == {"AXIUM_ENV": "dev"}


@in_each_shell
def test_no_process_is_started_but_the_tool(scene: Scene) -> None:
    scene.prod("<aws", "=AWS_PROFILE=prod", "-AWS_SECRET")
    target = Path(shutil.which("true") or "/bin/true")
    (scene.scratch.bin / "aws").unlink()
    (scene.scratch.bin / "aws").symlink_to(target)
    trace = scene.scratch.root / "trace"
    lines = ("echo begin", "aws 1", "X=1 aws 2", "axium_prompt", "aws 3", "echo end")

    scene.scratch.run(
        "strace", "-f", "-o", trace, "-e", "trace=clone,clone3,fork,vfork,execve,write",
        *scene.shell.argv(scene),
        stdin=scene.shell.script(lines), env=scene.shell.environ(scene),
    )  # fmt: skip

    text = trace.read_text().partition('"begin')[2].partition('"end')[0]
    # fish makes threads too, which carry CLONE_THREAD.
    started = [line for line in text.splitlines() if re.search(r"(clone|fork)3?\(", line)]
    assert len([line for line in started if "CLONE_THREAD" not in line]) == 3
    assert text.count("execve(") == 3


@in_each_shell
def test_a_pointer_that_is_flipped_from_link_to_link_is_followed(scene: Scene) -> None:
    scene.commands("aws")
    scene.linked("dev", "s2", sgr="32")
    scene.table("<aws", "<dev", stamp="s2")
    scene.table("<aws", "<prod")
    (scene.published / "global").rename(scene.published / "dev")
    scene.linked("prod")

    typed = scene.type(
        f"cd {scene.published}",
        'aws 1; echo "$AXIUM_ENV"',
        "ln -f dev new; mv new global; aws 2",
        'echo "$AXIUM_ENV"',
        "ln -f t/s1/.c1, new; mv new global; aws 3",
        'echo "$AXIUM_ENV"',
    )

    assert (typed.stdout, typed.stderr) == ("prod\ndev\nprod\n", "")
    assert scene.calls() == ["aws", "aws", "aws"]
    assert scene.call().argv == [b"aws", b"prod", b"3"]
