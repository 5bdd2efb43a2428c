"""What the prompt's hook keeps up to date, and what it leaves alone."""

from __future__ import annotations

import re

import pytest

from tests.shell.hostile import hostile_words
from tests.shell.scene import Scene
from tests.shell.shells import in_each_shell, rows


@rows(
    "changes",
    bash=[(["AXIUM_ENV=mine"],)],
    zsh=[(["AXIUM_ENV=mine", "unset AXIUM_ENV; typeset -a AXIUM_ENV=(x y)"],)],
    fish=[(["set AXIUM_ENV mine", "set -e AXIUM_ENV; set -gx AXIUM_ENV x y"],)],
)
def test_axium_env_follows_the_pane_at_each_prompt(scene: Scene, changes: list[str]) -> None:
    scene.prod()
    scene.publish("dev", "dev", "s2", "", "c1")
    scene.publish("none", "", "s3", "", "c1")
    show = "sh -c 'echo ${AXIUM_ENV-unset}'"
    published = scene.published
    changes = [
        *("true", *changes),
        *(f"mv {published}/{name} {published}/global" for name in ("dev", "none")),
        f"rm {published}/global",
    ]

    typed = scene.type(*(line for change in changes for line in (change, show)))

    shown = typed.stdout.split()
    assert shown == ["prod"] * (len(changes) - 3) + ["dev", "unset", "unset"]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("unset PROMPT_COMMAND", 'declare -- PROMPT_COMMAND="axium_prompt"'),
        ("PROMPT_COMMAND='a;'", "declare -- PROMPT_COMMAND=$'a;\\naxium_prompt'"),
        (
            "PROMPT_COMMAND=(a 'b; c')",
            'declare -a PROMPT_COMMAND=([0]="a" [1]="b; c" [2]="axium_prompt")',
        ),
        ("readonly PROMPT_COMMAND=a", 'declare -r PROMPT_COMMAND="a"'),
    ],
)
def test_in_bash_the_hook_comes_after_what_the_user_has_at_the_prompt(
    scene: Scene, before: str, after: str
) -> None:
    scene.prod()
    scene.rc.write_text(
        f"PS1=; a() {{ :; }}; b() {{ :; }}; c() {{ :; }}\n{before}\n"
        f"source {scene.home}/bash/init.sh\ndeclare -p PROMPT_COMMAND\n"
    )

    assert scene.type().stdout == after + "\n"


HOOKS = "print -r -- $precmd_functions / $preexec_functions"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("unset precmd_functions", ""),
        ("precmd_functions=(a b)", " a b"),
        ("precmd_functions=(a); setopt ksh_arrays", " a"),
        ("autoload -Uz add-zsh-hook; add-zsh-hook precmd a; add-zsh-hook precmd b", " a b"),
    ],
)
def test_in_zsh_the_hook_comes_before_what_the_user_has_at_the_prompt(
    zsh: Scene, before: str, after: str
) -> None:
    zsh.prod()
    zsh.start_file(f"a() {{ : }}; b() {{ : }}\n{before}", after="emulate zsh")

    typed = zsh.type(HOOKS, zsh.shell.source(zsh), HOOKS)

    line = f"axium_prompt _axium_register_completion{after} / _axium_note_typed\n"
    assert typed.stdout == line * 2


def test_add_zsh_hook_takes_the_hook_away_and_others_come_later(zsh: Scene) -> None:
    zsh.prod()

    typed = zsh.type(
        "autoload -Uz add-zsh-hook; late() { echo late $AXIUM_ENV }; add-zsh-hook precmd late",
        "add-zsh-hook -d precmd axium_prompt; add-zsh-hook -D preexec '_axium*'",
        HOOKS,
    )

    assert typed.stdout == "late prod\nlate prod\n_axium_register_completion late /\nlate prod\n"


def test_in_fish_what_the_user_has_at_the_prompt_stays_and_sees_the_environment(
    fish: Scene,
) -> None:
    fish.prod()
    fish.start_file("function mine --on-event fish_prompt; echo mine; end")

    typed = fish.type("function fish_prompt; echo $AXIUM_ENV; end; fish_prompt")

    assert typed.stdout == "mine\nprod\n"


SEEN = 'seen() { [[ $? != 3 ]] || echo "seen 3"; }'


