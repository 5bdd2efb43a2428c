"""An environment of one bash: who minds it, who does not, and how it comes and goes."""

from __future__ import annotations

import shlex

import pytest

from tests.shell.hostile import hostile_words
from tests.shell.scene import Scene

OUTSIDE = {"AXIUM_SHELL_ENV": "dev", "AXIUM_SHELL_PLACE": ":"}
SHOW = 'echo "${AXIUM_ENV-none} ${AXIUM_SHELL_ENV-unheld}"'

# What `axium env set|clear --shell` prints for the hook; its arguments are recorded.
PROGRAM = """\
[ "$AXIUM_SHELL_HOOK" = 1 ] || exit 0
[ "$*" != 'env set nosuch --shell' ] || { echo 'unknown environment' >&2; exit 1; }
for word; do last=$word; [ "$word" != clear ] || exit 0; done
[ "$last" != --shell ] || last=$3
printf '%s\\n' "$last"
"""


@pytest.fixture
def held(scene: Scene) -> Scene:
    """`prod` everywhere, `dev` for shells that hold it."""
    scene.prod()
    scene.publish("e/dev", "dev", "s2", "", "c1")
    scene.table("<aws", "<--profile", "<dev", stamp="s2")
    scene.tool("axium", PROGRAM)
    return scene


def test_a_shell_that_holds_an_environment_runs_and_shows_that_one(held: Scene) -> None:
    typed = held.type("aws s3", SHOW, 'echo "$AXIUM_PROMPT"', env=OUTSIDE)

    assert (typed.stdout, typed.stderr) == ("dev dev\ndev \n", "")
    assert held.call().argv == [b"aws", b"--profile", b"dev", b"s3"]
    assert held.call().variables("AXIUM_ENV", "AXIUM_SHELL_ENV") == {
        "AXIUM_ENV": "dev",
        "AXIUM_SHELL_ENV": "dev",
    }


@pytest.mark.parametrize(
    "env",
    [
        {"AXIUM_SHELL_ENV": "dev", "AXIUM_SHELL_PLACE": "/tmp/tmux-0/default,17:%3"},
        {"AXIUM_SHELL_ENV": "dev"},
        {"AXIUM_SHELL_ENV": "", "AXIUM_SHELL_PLACE": ":"},
        OUTSIDE | {"TMUX_PANE": "%1"},
    ],
)
def test_what_was_set_in_another_place_does_not_matter(held: Scene, env: dict[str, str]) -> None:
    typed = held.type("aws s3", 'echo "$AXIUM_ENV"', env=env)

    assert (typed.stdout, held.call().argv[2]) == ("prod\n", b"prod")


@pytest.mark.parametrize("name", ["gone", ".", "..", "../global", "t/s1", "x" * 300])
def test_an_environment_that_was_not_published_goes_to_axium_run(held: Scene, name: str) -> None:
    typed = held.type("aws s3", 'echo "$AXIUM_PROMPT"', env=OUTSIDE | {"AXIUM_SHELL_ENV": name})

    assert held.call().argv == held.asked("aws", "s3")
    assert (typed.stdout, typed.stderr) == ("? \n", "")


def test_a_pointer_of_another_environment_is_not_believed(held: Scene) -> None:
    held.publish("e/dev", "Dev", "s2", "", "c1")

    held.type("aws s3", env=OUTSIDE)

    assert held.call().argv == held.asked("aws", "s3")


def test_a_variable_that_comes_or_goes_by_hand_is_seen_by_the_next_command(held: Scene) -> None:
    held.type("aws 1; export AXIUM_SHELL_ENV=dev AXIUM_SHELL_PLACE=:; aws 2")
    assert held.call().argv == [b"aws", b"--profile", b"dev", b"2"]

    held.type("aws 1; unset AXIUM_SHELL_ENV; aws 2", env=OUTSIDE)
    assert held.call().argv == [b"aws", b"--profile", b"prod", b"2"]


def test_every_hostile_name_is_only_a_name(held: Scene) -> None:
    for number, word in enumerate(hostile_words(held.canary)):
        if word in (b"", b"\n") or b"/" in word or len(word) > 200 or word.endswith(b"\n"):
            continue
        name = word.decode("utf-8", "surrogateescape")
        held.publish(f"e/{name}", word, f"h{number}", "", "c1")
        held.table("<aws", stamp=f"h{number}")
        (held.scratch.user / "name").write_bytes(word)

        typed = held.type('axium env set --shell -- "$(cat name)"; aws s3')

        assert (held.call().env[b"AXIUM_ENV"], typed.stderr) == (word, ""), word
    assert not held.canary.exists()


