"""The user's own settings and habits neither matter to the hook in fish nor change by it."""

from __future__ import annotations

import pytest

from tests.shell.scene import Scene

PRELUDES = [
    "set -U fish_features all; set -g fish_features all",
    "set -g fish_features qmark-noglob regex-easyesc ampersand-nobg-in-token",
    "set -g fish_features no-stderr-nocaret no-qmark-noglob",
    "set -gx NO_COLOR 1",
    "fish_vi_key_bindings",
    "set -U AWS_PROFILE mine; set -U __fish_x y",
    "set -gx LC_ALL C; set -gx LANG C",
    "set -gx LC_ALL C.UTF-8",
    "set -g fish_private_mode 1",
    "set -g fish_history ''",
    "set -g IFS",
    "set -g IFS x",
    "set -g fish_read_limit 1000000",
    "set -g fish_term24bit 0",
    "set -g fish_trace",
    "set -g argv one 'two three'",
    "set -g name x; set -g words y; set -gx value z; set -g tag t; set -gx rest r",
    "function contains; echo mine; end; function count; echo mine; end",
    "function printf; builtin echo mine; end; function echo; builtin printf mine; end",
    "function math; end; function block; end; function complete; end",
    "function commandline; end; function true; end; function false; end; function path; end",
    "function handler --on-variable AXIUM_ENV; set -g seen (count $argv); end",
    "abbr -a axium echo; abbr -a command echo; abbr -a test echo",
    "alias cp 'cp -i'; alias sh 'false'",
    "block --global; function f --on-event fish_prompt; end",
]


@pytest.mark.parametrize("prelude", PRELUDES)
def test_the_users_settings_do_not_matter(fish: Scene, prelude: str) -> None:
    hostile = "a[(touch $CANARY)]$(touch $CANARY) * {x,y} ?\\n %s ~ \\x41 '\""
    fish.prod("<aws", f"<{hostile}", ">--end", f"=AWS_PROFILE={hostile}", "-AWS_SECRET")
    fish.start_file(prelude)

    typed = fish.type("aws s3 '' '*'", env={"AWS_SECRET": "key", "CANARY": str(fish.canary)})

    call = fish.call()
    words = hostile.encode()
    assert (call.argv, typed.stderr) == ([b"aws", words, b"s3", b"", b"*", b"--end"], "")
    assert call.env[b"AWS_PROFILE"] == words
    assert b"AWS_SECRET" not in call.env
    assert not [name for name in call.env if b"_axium" in name]
    assert not fish.canary.exists()


def test_a_limit_below_what_is_published_goes_to_axium_run(fish: Scene) -> None:
    fish.prod()

    fish.type("set -g fish_read_limit 10", "aws s3")

    assert fish.call().argv == fish.asked("aws", "s3")


def test_only_names_of_ours_are_added_to_the_shell(fish: Scene) -> None:
    fish.prod()
    fish.rc.write_text(fish.shell.quiet)
    names = "set --names; functions --all --names | string split ,; abbr --list"

    before = fish.type("aws", names).stdout.split()
    after = fish.type(fish.shell.source(fish), "aws", names).stdout.split()

    added = set(after) - set(before)
    assert sorted(
        name for name in added if not name.startswith(("__axium_", "axium_", "AXIUM_"))
    ) == ["aws", "ax", "axium"]


def test_sourcing_twice_changes_nothing(fish: Scene) -> None:
    fish.prod()
    hook = f"{fish.home}/fish/init.fish"
    show = (
        "for f in aws ax (functions --all --names | string split , | string match '*axium*');"
        " functions $f; end;"
        " set --show | string match -v -r 'status|history|__axium_(words|names|held)|pid|CMD_DUR';"
        " abbr; complete axium; complete ax"
    )

    typed = fish.type(
        f"begin; {show}; end >~/1",
        f"source {hook}; cat {hook} | source",
        f"begin; {show}; end >~/2",
    )

    assert typed.stderr == ""
    first, second = ((fish.scratch.user / name).read_text() for name in "12")
    assert second.splitlines() == first.splitlines()


