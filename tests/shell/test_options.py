"""The user's own options, traps and habits neither matter nor change."""

from __future__ import annotations

import pytest

from tests.shell.scene import Scene

PRELUDES = [
    "set -eu",
    "set -e; set -o pipefail; shopt -s inherit_errexit",
    "set -f",
    "set -a",
    "set -k",
    "set +B",
    "set +h",
    "set -C",
    "set -E; trap 'echo err >/dev/null' ERR",
    "set -T; trap ': $BASH_COMMAND' DEBUG RETURN",
    "shopt -s extdebug; trap ': $BASH_COMMAND' DEBUG",
    "set -o posix",
    "set -o posix; set -eu",
    "IFS=",
    "IFS=',=<[/-_axium012'",
    "unset IFS",
    "shopt -s nullglob",
    "shopt -s failglob",
    "shopt -s nullglob dotglob globstar; cd /",
    "shopt -u extglob",
    "shopt -s extglob",
    "shopt -s nocasematch nocaseglob",
    "shopt -s localvar_inherit",
    "shopt -s localvar_unset",
    "shopt -u globasciiranges",
    "shopt -s xpg_echo execfail lastpipe",
    *(f"shopt -s compat{version}" for version in (31, 32, 40, 41, 42, 43, 44)),
    "BASH_COMPAT=5.0",
    "BASH_COMPAT=5.1",
    "LC_ALL=C",
    "export LC_ALL=C LANG=C",
    "LC_ALL=C.UTF-8",
    "declare -i AWS_PROFILE=5",
    "declare -u AWS_PROFILE=x",
    "declare -a AWS_PROFILE=(x y)",
    "declare -A AWS_PROFILE=([x]=y)",
    "declare -n AWS_PROFILE=other; other=1",
    "declare -ix AWS_SECRET",
    "set -- one 'two three'",
    "exec 2>/dev/null; set -x",
]


@pytest.mark.parametrize("prelude", PRELUDES)
def test_the_users_options_do_not_matter(scene: Scene, prelude: str) -> None:
    hostile = "a[$(touch $CANARY)]`touch $CANARY` * {x,y} \\n %s '\""
    scene.prod("<aws", f"<{hostile}", ">--end", f"=AWS_PROFILE={hostile}", "-AWS_SECRET")

    typed = scene.type(
        prelude, "aws s3 '' '*'", env={"AWS_SECRET": "key", "CANARY": str(scene.canary)}
    )

    call = scene.call()
    words = hostile.encode()
    if call.argv[0] == b"python":  # where bash itself can't be trusted to do it
        assert (call.argv, typed.stderr) == (scene.asked("aws", "s3", "", "*"), "")
    else:
        assert (call.argv, typed.stderr) == ([b"aws", words, b"s3", b"", b"*", b"--end"], "")
        assert call.env[b"AWS_PROFILE"] == words
        assert b"AWS_SECRET" not in call.env
    assert not [name for name in call.env if name.startswith(b"_axium")]
    assert not scene.canary.exists()


@pytest.mark.parametrize("prelude", PRELUDES)
def test_the_hook_is_sourced_under_any_options_and_leaves_them(scene: Scene, prelude: str) -> None:
    scene.prod()
    scene.rc.write_text(f"PS1=\nsource {scene.home}/bash/init.sh\n")
    state = "declare -p IFS 2>/dev/null; echo $-; shopt -p; set -o; trap; printf '[%s]' \"$@\""
    bare = f"PS1=; {prelude}\n{state}\n"
    hooked = f"PS1=; {prelude}\nsource {scene.home}/bash/init.sh\naws s3 >/dev/null\n{state}\n"

    (scene.scratch.user / "bare").write_text(bare)
    (scene.scratch.user / "hooked").write_text(hooked)
    argv = ("bash", "--noediting", "--noprofile", "--rcfile")
    before = scene.scratch.run(*argv, scene.scratch.user / "bare", "-i")
    after = scene.scratch.run(*argv, scene.scratch.user / "hooked", "-i")

    assert after.stdout == before.stdout
    assert scene.calls() in (["aws"], ["python"])
