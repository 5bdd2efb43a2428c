"""An environment of one shell: who minds it, who does not, and how it comes and goes."""

from __future__ import annotations

import shlex

import pytest

from tests.shell.hostile import hostile_words
from tests.shell.scene import VERSION, Scene
from tests.shell.shells import in_each_shell, in_shells, rows

OUTSIDE = {"AXIUM_SHELL_ENV": "dev", "AXIUM_SHELL_PLACE": ":"}

# What `axium env set|clear --shell` prints for the hook; its arguments are recorded.
PROGRAM = """\
[ "$AXIUM_SHELL_HOOK" = 1 ] || exit 0
case $* in *nosuch*) echo 'unknown environment' >&2; exit 1;; esac
is_name=
for word; do
    case $is_name$word in
        --) is_name=: ;;
        clear) exit 0 ;;
        -* | env | set) ;;
        *) name=$word ;;
    esac
done
printf '%s\\n' "$name"
"""
SHOW = '#!/bin/sh\necho "${AXIUM_ENV-none} ${AXIUM_SHELL_ENV-unheld}"\n'


@pytest.fixture
def held(scene: Scene) -> Scene:
    """`prod` everywhere, `dev` and `test` for shells that hold them; `show` tells."""
    scene.prod()
    for name, stamp in (("dev", "s2"), ("test", "s3")):
        scene.publish(f"e/{name}", name, stamp, "", "c1")
        scene.table("<aws", "<--profile", f"<{name}", stamp=stamp)
    for program in ("axium", "ax"):
        scene.tool(program, PROGRAM)
    scene.scratch.tool("show", SHOW)
    return scene


@in_each_shell
def test_a_shell_that_holds_an_environment_runs_and_shows_that_one(held: Scene) -> None:
    typed = held.type("aws s3", "show", 'echo "$AXIUM_PROMPT"', env=OUTSIDE)

    assert (typed.stdout, typed.stderr) == ("dev dev\ndev \n", "")
    assert held.call().argv == [b"aws", b"--profile", b"dev", b"s3"]
    assert held.call().variables("AXIUM_ENV", "AXIUM_SHELL_ENV") == {
        "AXIUM_ENV": "dev",
        "AXIUM_SHELL_ENV": "dev",
    }


@in_each_shell
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


@in_each_shell
@pytest.mark.parametrize("name", ["gone", ".", "..", "../global", "t/s1", "a/b", "x" * 300])
def test_an_environment_that_was_not_published_goes_to_axium_run(held: Scene, name: str) -> None:
    (held.published / "a").mkdir()

    typed = held.type("aws s3", 'echo "$AXIUM_PROMPT"', env=OUTSIDE | {"AXIUM_SHELL_ENV": name})

    assert held.call().argv == held.asked("aws", "s3")
    assert held.call().variables("AXIUM_SHELL_ENV") == {"AXIUM_SHELL_ENV": name}
    assert (typed.stdout, typed.stderr) == ("? \n", "")


@in_each_shell
def test_a_pointer_of_another_environment_is_not_believed(held: Scene) -> None:
    held.publish("e/dev", "Dev", "s2", "", "c1")

    held.type("aws s3", env=OUTSIDE)

    assert held.call().argv == held.asked("aws", "s3")


@in_each_shell
def test_a_change_of_what_is_held_is_seen_by_the_next_command(held: Scene) -> None:
    held.publish("e/new", "dev", "s3", "", "c1")

    held.type("axium env set dev --shell; aws 1", f"cd {held.published}/e; mv new dev; aws 2")

    assert held.calls() == ["axium", "aws", "aws"]
    assert held.call().argv == [b"aws", b"--profile", b"test", b"2"]


@rows(
    "hold, follow",
    bash=[("export AXIUM_SHELL_ENV=dev AXIUM_SHELL_PLACE=:", "unset AXIUM_SHELL_ENV")],
    zsh=[("export AXIUM_SHELL_ENV=dev AXIUM_SHELL_PLACE=:", "unset AXIUM_SHELL_ENV")],
    fish=[
        ("set -gx AXIUM_SHELL_ENV dev; set -gx AXIUM_SHELL_PLACE :", "set -e AXIUM_SHELL_ENV"),
    ],
)
def test_a_variable_that_comes_or_goes_by_hand_is_seen_by_the_next_command(
    held: Scene, hold: str, follow: str
) -> None:
    held.type(f"aws 1; {hold}; aws 2")
    assert held.call().argv == [b"aws", b"--profile", b"dev", b"2"]

    held.type(f"aws 1; {follow}; aws 2", env=OUTSIDE)
    assert held.call().argv == [b"aws", b"--profile", b"prod", b"2"]


