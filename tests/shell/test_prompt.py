"""What the prompt's hook keeps up to date, and what it leaves alone."""

from __future__ import annotations

import pytest

from tests.shell.hostile import hostile_words
from tests.shell.scene import Scene


def test_axium_env_follows_the_pane_at_each_prompt(scene: Scene) -> None:
    scene.prod()
    scene.publish("dev", "dev", "s2", "", "c1")
    scene.publish("none", "", "s3", "", "c1")
    show = "bash -c 'echo ${AXIUM_ENV-unset}'"

    typed = scene.type(
        show,
        "AXIUM_ENV=mine",
        show,
        f"mv {scene.published}/dev {scene.published}/global",
        show,
        f"mv {scene.published}/none {scene.published}/global",
        show,
        f"rm {scene.published}/global",
        show,
    )

    assert typed.stdout.split() == ["prod", "prod", "dev", "unset", "unset"]


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
def test_the_hook_comes_after_what_the_user_has_at_the_prompt(
    scene: Scene, before: str, after: str
) -> None:
    scene.prod()
    scene.rc.write_text(
        f"PS1=; a() {{ :; }}; b() {{ :; }}; c() {{ :; }}\n{before}\n"
        f"source {scene.home}/bash/init.sh\ndeclare -p PROMPT_COMMAND\n"
    )

    assert scene.type().stdout == after + "\n"


@pytest.mark.parametrize("form", ["PROMPT_COMMAND+=(seen)", "PROMPT_COMMAND+=';seen'"])
def test_the_last_command_and_its_status_are_as_they_were(scene: Scene, form: str) -> None:
    scene.prod()
    scene.publish("dev", "dev", "s2", "1;31", "c1")

    typed = scene.type(
        'seen() { [[ $? != 3 ]] || echo "seen 3"; }',
        form,
        "set -- one two",
        f"cd {scene.published}",
        "mv dev global; : last | (exit 3) | (exit 4) | (exit 3)",
        'echo "$? ${PIPESTATUS[*]}"',
        "(exit 3)",
        'echo "$? $1 $2 ${BASH_REMATCH-none} ${REPLY-none}"',
        ": word",
        'echo "$_"',
    )

    assert typed.stdout == "seen 3\n3 0 3 4 3\nseen 3\n3 one two none none\nword\n"


@pytest.mark.parametrize("line", ["! true", "if false; then :; fi; ! true"])
def test_a_shell_that_ends_on_errors_does_not_end_at_the_prompt(scene: Scene, line: str) -> None:
    scene.prod()

    typed = scene.type("set -eu", line, "echo alive", line, "exit 5")

    assert (typed.stdout, typed.status) == ("alive\n", 5)


def test_a_readonly_axium_env_does_not_disturb_the_prompt(scene: Scene) -> None:
    scene.prod()

    typed = scene.type("readonly AXIUM_ENV=dev", "set -o posix", "set -e", "echo alive", "exit 5")

    assert (typed.stdout, typed.status, typed.stderr) == ("alive\n", 5, "")


SHOW = 'printf "%s|" "$AXIUM_PROMPT"'
# The colour stands there only for a line editor, which these shells have for a moment alone.
SHOW_EDITED = f"_axium_seen=; set -o emacs; axium_prompt; set +o emacs; {SHOW}"


def test_the_prompt_names_the_environment_in_its_colour(scene: Scene) -> None:
    scene.prod()
    scene.everywhere("prod", sgr="38;2;0;183;199")

    plain = scene.type(SHOW)
    coloured = scene.type(SHOW_EDITED)
    wanted_none = scene.type(SHOW_EDITED, env={"NO_COLOR": "1"})

    assert (plain.stdout, wanted_none.stdout) == ("prod |", "prod |")
    assert coloured.stdout == "\x01\x1b[38;2;0;183;199m\x02prod\x01\x1b[0m\x02 |"


@pytest.mark.parametrize("sgr", ["31m$(touch $CANARY)", "0m\x1b]0;title\x07", "31 32"])
def test_a_colour_that_is_none_is_left_out(scene: Scene, sgr: str) -> None:
    scene.prod()
    scene.everywhere("prod", sgr=sgr)

    typed = scene.type(SHOW_EDITED, env={"CANARY": str(scene.canary)})

    assert (typed.stdout, scene.canary.exists()) == ("prod |", False)


def test_what_can_not_be_read_shows_as_a_question(scene: Scene) -> None:
    scene.prod()

    typed = scene.type(f"rm {scene.published}/global", 'echo "$AXIUM_PROMPT|${AXIUM_ENV-unset}"')

    assert typed.stdout == "? |unset\n"


def test_the_prompt_never_expands_the_name_of_an_environment(scene: Scene) -> None:
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


def test_wrappers_follow_the_published_names_at_the_prompt(scene: Scene) -> None:
    scene.commands("aws", "gcloud", "docker-compose")
    scene.everywhere("prod")
    show = "echo $(compgen -A function | grep -v -e axium -e ^ax$)"
    change = scene.scratch.user / "change"
    scene.publish("commands2", "c2", "aws", "terraform")
    scene.publish("global2", "prod", "s1", "", "c2")
    change.write_text(
        f"mv {scene.published}/commands2 {scene.published}/commands\n"
        f"mv {scene.published}/global2 {scene.published}/global\n"
    )

    typed = scene.type(
        show, "gcloud() { echo mine; }", f". {change}", show, "gcloud", "axium_clear_wrappers",
        show, "axium_refresh_wrappers", show, 'echo "${AXIUM_WRAPPED_COMMANDS[*]}"'
    )  # fmt: skip

    assert typed.stdout.splitlines() == [
        "aws docker-compose gcloud",
        "aws gcloud terraform",
        "mine",
        "gcloud",
        "aws gcloud terraform",
        "aws terraform",
    ]


def test_a_function_of_the_users_is_not_overwritten(scene: Scene) -> None:
    scene.prod()
    scene.rc.write_text(f"PS1=; aws() {{ echo mine; }}\nsource {scene.home}/bash/init.sh\n")

    typed = scene.type("aws", "axium_clear_wrappers", "aws")

    assert typed.stdout == "mine\nmine\n"
    assert typed.stderr == "! `aws` is a function of your own: axium does not wrap it"


def test_a_shell_that_starts_before_the_daemon_wraps_what_was_wrapped_last(scene: Scene) -> None:
    (scene.home / "state_cache.json").write_text(
        '{"prefixed_commands": ["aws", "no good", "docker-compose"], "last_updated": "2026"}\n'
    )

    typed = scene.type('echo "${AXIUM_WRAPPED_COMMANDS[*]}"', "aws s3")

    assert typed.stdout == "aws docker-compose\n"
    assert scene.call().argv == scene.asked("aws", "s3")


@pytest.mark.parametrize("text", ["", "{}", "[", '{"prefixed_commands": "aws"}', '["aws"]'])
def test_a_cache_that_is_none_wraps_nothing_and_is_told(scene: Scene, text: str) -> None:
    (scene.home / "state_cache.json").write_text(text)

    typed = scene.type("echo ${#AXIUM_WRAPPED_COMMANDS[@]}")

    assert (typed.stdout, typed.stderr) == (
        "0\n",
        f"! no command is wrapped: no daemon has run in {scene.home}; run `axium daemon start`",
    )
