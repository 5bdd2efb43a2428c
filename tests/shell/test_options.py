"""The user's own options, traps and habits neither matter nor change."""

from __future__ import annotations

import pytest

from axium.thin.wrapper import FUNCTION
from tests.shell.scene import Scene

PRELUDES = [
    "set -eu",
    "set -e; set -o pipefail; shopt -s inherit_errexit",
    "set -f",
    "set -a",
    "set -k",
    "set +B",
    "set +h",
    "set -C",
    "set -E; trap 'echo err >/dev/null' ERR",
    "set -T; trap ': $BASH_COMMAND' DEBUG RETURN",
    "shopt -s extdebug; trap ': $BASH_COMMAND' DEBUG",
    "set -o posix",
    "set -o posix; set -eu",
    "IFS=",
    "IFS=',=<[/-_axium012'",
    "unset IFS",
    "shopt -s nullglob",
    "shopt -s failglob",
    "shopt -s nullglob dotglob globstar; cd /",
    "shopt -u extglob",
    "shopt -s extglob",
    "shopt -s nocasematch nocaseglob",
    "shopt -s localvar_inherit",
    "shopt -s localvar_unset",
    "shopt -u globasciiranges",
    "shopt -s xpg_echo execfail lastpipe",
    *(f"shopt -s compat{version}" for version in (31, 32, 40, 41, 42, 43, 44)),
    "BASH_COMPAT=5.0",
    "BASH_COMPAT=5.1",
    "LC_ALL=C",
    "export LC_ALL=C LANG=C",
    "LC_ALL=C.UTF-8",
    "declare -i AWS_PROFILE=5",
    "declare -u AWS_PROFILE=x",
    "declare -a AWS_PROFILE=(x y)",
    "declare -A AWS_PROFILE=([x]=y)",
    "declare -n AWS_PROFILE=other; other=1",
    "declare -ix AWS_SECRET",
    "set -- one 'two three'",
    "exec 2>/dev/null; set -x",
]


@pytest.mark.parametrize("prelude", PRELUDES)
def test_the_users_options_do_not_matter(scene: Scene, prelude: str) -> None:
    hostile = "a[$(touch $CANARY)]`touch $CANARY` * {x,y} \\n %s '\""
    scene.prod("<aws", f"<{hostile}", ">--end", f"=AWS_PROFILE={hostile}", "-AWS_SECRET")

    typed = scene.type(
        prelude, "aws s3 '' '*'", env={"AWS_SECRET": "key", "CANARY": str(scene.canary)}
    )

    call = scene.call()
    words = hostile.encode()
    if call.argv[0] == b"python":  # where bash itself can't be trusted to do it
        assert (call.argv, typed.stderr) == (scene.asked("aws", "s3", "", "*"), "")
    else:
        assert (call.argv, typed.stderr) == ([b"aws", words, b"s3", b"", b"*", b"--end"], "")
        assert call.env[b"AWS_PROFILE"] == words
        assert b"AWS_SECRET" not in call.env
    assert not [name for name in call.env if name.startswith(b"_axium")]
    assert not scene.canary.exists()


@pytest.mark.parametrize("prelude", PRELUDES)
def test_the_hook_is_sourced_under_any_options_and_leaves_them(scene: Scene, prelude: str) -> None:
    scene.prod()
    scene.rc.write_text(f"PS1=\nsource {scene.home}/bash/init.sh\n")
    state = "declare -p IFS 2>/dev/null; echo $-; shopt -p; set -o; trap; printf '[%s]' \"$@\""
    bare = f"PS1=; {prelude}\n{state}\n"
    hooked = f"PS1=; {prelude}\nsource {scene.home}/bash/init.sh\naws s3 >/dev/null\n{state}\n"

    (scene.scratch.user / "bare").write_text(bare)
    (scene.scratch.user / "hooked").write_text(hooked)
    argv = ("bash", "--noediting", "--noprofile", "--rcfile")
    before = scene.scratch.run(*argv, scene.scratch.user / "bare", "-i")
    after = scene.scratch.run(*argv, scene.scratch.user / "hooked", "-i")

    assert after.stdout == before.stdout
    assert scene.calls() in (["aws"], ["python"])


def test_only_names_of_ours_are_added_to_the_shell(scene: Scene) -> None:
    scene.prod()
    scene.rc.write_text("PS1=\n")
    names = "compgen -A variable; compgen -A function; compgen -A alias"

    before = scene.type("aws", "echo --", names).stdout.partition("--\n")[2]
    after = scene.type(
        f"source {scene.home}/bash/init.sh", "aws", "echo --", names
    ).stdout.partition("--\n")[2]

    added = set(after.split()) - set(before.split())
    assert sorted(
        name for name in added if not name.startswith(("_axium_", "axium_", "AXIUM_"))
    ) == ["PROMPT_COMMAND", "aws", "ax", "axium"]


def test_sourcing_twice_changes_nothing(scene: Scene) -> None:
    scene.prod()
    state = "declare -p; declare -f; alias; shopt -p; set -o"
    again = f"source {scene.home}/bash/init.sh"
    show = (
        f"({state}) | grep -v -e '^declare -. BASH' -e ^BASH -e '_=' -e LINENO -e SECONDS"
        " -e RANDOM -e _axium_words"
    )

    typed = scene.type(
        f"{show} >$HOME/1", again, f'eval "$(cat {scene.home}/bash/init.sh)"', f"{show} >$HOME/2"
    )

    def text(name: str) -> list[str]:
        lines = (scene.scratch.user / name).read_text().splitlines()
        return [line for line in lines if "SRANDOM" not in line and "EPOCH" not in line]

    assert typed.stderr == ""
    assert text("2") == text("1")


