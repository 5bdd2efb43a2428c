"""In zsh too, every word arrives byte for byte, wherever it stands, and none is ever executed."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.shell.hostile import LongShell, hostile_words, words
from tests.shell.scene import Scene, Zsh
from tests.support.scratch import make_scratch

EXAMPLES = settings(
    max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
STAMPS = (f"h{number}" for number in count())


@pytest.fixture(scope="module")
def scene() -> Iterator[Scene]:
    """One home for all examples of this module."""
    scratch = make_scratch()
    scene = Scene(scratch, Zsh())
    scratch.environ.update(scene.shell.environ(scene))
    scene.prod()
    yield scene
    assert not scene.canary.exists()
    scratch.close()


@pytest.fixture(scope="module", params=["", "ksh_arrays sh_word_split glob_subst extended_glob"])
def zsh(scene: Scene, request: pytest.FixtureRequest) -> Iterator[LongShell]:
    """An interactive zsh with the hook."""
    shell = LongShell(scene.scratch, *scene.shell.argv(scene))
    shell.run(f"setopt {request.param or 'zle'}")
    yield shell
    shell.close()


def run_wrapped(
    scene: Scene, zsh: LongShell, env: bytes, tagged: list[bytes], arguments: list[bytes]
) -> None:
    """Type `aws` with these arguments, where these words are published."""
    stamp = next(STAMPS)
    scene.table(*tagged, stamp=stamp)
    scene.everywhere(env, stamp)
    given_words = scene.scratch.root / "call"
    given_words.write_bytes(b"".join(word + b"\0" for word in arguments))
    (scene.seen / "argv").unlink(missing_ok=True)
    read = '() { emulate -L zsh; typed=("${(@0)$(<$1)}"); shift -p typed }'
    zsh.run(f'{read} {given_words}; aws "${{typed[@]}}"; unset typed')


@given(data=st.data())
@EXAMPLES
def test_zsh_passes_every_word_on_byte_for_byte(
    scene: Scene, zsh: LongShell, data: st.DataObject
) -> None:
    word = words(scene.canary)
    env = data.draw(word, "env")
    before, after, typed = (data.draw(st.lists(word, max_size=3)) for _ in range(3))
    one, two = data.draw(word), data.draw(word)
    tagged = [b"<aws", b"=ONE=" + one, b"-GONE", b"=_2two=" + two]
    tagged += [b"<" + each for each in before] + [b">" + each for each in after]

    run_wrapped(scene, zsh, env, tagged, typed)

    call = scene.call()
    assert call.argv == [b"aws", *before, *typed, *after]
    assert (call.env[b"ONE"], call.env[b"_2two"]) == (one, two)
    assert call.env.get(b"AXIUM_ENV", b"") == env
    assert not scene.canary.exists()


def test_zsh_passes_each_hostile_word_on_in_every_place(scene: Scene, zsh: LongShell) -> None:
    for word in hostile_words(scene.canary):
        tagged = [b"<aws", b"<" + word, b">" + word, b"=ONE=" + word]

        run_wrapped(scene, zsh, word, tagged, [word, word])

        call = scene.call()
        assert call.argv == [b"aws", word, word, word, word]
        assert (call.env[b"ONE"], call.env.get(b"AXIUM_ENV", b"")) == (word, word)


def test_hostile_programs_and_rules_are_only_told(scene: Scene, zsh: LongShell) -> None:
    for word in hostile_words(scene.canary):
        stamp = next(STAMPS)
        scene.publish(f"t/{stamp}/aws", "go", word, b"<no-such" + word, "<aws", "=ONE=1")
        scene.everywhere(word, stamp)
        (scene.seen / "argv").unlink(missing_ok=True)

        printed = zsh.run("ONE=2 aws s3; echo $?")

        assert (printed, (scene.seen / "argv").exists()) == (b"127\n", False)


@pytest.mark.parametrize("name", ["global", "t/{stamp}/aws"])
def test_a_file_that_was_cut_off_anywhere_goes_to_axium_run(
    scene: Scene, zsh: LongShell, name: str
) -> None:
    tagged = [b"<aws", b"=ONE=end", b"<end", b">end"]
    stamp = next(STAMPS)
    scene.table(*tagged, stamp=stamp)
    scene.everywhere("prod", stamp)
    whole = (scene.published / name.format(stamp=stamp)).read_bytes()
    for length in range(len(whole)):
        fresh = next(STAMPS)
        scene.table(*tagged, stamp=fresh)
        scene.everywhere("prod", fresh)
        (scene.published / name.format(stamp=fresh)).write_bytes(whole[:length])

        zsh.run("aws s3")

        assert scene.call().argv == scene.asked("aws", "s3"), whole[:length]


def test_a_list_of_commands_that_was_cut_off_is_not_believed(scene: Scene) -> None:
    scene.commands("endeavour", "aws", stamp="c9")
    file = scene.published / "commands"
    whole = file.read_bytes()
    for length in range(len(whole)):
        file.write_bytes(whole[:length])
        typed = scene.type("echo ${#AXIUM_WRAPPED_COMMANDS}")
        assert typed.stdout == "0\n", whole[:length]


def test_hostile_names_of_commands_are_not_defined(scene: Scene) -> None:
    names = ["local", "command", "axium", "if", "_axium_wrap", "-x", "a/b", "é", "aws", "a.b+c-d"]
    names += ["emulate", "setopt", "zle", "typeset", "ax", "axium_prompt", "foreach", "autoload"]
    hostile = [word for word in hostile_words(scene.canary) if not word.isalnum()]
    scene.commands(*hostile, *names)

    typed = scene.type('printf "%s " "${AXIUM_WRAPPED_COMMANDS[@]}"')

    assert (typed.stdout, typed.stderr) == ("aws a.b+c-d ", "")