@rows(
    "hook, pipe_status, unset",
    bash=[
        (f"{SEEN}; {form}", "${PIPESTATUS[*]}", "${BASH_REMATCH-none} ${REPLY-none}")
        for form in ("PROMPT_COMMAND+=(seen)", "PROMPT_COMMAND+=';seen'")
    ],
    zsh=[
        (f"{SEEN}; precmd_functions+=(seen)", "$pipestatus", "${match-none} ${REPLY-${reply-none}}")
    ],
)
def test_the_last_command_and_its_status_are_as_they_were(
    scene: Scene, hook: str, pipe_status: str, unset: str
) -> None:
    scene.prod()
    scene.publish("dev", "dev", "s2", "1;31", "c1")

    typed = scene.type(
        hook,
        "set -- one two",
        f"cd {scene.published}",
        "mv dev global; : last | (exit 3) | (exit 4) | (exit 3)",
        f'echo "$? {pipe_status}"',
        "(exit 3)",
        f'echo "$? $1 $2 {unset}"',
        ": word",
        'echo "$_"',
    )

    assert typed.stdout == "seen 3\n3 0 3 4 3\nseen 3\n3 one two none none\nword\n"


def test_in_fish_the_status_of_the_last_command_is_as_it_was(fish: Scene) -> None:
    fish.prod()
    fish.publish("dev", "dev", "s2", "1;31", "c1")

    typed = fish.type(
        f"cd {fish.published}; mv dev global; emit fish_prompt; sh -c 'exit 3'", "echo $status"
    )

    assert typed.stdout == "3\n"


@pytest.mark.parametrize("line", ["! true", "if false; then :; fi; ! true"])
def test_a_bash_that_ends_on_errors_does_not_end_at_the_prompt(scene: Scene, line: str) -> None:
    scene.prod()

    typed = scene.type("set -eu", line, "echo alive", line, "exit 5")

    assert (typed.stdout, typed.status) == ("alive\n", 5)


@pytest.mark.parametrize("options", ["err_exit no_unset", "err_exit err_return pipe_fail"])
def test_a_zsh_that_ends_on_errors_does_not_end_at_the_prompt(zsh: Scene, options: str) -> None:
    zsh.prod()
    zsh.publish("dev", "dev", "s2", "", "c2")

    typed = zsh.type(
        f"setopt {options}",
        "! true",
        f"mv {zsh.published}/dev {zsh.published}/global",
        f"echo alive; rm {zsh.published}/global",
        "echo alive; exit 5",
    )

    assert (typed.stdout, typed.status, typed.stderr) == ("alive\nalive\n", 5, "")


@rows("options", bash=[("set -o posix; set -e",)], zsh=[("setopt posix_builtins",)])
def test_a_readonly_axium_env_does_not_disturb_the_prompt(scene: Scene, options: str) -> None:
    scene.prod()

    typed = scene.type("readonly AXIUM_ENV=dev", options, "echo alive", "exit 5")

    assert (typed.stdout, typed.status, typed.stderr) == ("alive\n", 5, "")


SHOW = 'printf "%s|" "$AXIUM_PROMPT"'
# The colour stands there only for a line editor, which these shells have for a moment alone.
SHOW_IN_BASH = f"_axium_seen=; set -o emacs; axium_prompt; set +o emacs; {SHOW}"
SHOWN = "\x1b[38;2;0;183;199mprod\x1b[0m"


@rows(
    "show, coloured, without",
    bash=[
        (
            SHOW_IN_BASH,
            "\x01\x1b[38;2;0;183;199m\x02prod\x01\x1b[0m\x02 |",
            [(SHOW, {}), (SHOW_IN_BASH, {"NO_COLOR": "1"})],
        )
    ],
    zsh=[
        (
            SHOW,
            "%{\x1b[38;2;0;183;199m%}prod%{\x1b[0m%} |",
            [
                (SHOW, {"NO_COLOR": "1"}),
                (SHOW, {"TERM": "dumb"}),
                (f"unsetopt zle; _axium_seen=; axium_prompt; {SHOW}", {}),
            ],
        )
    ],
    fish=[
        (
            f"{SHOW}; axium_prompt_segment",
            f"{SHOWN} |{SHOWN} ",
            [(SHOW, {"NO_COLOR": "1"}), (SHOW, {"TERM": "dumb"})],
        )
    ],
)
def test_the_prompt_names_the_environment_in_its_colour(
    scene: Scene, show: str, coloured: str, without: list[tuple[str, dict[str, str]]]
) -> None:
    scene.prod()
    scene.everywhere("prod", sgr="38;2;0;183;199")

    assert scene.type(show).stdout == coloured
    for line, env in without:
        assert scene.type(line, env=env).stdout == "prod |", env