@pytest.mark.parametrize("lost", ["", "set -e AXIUM_WRAPPED_COMMANDS"])
def test_a_newer_hook_takes_the_wrappers_of_an_older_one_over(fish: Scene, lost: str) -> None:
    fish.prod()
    fish.commands("aws", "gcloud")
    hook = f"{fish.home}/fish/init.fish"
    upgrade = f"sed -i 's/__axium_version .*/__axium_version 9/' {hook}"
    fish.publish("names", "c2", "aws", "tofu")
    fish.publish("pointer", "prod", "s1", "", "c2")
    publish = f"cd {fish.published}; mv names commands; mv pointer global"

    typed = fish.type(
        "function tofu; end",
        f"{upgrade}; {lost}",
        f"{publish}; source {hook}",
        "echo $AXIUM_WRAPPED_COMMANDS",
        "aws s3",
        "axium_clear_wrappers; for n in aws gcloud tofu; functions -q $n; and echo $n; end",
    )

    left = ["gcloud", "tofu"] if lost else ["tofu"]  # nothing tells that `gcloud` was one
    assert typed.stdout.splitlines() == ["aws", *left]
    assert typed.stderr == "! `tofu` is a function already: axium does not wrap it"
    assert fish.call().argv == [b"aws", b"--profile", b"prod", b"s3"]


def test_a_script_that_sources_the_hook_is_left_alone(fish: Scene) -> None:
    fish.prod()

    done = fish.scratch.run("fish", "-c", f"source {fish.home}/fish/init.fish; aws s3")

    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert fish.call().argv == [b"aws", b"s3"]


def test_an_old_fish_is_told_and_left_alone(fish: Scene) -> None:
    fish.prod()
    for version in ("2.7.1", "3.0.0", "3.5.1"):
        hook = (fish.home / "fish/init.fish").read_text().replace("$version", version)
        fish.rc.write_text(fish.shell.quiet + hook)

        typed = fish.type("aws s3; functions -q axium; and echo there")

        assert typed.stdout == ""
        assert typed.stderr == (
            f"✗ fish {version} is too old for axium\n"
            "  3.6 or newer wraps commands; this shell is left as it was"
        )
        assert fish.call().argv == [b"aws", b"s3"]


@pytest.mark.parametrize("version", ["3.6.0", "3.7.1", "4.0.2", "4.1.0-beta", "10.1"])
def test_newer_ones_are_served(fish: Scene, version: str) -> None:
    fish.prod()
    hook = (fish.home / "fish/init.fish").read_text().replace("$version", version)
    fish.rc.write_text(fish.shell.quiet + hook)

    fish.type("aws s3")

    assert fish.call().argv == [b"aws", b"--profile", b"prod", b"s3"]


def test_a_pipe_into_source_goes_on_with_the_start_file(fish: Scene) -> None:
    fish.prod()
    fish.rc.write_text(f"{fish.shell.quiet}cat {fish.home}/fish/init.fish | source\necho after\n")

    typed = fish.type("aws s3")

    assert (typed.stdout, typed.stderr) == ("after\n", "")
    assert fish.call().argv == [b"aws", b"--profile", b"prod", b"s3"]


def test_spokes_are_sourced_and_gears_never(fish: Scene) -> None:
    fish.commands("aws")
    for kind in ("spokes", "gears"):
        (fish.home / kind / "a b").mkdir(parents=True)
        (fish.home / kind / "a b/init.fish").write_text(f"set -g {kind}_variable 1\n")
        (fish.home / kind / "a b/init.sh").write_text("exit 1\n")

    typed = fish.type("echo $spokes_variable $gears_variable")

    assert typed.stdout == "1\n"


FAILING = {"1": "return 3\n", "2": "false\n", "3": "no-such-command\n", "4": "if then ((\n"}


def test_a_spoke_that_fails_leaves_the_rest_of_the_start(fish: Scene) -> None:
    fish.prod()
    for name, text in (FAILING | {"5": "set -g sourced yes\n"}).items():
        (fish.home / "spokes" / name).mkdir(parents=True)
        (fish.home / "spokes" / name / "init.fish").write_text(text)

    typed = fish.type("true", "echo $sourced", "aws s3")

    assert typed.stdout.splitlines() == ["yes"]
    assert fish.call().argv == [b"aws", b"--profile", b"prod", b"s3"]