@rows(
    "read",
    bash=[("IFS= read -r -d '' name <name",)],
    zsh=[("IFS= read -r -d '' name <name",)],
    fish=[("read -z name <name",)],
)
def test_every_hostile_name_is_only_a_name(held: Scene, read: str) -> None:
    for number, word in enumerate(hostile_words(held.canary)):
        if word.endswith(b"\n") or word == b"" or b"/" in word or len(word) > 200:
            continue
        name = word.decode("utf-8", "surrogateescape")
        held.publish(f"e/{name}", word, f"h{number}", "", "c1")
        held.table("<aws", stamp=f"h{number}")
        (held.scratch.user / "name").write_bytes(word + b"\0")

        typed = held.type(f'{read}; axium env set --shell -- "$name"; aws s3')

        assert (held.call().env[b"AXIUM_ENV"], typed.stderr) == (word, ""), word
    assert not held.canary.exists()


@in_each_shell
def test_set_and_clear_change_this_shell_and_its_prompt_at_once(held: Scene) -> None:
    typed = held.type(
        "show; axium env set dev --shell; show; aws s3",
        "sh -c show",
        "axium env clear --shell; show",
    )

    assert typed.stdout.splitlines() == ["prod unheld", "dev dev", "dev dev", "prod unheld"]
    assert typed.stderr == ""
    assert held.calls() == ["axium", "aws", "axium"]


@in_each_shell
def test_its_children_hold_it_too_and_other_places_do_not(held: Scene) -> None:
    held.scratch.tool("aws", '#!/bin/sh\necho "$* in $AXIUM_ENV at $AXIUM_SHELL_PLACE"\n')
    child = shlex.join([*held.shell.argv(held), "-c", "aws"])
    elsewhere = "env TMUX=/nowhere,1,0 TMUX_PANE=%1 AXIUM_SHELL_PLACE=/nowhere,1:%2"

    typed = held.type("axium env set dev --shell", child, f"{elsewhere} {child}")

    assert typed.stdout.splitlines() == [
        "--profile dev in dev at :",
        "--profile prod in prod at /nowhere,1:%2",
    ]


@rows(
    "line",
    every=[("command axium env set dev --shell",)],
    bash=[("(axium env set dev --shell)",), ("axium env set dev --shell | cat",)],
    zsh=[("(axium env set dev --shell)",), ("axium env set dev --shell | cat",)],
)
def test_only_the_shell_that_asked_changes(held: Scene, line: str) -> None:
    typed = held.type(line, f"echo {held.shell.status}; show")

    assert typed.stdout.splitlines()[-2:] == ["0", "prod unheld"]
    assert held.call().argv[:3] == [b"axium", b"env", b"set"]


@in_shells("bash", "zsh")
def test_a_subshell_that_asked_changes(held: Scene) -> None:
    typed = held.type("(ax env set dev --shell; show); show")

    assert typed.stdout.splitlines() == ["dev dev", "prod unheld"]


@in_each_shell
def test_a_refusal_changes_nothing_and_its_code_is_kept(held: Scene) -> None:
    typed = held.type(
        "axium env set nosuch --shell", f"echo {held.shell.status}; show", env=OUTSIDE
    )

    assert (typed.stdout, typed.stderr) == ("1\ndev dev\n", "unknown environment")


