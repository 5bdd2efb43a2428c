"""What the prompt's hook in fish keeps up to date, and what it leaves alone."""

from __future__ import annotations

import re

import pytest

from tests.shell.hostile import hostile_words
from tests.shell.scene import Scene

SHOW = 'printf "%s|" "$AXIUM_PROMPT"'


def test_axium_env_follows_the_pane_at_each_prompt(fish: Scene) -> None:
    fish.prod()
    fish.publish("dev", "dev", "s2", "", "c1")
    fish.publish("none", "", "s3", "", "c1")
    show = "sh -c 'echo ${AXIUM_ENV-unset}'"

    typed = fish.type(
        show,
        "set AXIUM_ENV mine",
        show,
        "set -e AXIUM_ENV; set -gx AXIUM_ENV x y",
        show,
        f"mv {fish.published}/dev {fish.published}/global",
        show,
        f"mv {fish.published}/none {fish.published}/global",
        show,
        f"rm {fish.published}/global",
        show,
    )

    assert typed.stdout.split() == ["prod", "prod", "prod", "dev", "unset", "unset"]


def test_what_the_user_has_at_the_prompt_stays_and_sees_the_environment(fish: Scene) -> None:
    fish.prod()
    fish.start_file("function mine --on-event fish_prompt; echo mine; end")

    typed = fish.type("function fish_prompt; echo $AXIUM_ENV; end; fish_prompt")

    assert typed.stdout == "mine\nprod\n"


def test_the_status_of_the_last_command_is_as_it_was(fish: Scene) -> None:
    fish.prod()
    fish.publish("dev", "dev", "s2", "1;31", "c1")

    typed = fish.type(
        f"cd {fish.published}; mv dev global; emit fish_prompt; sh -c 'exit 3'", "echo $status"
    )

    assert typed.stdout == "3\n"


def test_the_prompt_names_the_environment_in_its_colour(fish: Scene) -> None:
    fish.prod()
    fish.everywhere("prod", sgr="38;2;0;183;199")

    coloured = fish.type(SHOW, "axium_prompt_segment")
    plain = [fish.type(SHOW, env={"NO_COLOR": "1"}), fish.type(SHOW, env={"TERM": "dumb"})]

    shown = "\x1b[38;2;0;183;199mprod\x1b[0m "
    assert coloured.stdout == f"{shown}|{shown}"
    assert [typed.stdout for typed in plain] == ["prod |"] * 2


@pytest.mark.parametrize("sgr", ["31m(touch $CANARY)", "0m\x1b]0;title\x07", "31 32", "31\n"])
def test_a_colour_that_is_none_is_left_out(fish: Scene, sgr: str) -> None:
    fish.prod()
    fish.everywhere("prod", sgr=sgr)

    typed = fish.type(SHOW, env={"CANARY": str(fish.canary)})

    assert (typed.stdout, fish.canary.exists()) == ("prod |", False)


def test_what_can_not_be_read_shows_as_a_question(fish: Scene) -> None:
    fish.prod()

    typed = fish.type(
        f"rm {fish.published}/global", "echo $AXIUM_PROMPT; set -q AXIUM_ENV; or echo unset"
    )

    assert typed.stdout == "? \nunset\n"


def test_the_prompt_never_expands_the_name_of_an_environment(fish: Scene) -> None:
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


def test_wrappers_follow_the_published_names_at_the_prompt(fish: Scene) -> None:
    fish.commands("aws", "gcloud", "docker-compose")
    fish.everywhere("prod")
    show = "echo (for n in aws gcloud docker-compose terraform; functions -q $n; and echo $n; end)"
    fish.publish("commands2", "c2", "aws", "terraform")
    fish.publish("global2", "prod", "s1", "", "c2")
    (fish.scratch.user / "change").write_text(
        f"mv {fish.published}/commands2 {fish.published}/commands\n"
        f"mv {fish.published}/global2 {fish.published}/global\n"
    )

    typed = fish.type(
        show, "function gcloud; echo mine; end", "source ~/change", show, "gcloud",
        "axium_clear_wrappers", show, "axium_refresh_wrappers", show,
        "echo $AXIUM_WRAPPED_COMMANDS",
    )  # fmt: skip

    assert typed.stdout.splitlines() == [
        "aws gcloud docker-compose",
        "aws gcloud terraform",
        "mine",
        "gcloud",
        "aws gcloud terraform",
        "aws terraform",
    ]


@pytest.mark.parametrize("form", ["function aws; echo mine $argv; end", "alias aws 'echo mine'"])
def test_a_function_of_the_users_is_not_overwritten(fish: Scene, form: str) -> None:
    fish.prod()
    fish.start_file(form)

    typed = fish.type("aws 1", "axium_clear_wrappers", "aws 2")

    assert typed.stdout == "mine 1\nmine 2\n"
    assert typed.stderr == "! `aws` is a function already: axium does not wrap it"


def test_a_function_that_fish_would_load_is_not_overwritten(fish: Scene) -> None:
    fish.prod()
    functions = fish.rc.parent / "functions"
    functions.mkdir()
    (functions / "aws.fish").write_text("function aws; echo mine; end\n")

    typed = fish.type("aws", "axium_clear_wrappers", "aws")

    assert typed.stdout == "mine\nmine\n"
    assert typed.stderr == "! `aws` is a function already: axium does not wrap it"


def test_what_is_built_into_fish_and_our_own_names_are_not_wrapped(fish: Scene) -> None:
    names = ("math", "string", "set", "end", "axium", "ax", "axium_prompt", "__axium_wrap", "aws")
    fish.prod()
    fish.commands(*names)

    typed = fish.type("echo $AXIUM_WRAPPED_COMMANDS; math 1 + 1")

    assert (typed.stdout, typed.stderr) == ("aws\n2\n", "")


def test_a_shell_that_starts_before_the_daemon_wraps_what_was_wrapped_last(fish: Scene) -> None:
    (fish.home / "state_cache.json").write_text(
        '{"prefixed_commands": ["aws", "no good",\n "docker-compose"], "last_updated": "2026"}\n'
    )

    typed = fish.type("echo $AXIUM_WRAPPED_COMMANDS", "aws s3")

    assert typed.stdout == "aws docker-compose\n"
    assert fish.call().argv == fish.asked("aws", "s3")


def test_rules_that_no_daemon_has_read_are_told(fish: Scene) -> None:
    cache = fish.home / "state_cache.json"
    cache.write_text('{"prefixed_commands": ["aws"]}\n')
    (fish.home / "prefixes.yaml").write_text("prefixes: []\n")

    typed = fish.type("true")

    assert typed.stderr == (
        f"! new rules may not be in force: no daemon has read {fish.home}/prefixes.yaml; "
        "run `axium daemon start`"
    )


@pytest.mark.parametrize("text", ["", "{}", "[", '{"prefixed_commands": "aws"}', '["aws"]'])
def test_a_cache_that_is_none_wraps_nothing_and_is_told(fish: Scene, text: str) -> None:
    (fish.home / "state_cache.json").write_text(text)

    typed = fish.type("count $AXIUM_WRAPPED_COMMANDS")

    assert (typed.stdout, typed.stderr) == (
        "0\n",
        f"! no command is wrapped: no daemon has run in {fish.home}; run `axium daemon start`",
    )
