"""An environment of one zsh: `axium env set NAME --shell`, and what follows it."""

from __future__ import annotations

import pytest

from tests.shell.scene import Scene

# What the program does: it checks the name and, for a hook alone, prints it.
PROGRAM = """#!/bin/sh
printf '%s\\n' "$*" >>{seen}/axium
case "$* " in
  *" bad "*) echo "no such environment" >&2; exit 1 ;;
  *"set dev --shell "*) echo "${{AXIUM_SHELL_HOOK:+dev}}" ;;
  *"set --shell -- dev "*|*"-v env set --shell dev "*) echo "${{AXIUM_SHELL_HOOK:+dev}}" ;;
  *"set test --shell "*) echo "${{AXIUM_SHELL_HOOK:+test}}" ;;
  *"clear --shell "*) ;;
  *) echo "ran $*" ;;
esac
"""
SHOW = "aws; print -r -- $AXIUM_ENV $AXIUM_PROMPT${AXIUM_SHELL_ENV-none} $AXIUM_SHELL_PLACE"


@pytest.fixture
def held(zsh: Scene) -> Scene:
    """`prod` everywhere; `dev` and `test` can be held."""
    zsh.prod()
    for name in ("dev", "test"):
        zsh.publish(f"e/{name}", name, f"s{name}", "", "c1")
        zsh.table("<aws", "<--profile", f"<{name}", stamp=f"s{name}")
    for name in ("axium", "ax"):
        zsh.scratch.tool(name, PROGRAM.format(seen=zsh.seen))
    zsh.scratch.tool("aws", '#!/bin/sh\necho "aws $* in $AXIUM_ENV"\n')
    return zsh


def test_a_shell_takes_up_an_environment_and_follows_the_pane_again(held: Scene) -> None:
    typed = held.type(
        SHOW,
        "axium env set dev --shell; " + SHOW,
        "axium -v env set --shell dev",
        "axium env clear --shell; " + SHOW,
    )

    assert (typed.stdout.splitlines(), typed.stderr) == (
        [
            "aws --profile prod in prod",
            "prod prod none",
            "aws --profile dev in dev",
            "dev dev dev :",
            "aws --profile prod in prod",
            "prod prod none",
        ],
        "",
    )


@pytest.mark.parametrize(
    ("line", "status"),
    [
        ("axium env set bad --shell", 1),
        ("axium env set dev --shell --help", 0),
        ("axium env set -- --shell", 0),
        ("axium env set dev", 0),
        ("axium run env set --shell", 0),
        ("command axium env set dev --shell", 0),
        ("axium env set dev --shell | cat", 0),
        ("(ax env set dev --shell)", 0),
    ],
)
def test_what_is_no_environment_of_this_shell_changes_nothing(
    held: Scene, line: str, status: int
) -> None:
    typed = held.type(line, "echo $? ${AXIUM_SHELL_ENV-none} $AXIUM_ENV")

    assert typed.stdout.splitlines()[-1] == f"{status} none prod"


def test_dash_returns_to_what_the_shell_held_before(held: Scene) -> None:
    show = "echo ${AXIUM_SHELL_ENV-none}"

    typed = held.type(
        "axium env set dev --shell",
        "ax env set test --shell; " + show,
        "axium env -; " + show,
        "axium env clear --shell; " + show,
        "axium env set dev --shell; axium env set dev --shell",
        "axium env -; " + show,
        "axium env -",
    )

    assert typed.stdout.splitlines() == ["test", "dev", "none", "none", "ran env -"]


def test_children_hold_it_too_and_other_places_do_not(held: Scene) -> None:
    show = "'aws; echo $AXIUM_ENV'"
    elsewhere = "TMUX=/nowhere,1,0 TMUX_PANE=%1 AXIUM_TMUX='0.1.0 /nowhere,1'"

    typed = held.type(
        "axium env set dev --shell",
        f"zsh -d -ic {show}",
        f"{elsewhere} AXIUM_SHELL_PLACE=/nowhere,1:%2 zsh -d -ic {show} 2>&1 | tail -n 1",
    )

    assert typed.stdout.splitlines() == ["aws --profile dev in dev", "dev", "prod"]


@pytest.mark.parametrize("name", ["gone", "a/b", "../global", "..", "x" * 300])
def test_what_is_not_published_is_asked_for(held: Scene, name: str) -> None:
    (held.published / "a").mkdir()

    typed = held.type(
        "aws s3", 'echo "$AXIUM_PROMPT"', env={"AXIUM_SHELL_ENV": name, "AXIUM_SHELL_PLACE": ":"}
    )

    assert typed.stdout == "? \n"
    assert held.call().argv == held.asked("aws", "s3")
    assert held.call().variables("AXIUM_SHELL_ENV") == {"AXIUM_SHELL_ENV": name}


def test_an_empty_name_is_none(held: Scene) -> None:
    typed = held.type("echo $AXIUM_ENV", env={"AXIUM_SHELL_ENV": "", "AXIUM_SHELL_PLACE": ":"})

    assert typed.stdout == "prod\n"


def test_a_change_of_what_is_held_is_seen_by_the_next_command(held: Scene) -> None:
    held.publish("e/new", "dev", "stest", "", "c1")

    typed = held.type(
        "axium env set dev --shell; aws", f"mv {held.published}/e/new {held.published}/e/dev; aws"
    )

    assert typed.stdout.splitlines() == ["aws --profile dev in dev", "aws --profile test in dev"]


def test_the_prompt_looks_again_after_any_env_command(held: Scene) -> None:
    held.scratch.tool("axium", f"#!/bin/sh\nmv {held.published}/new {held.published}/global\n")
    held.publish("new", "dev", "sdev", "", "c1")

    typed = held.type("axium env set dev; echo $AXIUM_ENV $?")

    assert typed.stdout == "dev 0\n"


def test_a_readonly_variable_keeps_the_shell_as_it_was(held: Scene) -> None:
    typed = held.type("readonly AXIUM_SHELL_ENV", "axium env set dev --shell", "echo $? $AXIUM_ENV")

    assert typed.stdout == "1 prod\n"
    assert typed.stderr == (
        "✗ this shell goes on as before: `AXIUM_SHELL_ENV` can not be changed in it\n"
        "  the environment of a shell is kept there: is it readonly here?"
    )


@pytest.mark.parametrize(
    "options",
    ["ksh_arrays sh_word_split glob_subst no_unset err_exit", "all_export", "posix_builtins"],
)
def test_options_of_the_users_do_not_matter(held: Scene, options: str) -> None:
    typed = held.type(
        f"setopt {options}",
        "axium env set dev --shell",
        "axium env set test --shell",
        "axium -v env - && aws && axium run '*' 'a b'",
        env={"AXIUM_SHELL_HOOK": ""},
    )

    said = typed.stdout.splitlines()
    assert (said[-1], typed.stderr) == ("ran run * a b", "")
    assert "env set --shell -v -- dev" in (held.seen / "axium").read_text()
