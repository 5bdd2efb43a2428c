"""Every word arrives byte for byte through fish, wherever it stands, and none is ever executed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.shell.hostile import LongShell, hostile_words, words
from tests.shell.scene import Scene
from tests.shell.shells import make_scene
from tests.support.scratch import make_scratch

EXAMPLES = settings(
    max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
LOOP = "while read --local line; eval $line; end"  # from a pipe, fish would read it all first

stamps = (f"h{number}" for number in count())


@pytest.fixture(scope="module")
def scene() -> Iterator[Scene]:
    """One home for all examples of this module."""
    scratch = make_scratch()
    scene = make_scene(scratch, "fish")
    scene.prod()
    yield scene
    assert not scene.canary.exists()
    scratch.close()


@pytest.fixture(scope="module", params=["C.UTF-8", "C"])
def shell(scene: Scene, request: pytest.FixtureRequest) -> Iterator[LongShell]:
    """An interactive fish with the hook, in two languages."""
    around = f"env LC_ALL={request.param} FISH_UNIT_TESTS_RUNNING=1".split()
    shell = LongShell(scene.scratch, *around, "fish", "--interactive", "--command", LOOP)
    yield shell
    shell.close()


def run_wrapped(
    scene: Scene, shell: LongShell, env: bytes, tagged: list[bytes], arguments: list[bytes]
) -> None:
    """Type `aws` with these arguments, where these words are published; draw a prompt."""
    stamp = next(stamps)
    scene.table(*tagged, stamp=stamp)
    scene.everywhere(env, stamp)
    given_words = scene.scratch.root / "call"
    given_words.write_bytes(b"".join(word + b"\0" for word in arguments))
    (scene.seen / "argv").unlink(missing_ok=True)
    shell.run(f"aws (string split0 <{given_words}); axium_prompt; axium_prompt_segment >/dev/null")


@given(data=st.data())
@EXAMPLES
def test_fish_passes_every_word_on_byte_for_byte(
    scene: Scene, shell: LongShell, data: st.DataObject
) -> None:
    word = words(scene.canary)
    env = data.draw(word, "env")
    before, after, typed = (data.draw(st.lists(word, max_size=3)) for _ in range(3))
    one, two, path = data.draw(word), data.draw(word), data.draw(word)
    tagged = [b"<aws", b"=ONE=" + one, b"-GONE", b"=_2two=" + two, b"=XPATH=" + path]
    tagged += [b"<" + each for each in before] + [b">" + each for each in after]

    run_wrapped(scene, shell, env, tagged, typed)

    call = scene.call()
    assert call.argv == [b"aws", *before, *typed, *after]
    assert (call.env[b"ONE"], call.env[b"_2two"], call.env[b"XPATH"]) == (one, two, path)
    assert call.env.get(b"AXIUM_ENV", b"") == env
    assert not scene.canary.exists()


def test_fish_passes_each_hostile_word_on_in_every_place(scene: Scene, shell: LongShell) -> None:
    for word in hostile_words(scene.canary):
        tagged = [b"<aws", b"<" + word, b">" + word, b"=ONE=" + word, b"=XPATH=" + word]

        run_wrapped(scene, shell, word, tagged, [word, word])

        call = scene.call()
        assert call.argv == [b"aws", word, word, word, word]
        assert (call.env[b"ONE"], call.env[b"XPATH"]) == (word, word)
        assert call.env.get(b"AXIUM_ENV", b"") == word


def test_hostile_programs_and_rules_are_only_told(scene: Scene, shell: LongShell) -> None:
    for word in hostile_words(scene.canary):
        stamp = next(stamps)
        scene.publish(f"t/{stamp}/aws", "go", word, b"<no-such" + word, "<aws", "=ONE=1")
        scene.everywhere(word, stamp)
        (scene.seen / "argv").unlink(missing_ok=True)

        printed = shell.run("ONE=2 aws s3; echo $status")

        assert (printed, (scene.seen / "argv").exists()) == (b"127\n", False), word


def test_hostile_names_of_variables_and_tags_are_asked_for(scene: Scene, shell: LongShell) -> None:
    names = [word for word in hostile_words(scene.canary) if not re.fullmatch(rb"\w+", word)]
    for word in names:
        for tag in (b"=%s=1", b"-%s", b"!%s", b"?%s", b"?plain%s "):
            stamp = next(stamps)
            scene.table(b"<aws", tag.replace(b"%s", word), stamp=stamp)
            scene.everywhere("prod", stamp)

            shell.run("aws s3")

            assert scene.call().argv == scene.asked("aws", "s3"), (tag, word)


@pytest.mark.parametrize("name", ["global", "t/{stamp}/aws"])
def test_a_file_that_was_cut_off_anywhere_goes_to_axium_run(
    scene: Scene, shell: LongShell, name: str
) -> None:
    tagged = [b"<aws", b"=ONE=end", b"<end", b">end"]
    stamp = next(stamps)
    scene.table(*tagged, stamp=stamp)
    scene.everywhere("prod", stamp)
    whole = (scene.published / name.format(stamp=stamp)).read_bytes()
    for length in range(len(whole) - 1):  # without its very last NUL, nothing of it is missing
        fresh = next(stamps)
        scene.table(*tagged, stamp=fresh)
        scene.everywhere("prod", fresh)
        (scene.published / name.format(stamp=fresh)).write_bytes(whole[:length])

        shell.run("aws s3")

        assert scene.call().argv == scene.asked("aws", "s3"), whole[:length]


def test_a_hostile_list_of_commands_defines_nothing_but_names(fish: Scene) -> None:
    fish.publish("commands", "c1", "aws", *hostile_words(fish.canary), "a;b", "a(b)", "$x")
    fish.everywhere("prod")

    typed = fish.type("printf '%s|' $AXIUM_WRAPPED_COMMANDS")

    assert (typed.stdout, typed.stderr) == (f"aws|axium1|{'x' * 20000}|", "")
    assert not fish.canary.exists()