@pytest.mark.parametrize("lost", ["", "unset AXIUM_WRAPPED_COMMANDS"])
def test_a_newer_hook_takes_the_wrappers_of_an_older_one_over(scene: Scene, lost: str) -> None:
    scene.prod()
    scene.commands("aws", "gcloud")
    hook = f"{scene.home}/bash/init.sh"
    upgrade = f"sed -i s/^_axium_version=.*/_axium_version=9/ {hook}"
    scene.publish("names", "c2", "aws", "tofu")
    scene.publish("pointer", "prod", "s1", "", "c2")
    publish = f"cd {scene.published}; mv names commands; mv pointer global"

    typed = scene.type(
        "tofu() { :; }",
        f"{upgrade}; {lost}",
        f"{publish}; source {hook}",
        'echo "${AXIUM_WRAPPED_COMMANDS[*]}"',
        "aws s3",
        "axium_clear_wrappers; compgen -A function | grep -v -e axium -e ^ax$",
    )

    left = ["gcloud", "tofu"] if lost else ["tofu"]  # nothing tells that `gcloud` was one
    assert typed.stdout.splitlines() == ["aws", *left]
    assert typed.stderr == "! `tofu` is a function of your own: axium does not wrap it"
    assert scene.call().argv == [b"aws", b"--profile", b"prod", b"s3"]


@pytest.mark.parametrize("lost", ["", "unset AXIUM_WRAPPED_COMMANDS"])
def test_the_functions_of_wrapper_refresh_become_those_of_the_hook(scene: Scene, lost: str) -> None:
    scene.prod()
    scene.rc.write_text("PS1=\n")
    names = ("aws", "gcloud")
    functions = "\n".join([FUNCTION.format(name=name) for name in names])

    typed = scene.type(
        f"{functions}\nAXIUM_WRAPPED_COMMANDS='{' '.join(names)}'",
        lost,
        f"source {scene.home}/bash/init.sh",
        "aws s3",
        'echo "${AXIUM_WRAPPED_COMMANDS[*]}"',
        "compgen -A function gcloud",
    )

    left = ["gcloud"] if lost else []  # nothing tells that `gcloud` was one
    assert (typed.stdout.splitlines(), typed.stderr) == (["aws", *left], "")
    assert scene.call().argv == [b"aws", b"--profile", b"prod", b"s3"]


def test_a_script_that_sources_the_hook_is_left_alone(scene: Scene) -> None:
    scene.prod()
    line = f". {scene.home}/bash/init.sh; aws s3"

    done = [scene.scratch.run(shell, "-c", line) for shell in ("bash", "sh")]

    assert [(run.returncode, run.stdout, run.stderr) for run in done] == [(0, "", "")] * 2
    assert scene.call().argv == [b"aws", b"s3"]


def test_an_old_bash_is_told_and_left_alone(scene: Scene) -> None:
    scene.prod()
    for version in ("3.2.57(1)-release", "4.3.48(1)-release"):
        scene.rc.write_text(f"PS1= BASH_VERSION='{version}'\n. {scene.home}/bash/init.sh\n")

        typed = scene.type("aws s3", "declare -F")

        assert typed.stdout == ""
        assert typed.stderr == (
            f"✗ bash {version} is too old for axium\n"
            "  bash 4.4 or newer wraps commands; this shell is left as it was"
        )
        assert scene.call().argv == [b"aws", b"s3"]


def test_eval_of_the_hook_goes_on_with_the_start_file(scene: Scene) -> None:
    scene.prod()
    scene.rc.write_text(f'PS1=\neval "$(cat {scene.home}/bash/init.sh)"\necho after\n')

    typed = scene.type("aws s3")

    assert typed.stdout == "after\n"
    assert scene.call().argv == [b"aws", b"--profile", b"prod", b"s3"]


def test_spokes_are_sourced_and_gears_never(scene: Scene) -> None:
    scene.commands("aws")
    for kind in ("spokes", "gears"):
        (scene.home / kind / "a b").mkdir(parents=True)
        (scene.home / kind / "a b/init.sh").write_text(
            f"{kind}_variable=1; declare -g {kind}_2=2\n"
        )

    typed = scene.type(
        f"source {scene.home}/bash/init.sh",
        "echo ${spokes_variable-} ${spokes_2-} ${gears_variable-}",
    )

    assert typed.stdout == "1 2\n"


FAILING = {"1": "return 3\n", "2": "false\n", "3": "no-such-command\n", "4": "if then ((\n"}


def test_a_spoke_that_fails_leaves_the_rest_of_the_start(scene: Scene) -> None:
    scene.prod()
    for name, text in (FAILING | {"5": "sourced=yes\n"}).items():
        (scene.home / "spokes" / name).mkdir(parents=True)
        (scene.home / "spokes" / name / "init.sh").write_text(text)

    typed = scene.type(
        "set -e", f"source {scene.home}/bash/init.sh; set +e", "echo $sourced", "aws s3"
    )

    assert typed.stdout.splitlines() == ["yes"]
    assert scene.call().argv == [b"aws", b"--profile", b"prod", b"s3"]