@rows(
    "sgr, show",
    bash=[
        (sgr, SHOW_IN_BASH)
        for sgr in ("31m$(touch $CANARY)", "0m\x1b]0;title\x07", "31 32", "31\n")
    ],
    zsh=[
        (sgr, SHOW) for sgr in ("31m$(touch $CANARY)", "0m\x1b]0;title\x07", "31 32", "31\n", "%n")
    ],
    fish=[(sgr, SHOW) for sgr in ("31m(touch $CANARY)", "0m\x1b]0;title\x07", "31 32", "31\n")],
)
def test_a_colour_that_is_none_is_left_out(scene: Scene, sgr: str, show: str) -> None:
    scene.prod()
    scene.everywhere("prod", sgr=sgr)

    typed = scene.type(show, env={"CANARY": str(scene.canary)})

    assert (typed.stdout, scene.canary.exists()) == ("prod |", False)


def test_letters_that_mean_something_to_a_prompt_are_written_for_it(zsh: Scene) -> None:
    zsh.prod()
    zsh.everywhere("prod%!")
    again = "_axium_seen=; axium_prompt; "

    typed = zsh.type(
        SHOW,
        f"setopt prompt_bang; {again}{SHOW}",
        f"setopt no_prompt_percent; {again}{SHOW}",
        "unsetopt prompt_bang; setopt prompt_percent; print -rP -- '${AXIUM_PROMPT}|'",
        "setopt prompt_subst; _axium_seen=; axium_prompt; print -rP -- '${AXIUM_PROMPT}|'",
    )

    assert typed.stdout == "prod%%! |prod%%!! |prod%!! |${AXIUM_PROMPT}|\nprod%! |\n"


@in_each_shell
def test_what_can_not_be_read_shows_as_a_question(scene: Scene) -> None:
    scene.prod()

    typed = scene.type(
        f"rm {scene.published}/global", 'echo "$AXIUM_PROMPT|"', "set | grep -c ^AXIUM_ENV"
    )

    assert typed.stdout == "? |\n0\n"


def test_bash_never_expands_the_name_of_an_environment(scene: Scene) -> None:
    scene.prod()
    for number, word in enumerate(hostile_words(scene.canary)):
        scene.everywhere(word, f"s{number}")

        typed = scene.type(
            "exec 2>/dev/null",
            "PS1='${AXIUM_PROMPT}\\w \\$ '",
            "x=${PS1@P} PS1=; [[ $x == *'~ '[#$]' ' ]] && echo shown; [[ $x == *[[:cntrl:]]* ]]",
            "exit $?",
        )

        assert (typed.stdout, typed.status) == ("shown\n", 1), word
        assert not scene.canary.exists(), word


def test_zsh_never_expands_the_name_of_an_environment(zsh: Scene) -> None:
    zsh.prod()
    hostile = [*hostile_words(zsh.canary), b"%n%~%d", b"%F{red}%(?.a.b)", b"%{x%}", b"!!", b"%1v"]
    for number, word in enumerate(hostile):
        zsh.everywhere(word, f"s{number}")

        typed = zsh.type(
            "setopt prompt_subst; x=${(%)${:-'${AXIUM_PROMPT}%~ $ '}}; x=${(e)x}",
            'y=${(%%)${:-"${AXIUM_PROMPT}"}}',
            "[[ $x == *'~ $ ' ]] && echo shown; [[ $x$y == *[[:cntrl:]]* || $y == *$HOME* ]]",
            "exit $?",
        )

        assert (typed.stdout, typed.status) == ("shown\n", 1), word
        assert not zsh.canary.exists(), word


def test_fish_never_expands_the_name_of_an_environment(fish: Scene) -> None:
    fish.prod()
    fish.start_file("function fish_prompt; axium_prompt_segment; echo -n '> '; end")
    for number, word in enumerate(hostile_words(fish.canary)):
        fish.everywhere(word, f"s{number}")

        typed = fish.scratch.run(
            *fish.shell.argv(fish), stdin="drawn; fish_prompt\n", env=fish.shell.environ(fish)
        )

        name = word.decode("utf-8", "replace")
        shown = re.sub(r"[\x00-\x1f\x7f-\x9f\ufffd\uf600-\uf6ff]+", "?", name)
        said = re.sub(r"\?+", "?", typed.stdout)
        assert said == (f"{shown} > " if word else "> ").replace("??", "?"), word
        assert not fish.canary.exists(), word
