"""An environment of one fish: who minds it, who does not, and how it comes and goes."""

from __future__ import annotations

import shlex

import pytest

from tests.shell.hostile import hostile_words
from tests.shell.scene import VERSION, Scene

OUTSIDE = {"AXIUM_SHELL_ENV": "dev", "AXIUM_SHELL_PLACE": ":"}
SHOW = "echo $AXIUM_ENV (set -q AXIUM_SHELL_ENV; and echo $AXIUM_SHELL_ENV; or echo unheld)"

# What `axium env set|clear --shell` prints for the hook; its arguments are recorded.
PROGRAM = """\
[ "$AXIUM_SHELL_HOOK" = 1 ] || exit 0
[ "$*" != 'env set nosuch --shell' ] || { echo 'unknown environment' >&2; exit 1; }
for word; do last=$word; [ "$word" != clear ] || exit 0; done
[ "$last" != --shell ] || last=$3
printf '%s\\n' "$last"
"""


@pytest.fixture
def held(fish: Scene) -> Scene:
    """`prod` everywhere, `dev` and `test` for shells that hold them."""
    fish.prod()
    for name, stamp in (("dev", "s2"), ("test", "s3")):
        fish.publish(f"e/{name}", name, stamp, "", "c1")
        fish.table("<aws", "<--profile", f"<{name}", stamp=stamp)
    for program in ("axium", "ax"):
        fish.tool(program, PROGRAM)
    return fish


def test_a_shell_that_holds_an_environment_runs_and_shows_that_one(held: Scene) -> None:
    typed = held.type("aws s3", SHOW, "echo $AXIUM_PROMPT", env=OUTSIDE)

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
    typed = held.type("aws s3", "echo $AXIUM_ENV", env=env)

    assert (typed.stdout, held.call().argv[2]) == ("prod\n", b"prod")


@pytest.mark.parametrize("name", ["gone", ".", "..", "../global", "t/s1", "x" * 300])
def test_an_environment_that_was_not_published_goes_to_axium_run(held: Scene, name: str) -> None:
    typed = held.type("aws s3", "echo $AXIUM_PROMPT", env=OUTSIDE | {"AXIUM_SHELL_ENV": name})

    assert held.call().argv == held.asked("aws", "s3")
    assert (typed.stdout, typed.stderr) == ("? \n", "")


def test_a_pointer_of_another_environment_is_not_believed(held: Scene) -> None:
    held.publish("e/dev", "Dev", "s2", "", "c1")

    held.type("aws s3", env=OUTSIDE)

    assert held.call().argv == held.asked("aws", "s3")


def test_a_variable_that_comes_or_goes_by_hand_is_seen_by_the_next_command(held: Scene) -> None:
    held.type("aws 1; set -gx AXIUM_SHELL_ENV dev; set -gx AXIUM_SHELL_PLACE :; aws 2")
    assert held.call().argv == [b"aws", b"--profile", b"dev", b"2"]

    held.type("aws 1; set -e AXIUM_SHELL_ENV; aws 2", env=OUTSIDE)
    assert held.call().argv == [b"aws", b"--profile", b"prod", b"2"]


def test_every_hostile_name_is_only_a_name(held: Scene) -> None:
    for number, word in enumerate(hostile_words(held.canary)):
        if word in (b"", b"\n") or b"/" in word or len(word) > 200:
            continue
        name = word.decode("utf-8", "surrogateescape")
        held.publish(f"e/{name}", word, f"h{number}", "", "c1")
        held.table("<aws", stamp=f"h{number}")
        (held.scratch.user / "name").write_bytes(word)

        typed = held.type("read -z name <name; axium env set --shell -- $name; aws s3")

        assert (held.call().env[b"AXIUM_ENV"], typed.stderr) == (word, ""), word
    assert not held.canary.exists()


def test_set_and_clear_change_this_shell_and_its_prompt_at_once(held: Scene) -> None:
    typed = held.type(
        f"{SHOW}; axium env set dev --shell; {SHOW}; aws s3",
        f"fish -c {shlex.quote(SHOW)}",
        f"axium env clear --shell; {SHOW}",
    )

    assert typed.stdout.splitlines() == ["prod unheld", "dev dev", "dev dev", "prod unheld"]
    assert typed.stderr == ""
    assert held.calls() == ["axium", "aws", "axium"]


def test_a_refusal_changes_nothing_and_its_code_is_kept(held: Scene) -> None:
    typed = held.type(f"axium env set nosuch --shell; echo $status; {SHOW}", env=OUTSIDE)

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
    assert held.call().variables("AXIUM_SHELL_HOOK", "AXIUM_HOOK") == {
        "AXIUM_SHELL_HOOK": None,
        "AXIUM_HOOK": f"fish {VERSION}",
    }
    assert typed.stdout == "dev dev\n"


@pytest.mark.parametrize("line", ["axium -v env set --shell dev", "ax env set --shell dev"])
def test_the_function_takes_options_anywhere_and_ax_is_the_same(held: Scene, line: str) -> None:
    assert held.type(f"{line}; {SHOW}").stdout == "dev dev\n"


def test_a_dash_returns_to_what_the_shell_held_before(held: Scene) -> None:
    typed = held.type(
        "axium env set dev --shell",
        "axium env set test --shell",
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


def test_a_change_elsewhere_is_shown_right_after_any_environment_command(held: Scene) -> None:
    held.publish("other", "stage", "s3", "", "c1")
    held.tool("axium", f"mv {held.published}/other {held.published}/global; exit 3")

    typed = held.type("axium env set stage; echo $status $AXIUM_ENV")

    assert typed.stdout == "3 stage\n"


def test_functions_of_the_users_stay(held: Scene) -> None:
    held.start_file("function ax; echo mine; end; alias axium 'command axium -v'")

    typed = held.type("ax env set dev --shell", "axium info")

    assert (typed.stdout, typed.stderr) == ("mine\n", "")
    assert held.call().argv == [b"axium", b"-v", b"info"]