@in_each_shell
@pytest.mark.parametrize(
    "line",
    [
        "axium env set dev",
        "axium env set dev --pane %3 --shell",
        "axium env set --shell --help",
        "axium env set dev --shell --help",
        "axium --version env set dev --shell",
        "axium env exec dev -- env set --shell",
        "axium env set -- --shell",
        "axium run env set --shell",
        "axium env - --global",
        "axium",
    ],
)
def test_everything_else_is_the_programs(
    held: Scene, line: str, request: pytest.FixtureRequest
) -> None:
    typed = held.type(line, f"echo {held.shell.status}; show", env=OUTSIDE)

    assert held.call().argv == [word.encode() for word in line.split()]
    assert held.call().variables("AXIUM_SHELL_HOOK", "AXIUM_HOOK") == {
        "AXIUM_SHELL_HOOK": None,
        "AXIUM_HOOK": f"{request.node.callspec.params['scene']} {VERSION}",
    }
    assert typed.stdout == "0\ndev dev\n"


@in_each_shell
@pytest.mark.parametrize(
    "line",
    ["axium -v env set dev --shell", "axium -v env set --shell dev", "ax env set --shell dev"],
)
def test_the_function_takes_options_anywhere_and_ax_is_the_same(held: Scene, line: str) -> None:
    assert held.type(f"{line}; show").stdout == "dev dev\n"


@in_each_shell
def test_a_dash_returns_to_what_the_shell_held_before(held: Scene) -> None:
    typed = held.type(
        "axium env set dev --shell",
        "ax env set test --shell",
        "axium env set test --shell",
        "axium env -; show",
        "axium -v env -; show",
        "axium env clear --shell",
        "axium env -; show",
    )

    assert typed.stdout.splitlines() == ["dev dev", "test test", "prod unheld"]
    assert held.call().argv == [b"axium", b"env", b"-"]  # none is held: the pane's is meant


@in_each_shell
def test_a_dash_after_the_first_one_follows_the_pane_again(held: Scene) -> None:
    assert held.type("axium env set dev --shell", "axium env -; show").stdout == "prod unheld\n"
    assert held.type("axium env -; show", env=OUTSIDE).stdout == "prod unheld\n"


@in_shells("bash", "zsh")
@pytest.mark.parametrize("name", ["AXIUM_SHELL_ENV", "AXIUM_SHELL_PLACE"])
def test_a_readonly_variable_is_told(held: Scene, name: str) -> None:
    typed = held.type(f"readonly {name}=", "axium env set dev --shell", "echo $?; show")

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
def test_options_of_bash_do_not_matter_to_the_function(held: Scene, prelude: str) -> None:
    typed = held.type(prelude, "axium env set dev --shell; show", "compgen -v | grep -c ^_axium")

    assert (typed.stdout.splitlines()[0], typed.stderr) == ("dev dev", "")


@in_shells("zsh")
@pytest.mark.parametrize(
    "options",
    ["ksh_arrays sh_word_split glob_subst no_unset err_exit", "all_export", "posix_builtins"],
)
def test_options_of_zsh_do_not_matter_to_the_function(held: Scene, options: str) -> None:
    env = {"AXIUM_SHELL_HOOK": ""}

    typed = held.type(
        f"setopt {options}",
        "axium env set dev --shell",
        "axium env set test --shell",
        "axium -v env - && echo went",
        env=env,
    )

    assert (typed.stdout, typed.stderr) == ("went\n", "")
    assert held.call().argv == b"axium env set --shell -v -- dev".split()

    held.type(f"setopt {options}", "axium run '*' 'a b'", env=env)

    assert held.call().argv == [b"axium", b"run", b"*", b"a b"]


@in_each_shell
def test_a_change_elsewhere_is_shown_right_after_any_environment_command(held: Scene) -> None:
    held.publish("other", "stage", "s3", "", "c1")
    held.tool("axium", f"mv {held.published}/other {held.published}/global; exit 3")

    typed = held.type(f'axium env set stage; echo "{held.shell.status} $AXIUM_ENV"')

    assert typed.stdout == "3 stage\n"


@rows(
    "mine",
    bash=[("ax() { echo mine; }; alias axium='axium -v'",)],
    zsh=[("ax() { echo mine; }; alias axium='axium -v'",)],
    fish=[("function ax; echo mine; end; alias axium 'command axium -v'",)],
)
def test_functions_and_aliases_of_the_users_stay(held: Scene, mine: str) -> None:
    held.start_file(mine)

    typed = held.type("ax env set dev --shell", "axium info")

    assert (typed.stdout, typed.stderr) == ("mine\n", "")
    assert held.call().argv == [b"axium", b"-v", b"info"]