def test_set_and_clear_change_this_shell_and_its_prompt_at_once(held: Scene) -> None:
    typed = held.type(
        f"{SHOW}; axium env set dev --shell; {SHOW}; aws s3",
        f"bash -c {shlex.quote(SHOW)}",
        f"axium env clear --shell; {SHOW}",
    )

    assert typed.stdout.splitlines() == ["prod unheld", "dev dev", "dev dev", "prod unheld"]
    assert typed.stderr == ""
    assert held.calls() == ["axium", "aws", "axium"]


def test_only_the_shell_that_asked_changes(held: Scene) -> None:
    typed = held.type(f"(axium env set dev --shell; {SHOW}); {SHOW}")

    assert typed.stdout.splitlines() == ["dev dev", "prod unheld"]


def test_a_refusal_changes_nothing_and_its_code_is_kept(held: Scene) -> None:
    typed = held.type("axium env set nosuch --shell", f"echo $?; {SHOW}", env=OUTSIDE)

    assert (typed.stdout, typed.stderr) == ("1\ndev dev\n", "unknown environment")


@pytest.mark.parametrize(
    "line",
    [
        "axium env set dev",
        "axium env set dev --pane %3 --shell",
        "axium env set --shell --help",
        "axium --version env set dev --shell",
        "axium env exec dev -- env set --shell",
        "axium env set -- --shell",
        "axium run env set --shell",
        "axium env - --global",
        "axium",
    ],
)
def test_everything_else_is_the_programs(held: Scene, line: str) -> None:
    typed = held.type(line, SHOW, env=OUTSIDE)

    assert held.call().argv == [word.encode() for word in line.split()]
    assert held.call().variables("AXIUM_SHELL_HOOK") == {"AXIUM_SHELL_HOOK": None}
    assert typed.stdout == "dev dev\n"


@pytest.mark.parametrize("line", ["axium -v env set dev --shell", "ax env set --shell dev"])
def test_the_function_takes_options_anywhere_and_ax_is_the_same(held: Scene, line: str) -> None:
    held.tool("ax", PROGRAM.replace("$3", "dev"))
    held.tool("axium", PROGRAM.replace("$3", "dev"))

    assert held.type(f"{line}; {SHOW}").stdout == "dev dev\n"


def test_a_dash_returns_to_what_the_shell_held_before(held: Scene) -> None:
    held.publish("e/test", "test", "s3", "", "c1")

    typed = held.type(
        "axium env set dev --shell",
        "axium env set test --shell",
        f"axium env -; {SHOW}",
        f"axium -v env -; {SHOW}",
        "axium env clear --shell",
        f"axium env -; {SHOW}",
    )

    assert typed.stdout.splitlines() == ["dev dev", "test test", "prod unheld"]
    assert held.call().argv == [b"axium", b"env", b"-"]  # none is held: the pane's is meant


def test_a_dash_after_the_first_one_follows_the_pane_again(held: Scene) -> None:
    assert held.type("axium env set dev --shell", f"axium env -; {SHOW}").stdout == "prod unheld\n"
    assert held.type(f"axium env -; {SHOW}", env=OUTSIDE).stdout == "prod unheld\n"


@pytest.mark.parametrize("name", ["AXIUM_SHELL_ENV", "AXIUM_SHELL_PLACE"])
def test_a_readonly_variable_is_told(held: Scene, name: str) -> None:
    typed = held.type(f"readonly {name}=", "axium env set dev --shell", f"echo $?; {SHOW}")

    assert typed.stdout.splitlines()[0] == "1"
    assert typed.stdout.splitlines()[1].startswith("prod")
    assert typed.stderr == (
        "✗ this shell goes on as before: `AXIUM_SHELL_ENV` can not be changed in it\n"
        "  the environment of a shell is kept there: is it readonly here?"
    )


@pytest.mark.parametrize(
    "prelude",
    ["set -eu", "set -a", "set -f", "IFS=e", "set -o posix", "set -C; shopt -s nullglob", "set -T"],
)
def test_the_users_options_do_not_matter_to_the_function(held: Scene, prelude: str) -> None:
    typed = held.type(prelude, f"axium env set dev --shell; {SHOW}", "compgen -v | grep -c ^_axium")

    assert (typed.stdout.splitlines()[0], typed.stderr) == ("dev dev", "")


def test_a_change_elsewhere_is_shown_right_after_any_environment_command(held: Scene) -> None:
    held.publish("other", "stage", "s3", "", "c1")
    held.tool("axium", f"mv {held.published}/other {held.published}/global; exit 3")

    typed = held.type('axium env set stage; echo "$? $AXIUM_ENV"')

    assert typed.stdout == "3 stage\n"


def test_functions_and_aliases_of_the_users_stay(held: Scene) -> None:
    held.rc.write_text(
        f"PS1=; ax() {{ echo mine; }}; alias axium='axium -v'\nsource {held.home}/bash/init.sh\n"
    )

    typed = held.type("ax env set dev --shell", "axium info")

    assert (typed.stdout, typed.stderr) == ("mine\n", "")
    assert held.call().argv == [b"axium", b"-v", b"info"]
