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
