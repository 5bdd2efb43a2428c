"""Which names a shell wraps: those that are published, and none that the user has a function of."""

from __future__ import annotations

import pytest

from tests.shell.scene import Scene
from tests.shell.shells import in_each_shell, rows


@rows(
    "show, define",
    bash=[("echo $(compgen -A function | grep -v -e axium -e ^ax$)", "gcloud() { echo mine; }")],
    zsh=[("print -r -- ${(@)${(ok)functions}:#*ax*}", "gcloud() { echo mine }")],
    fish=[
        (
            "echo (for n in aws docker-compose gcloud terraform; functions -q $n && echo $n; end)",
            "function gcloud; echo mine; end",
        )
    ],
)
def test_wrappers_follow_the_published_names_at_the_prompt(
    scene: Scene, show: str, define: str
) -> None:
    scene.commands("aws", "gcloud", "docker-compose")
    scene.everywhere("prod")
    scene.publish("commands2", "c2", "aws", "terraform")
    scene.publish("global2", "prod", "s1", "", "c2")
    (scene.scratch.user / "change").write_text(
        f"mv {scene.published}/commands2 {scene.published}/commands\n"
        f"mv {scene.published}/global2 {scene.published}/global\n"
    )

    typed = scene.type(
        show, define, ". ~/change", show, "gcloud", "axium_clear_wrappers",
        show, "axium_refresh_wrappers", show, f"echo {scene.shell.names}"
    )  # fmt: skip

    assert typed.stdout.splitlines() == [
        "aws docker-compose gcloud",
        "aws gcloud terraform",
        "mine",
        "gcloud",
        "aws gcloud terraform",
        "aws terraform",
    ]


OWN = "! `aws` is a function of your own: axium does not wrap it"
ALREADY = "! `aws` is a function already: axium does not wrap it"


@rows(
    "mine, told",
    bash=[('aws() { echo "mine $*"; }; ax() { echo my ax; }', OWN)],
    zsh=[('aws() { echo "mine $*" }; ax() { echo my ax }', OWN)],
    fish=[
        ("function aws; echo mine $argv; end; function ax; echo my ax; end", ALREADY),
        ("alias aws 'echo mine'; alias ax 'echo my ax; true'", ALREADY),
    ],
)
def test_a_function_of_the_users_is_not_overwritten(scene: Scene, mine: str, told: str) -> None:
    scene.prod()
    scene.start_file(mine)

    typed = scene.type("aws 1", "axium_clear_wrappers", "aws 2", "ax env set dev --shell")

    assert (typed.stdout, typed.stderr) == ("mine 1\nmine 2\nmy ax\n", told)


def test_a_function_that_zsh_would_load_is_not_overwritten(zsh: Scene) -> None:
    zsh.prod()
    zsh.start_file("autoload aws")

    assert zsh.type().stderr == OWN


def test_a_function_that_fish_would_load_is_not_overwritten(fish: Scene) -> None:
    fish.prod()
    functions = fish.rc.parent / "functions"
    functions.mkdir()
    (functions / "aws.fish").write_text("function aws; echo mine; end\n")

    typed = fish.type("aws", "axium_clear_wrappers", "aws")

    assert (typed.stdout, typed.stderr) == ("mine\nmine\n", ALREADY)


def test_what_is_built_into_fish_and_our_own_names_are_not_wrapped(fish: Scene) -> None:
    names = ("math", "string", "set", "end", "axium", "ax", "axium_prompt", "__axium_wrap", "aws")
    fish.prod()
    fish.commands(*names)

    typed = fish.type("echo $AXIUM_WRAPPED_COMMANDS; math 1 + 1")

    assert (typed.stdout, typed.stderr) == ("aws\n2\n", "")


@in_each_shell
@pytest.mark.parametrize("blank", [" ", "\n "])
def test_a_shell_that_starts_before_the_daemon_wraps_what_was_wrapped_last(
    scene: Scene, blank: str
) -> None:
    (scene.home / "state_cache.json").write_text(
        f'{{"prefixed_commands": ["aws", "no good",{blank}"docker-compose"], '
        '"last_updated": "2026"}\n'
    )

    typed = scene.type(f"echo {scene.shell.names}", "aws s3")

    assert typed.stdout == "aws docker-compose\n"
    assert scene.call().argv == scene.asked("aws", "s3")


@in_each_shell
def test_rules_that_no_daemon_has_read_are_told(scene: Scene) -> None:
    (scene.home / "state_cache.json").write_text('{"prefixed_commands": ["aws"]}\n')
    (scene.home / "prefixes.yaml").write_text("prefixes: []\n")

    typed = scene.type("true")

    assert typed.stderr == (
        f"! new rules may not be in force: no daemon has read {scene.home}/prefixes.yaml; "
        "run `axium daemon start`"
    )


@in_each_shell
@pytest.mark.parametrize("text", ["", "{}", "[", '{"prefixed_commands": "aws"}', '["aws"]'])
def test_a_cache_that_is_none_wraps_nothing_and_is_told(scene: Scene, text: str) -> None:
    (scene.home / "state_cache.json").write_text(text)

    typed = scene.type(scene.shell.count_names)

    assert (typed.stdout, typed.stderr) == (
        "0\n",
        f"! no command is wrapped: no daemon has run in {scene.home}; run `axium daemon start`",
    )
