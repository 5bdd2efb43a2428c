"""What the prompt's hook in zsh keeps up to date, and what it leaves alone."""

from __future__ import annotations

import pytest

from tests.shell.hostile import hostile_words
from tests.shell.scene import Scene

HOOKS = "print -r -- $precmd_functions / $preexec_functions"


def test_axium_env_follows_the_pane_at_each_prompt(zsh: Scene) -> None:
    zsh.prod()
    zsh.publish("dev", "dev", "s2", "", "c1")
    zsh.publish("none", "", "s3", "", "c1")
    show = "sh -c 'echo ${AXIUM_ENV-unset}'"

    typed = zsh.type(
        show,
        "AXIUM_ENV=mine",
        show,
        "unset AXIUM_ENV; typeset -a AXIUM_ENV=(x y)",
        show,
        f"mv {zsh.published}/dev {zsh.published}/global",
        show,
        f"mv {zsh.published}/none {zsh.published}/global",
        show,
        f"rm {zsh.published}/global",
        show,
    )

    assert typed.stdout.split() == ["prod", "prod", "prod", "dev", "unset", "unset"]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("unset precmd_functions", ""),
        ("precmd_functions=(a b)", " a b"),
        ("precmd_functions=(a); setopt ksh_arrays", " a"),
        ("autoload -Uz add-zsh-hook; add-zsh-hook precmd a; add-zsh-hook precmd b", " a b"),
    ],
)
def test_the_hook_comes_before_what_the_user_has_at_the_prompt(
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


def test_the_last_command_and_its_status_are_as_they_were(zsh: Scene) -> None:
    zsh.prod()
    zsh.publish("dev", "dev", "s2", "1;31", "c1")

    typed = zsh.type(
        'seen() { [[ $? != 3 ]] || echo "seen 3" }; precmd_functions+=(seen)',
        "set -- one two",
        f"cd {zsh.published}",
        "mv dev global; : last | (exit 3) | (exit 4) | (exit 3)",
        'echo "$? $pipestatus"',
        "(exit 3)",
        'echo "$? $1 $2 ${match-none} ${REPLY-none} ${reply-none}"',
        ": word",
        'echo "$_"',
    )

    assert typed.stdout == "seen 3\n3 0 3 4 3\nseen 3\n3 one two none none none\nword\n"


@pytest.mark.parametrize("options", ["err_exit no_unset", "err_exit err_return pipe_fail"])
def test_a_shell_that_ends_on_errors_does_not_end_at_the_prompt(zsh: Scene, options: str) -> None:
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


def test_a_readonly_axium_env_does_not_disturb_the_prompt(zsh: Scene) -> None:
    zsh.prod()

    typed = zsh.type("readonly AXIUM_ENV=dev", "setopt posix_builtins", "echo alive", "exit 5")

    assert (typed.stdout, typed.status, typed.stderr) == ("alive\n", 5, "")


SHOW = 'printf "%s|" "$AXIUM_PROMPT"'


def test_the_prompt_names_the_environment_in_its_colour(zsh: Scene) -> None:
    zsh.prod()
    zsh.everywhere("prod", sgr="38;2;0;183;199")

    coloured = zsh.type(SHOW)
    plain = [
        zsh.type(SHOW, env={"NO_COLOR": "1"}),
        zsh.type(SHOW, env={"TERM": "dumb"}),
        zsh.type("unsetopt zle; _axium_seen=", SHOW),
    ]

    assert coloured.stdout == "%{\x1b[38;2;0;183;199m%}prod%{\x1b[0m%} |"
    assert [typed.stdout for typed in plain] == ["prod |"] * 3


@pytest.mark.parametrize("sgr", ["31m$(touch $CANARY)", "0m\x1b]0;title\x07", "31 32", "%n"])
def test_a_colour_that_is_none_is_left_out(zsh: Scene, sgr: str) -> None:
    zsh.prod()
    zsh.everywhere("prod", sgr=sgr)

    typed = zsh.type(SHOW, env={"CANARY": str(zsh.canary)})

    assert (typed.stdout, zsh.canary.exists()) == ("prod |", False)


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


def test_what_can_not_be_read_shows_as_a_question(zsh: Scene) -> None:
    zsh.prod()

    typed = zsh.type(f"rm {zsh.published}/global", 'echo "$AXIUM_PROMPT|${AXIUM_ENV-unset}"')

    assert typed.stdout == "? |unset\n"


def test_the_prompt_never_expands_the_name_of_an_environment(zsh: Scene) -> None:
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


def test_wrappers_follow_the_published_names_at_the_prompt(zsh: Scene) -> None:
    zsh.commands("aws", "gcloud", "docker-compose")
    zsh.everywhere("prod")
    show = "print -r -- ${(@)${(ok)functions}:#*ax*}"
    zsh.publish("commands2", "c2", "aws", "terraform")
    zsh.publish("global2", "prod", "s1", "", "c2")
    (zsh.scratch.user / "change").write_text(
        f"mv {zsh.published}/commands2 {zsh.published}/commands\n"
        f"mv {zsh.published}/global2 {zsh.published}/global\n"
    )

    typed = zsh.type(
        show, "gcloud() { echo mine; }", ". ~/change", show, "gcloud", "axium_clear_wrappers",
        show, "axium_refresh_wrappers", show, "print -r -- $AXIUM_WRAPPED_COMMANDS"
    )  # fmt: skip

    assert typed.stdout.splitlines() == [
        "aws docker-compose gcloud",
        "aws gcloud terraform",
        "mine",
        "gcloud",
        "aws gcloud terraform",
        "aws terraform",
    ]


def test_a_function_of_the_users_is_not_overwritten(zsh: Scene) -> None:
    zsh.prod()
    zsh.start_file("aws() { echo mine }; ax() { echo my ax }")

    typed = zsh.type("aws", "axium_clear_wrappers", "aws", "ax env set dev --shell")

    assert typed.stdout == "mine\nmine\nmy ax\n"
    assert typed.stderr == "! `aws` is a function of your own: axium does not wrap it"


def test_a_function_that_is_loaded_later_is_one_of_the_users(zsh: Scene) -> None:
    zsh.prod()
    zsh.start_file("autoload aws")

    assert zsh.type().stderr == "! `aws` is a function of your own: axium does not wrap it"


def test_a_shell_that_starts_before_the_daemon_wraps_what_was_wrapped_last(zsh: Scene) -> None:
    (zsh.home / "state_cache.json").write_text(
        '{"prefixed_commands": ["aws", "no good", "docker-compose"], "last_updated": "2026"}\n'
    )

    typed = zsh.type("print -r -- $AXIUM_WRAPPED_COMMANDS", "aws s3")

    assert typed.stdout == "aws docker-compose\n"
    assert zsh.call().argv == zsh.asked("aws", "s3")


@pytest.mark.parametrize("text", ["", "{}", "[", '{"prefixed_commands": "aws"}', '["aws"]'])
def test_a_cache_that_is_none_wraps_nothing_and_is_told(zsh: Scene, text: str) -> None:
    (zsh.home / "state_cache.json").write_text(text)

    typed = zsh.type("echo ${#AXIUM_WRAPPED_COMMANDS}")

    assert (typed.stdout, typed.stderr) == (
        "0\n",
        f"! no command is wrapped: no daemon has run in {zsh.home}; run `axium daemon start`",
    )
