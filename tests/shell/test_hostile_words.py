"""Every word arrives byte for byte, wherever it stands, and none is ever executed."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.shell.hostile import LongShell, hostile_words, words
from tests.shell.scene import Scene
from tests.support.scratch import make_scratch

EXAMPLES = settings(
    max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@pytest.fixture(scope="module")
def scene() -> Iterator[Scene]:
    """One home for all examples of this module."""
    scratch = make_scratch()
    scene = Scene(scratch)
    scene.prod()
    for name in ("before", "call"):
        (scratch.root / name).write_bytes(b"")
    yield scene
    assert not scene.canary.exists()
    scratch.close()


@pytest.fixture(scope="module")
def bash(scene: Scene) -> Iterator[LongShell]:
    """An interactive bash with the hook."""
    shell = LongShell(
        scene.scratch, "bash", "--noediting", "--noprofile", "--rcfile", scene.rc, "-i"
    )
    yield shell
    shell.close()


def _stamps() -> Callable[[], str]:
    made = 0

    def next_stamp() -> str:
        nonlocal made
        made += 1
        return f"h{made}"

    return next_stamp


next_stamp = _stamps()


def run_wrapped(
    scene: Scene, bash: LongShell, env: bytes, tagged: list[bytes], arguments: list[bytes]
) -> None:
    """Type `aws` with these arguments, where these words are published."""
    stamp = next_stamp()
    scene.table(*tagged, stamp=stamp)
    scene.everywhere(env, stamp)
    given_words = scene.scratch.root / "call"
    given_words.write_bytes(b"".join(word + b"\0" for word in arguments))
    (scene.seen / "argv").unlink(missing_ok=True)
    bash.run(f"mapfile -d '' -t typed <{given_words}; aws \"${{typed[@]}}\"; unset typed")


@given(data=st.data())
@EXAMPLES
def test_bash_passes_every_word_on_byte_for_byte(
    scene: Scene, bash: LongShell, data: st.DataObject
) -> None:
    word = words(scene.canary)
    env = data.draw(word, "env")
    before, after, typed = (data.draw(st.lists(word, max_size=3)) for _ in range(3))
    one, two = data.draw(word), data.draw(word)
    tagged = [b"<aws", b"=ONE=" + one, b"-GONE", b"=_2two=" + two]
    tagged += [b"<" + each for each in before] + [b">" + each for each in after]

    run_wrapped(scene, bash, env, tagged, typed)

    call = scene.call()
    assert call.argv == [b"aws", *before, *typed, *after]
    assert (call.env[b"ONE"], call.env[b"_2two"]) == (one, two)
    assert call.env.get(b"AXIUM_ENV", b"") == env
    assert not scene.canary.exists()


def test_bash_passes_each_hostile_word_on_in_every_place(scene: Scene, bash: LongShell) -> None:
    for word in hostile_words(scene.canary):
        tagged = [b"<aws", b"<" + word, b">" + word, b"=ONE=" + word]

        run_wrapped(scene, bash, word, tagged, [word, word])

        call = scene.call()
        assert call.argv == [b"aws", word, word, word, word]
        assert (call.env[b"ONE"], call.env.get(b"AXIUM_ENV", b"")) == (word, word)


def test_hostile_programs_and_rules_are_only_told(scene: Scene, bash: LongShell) -> None:
    for word in hostile_words(scene.canary):
        stamp = next_stamp()
        scene.publish(f"t/{stamp}/aws", "go", word, b"<no-such" + word, "<aws", "=ONE=1")
        scene.everywhere(word, stamp)
        (scene.seen / "argv").unlink(missing_ok=True)

        printed = bash.run("ONE=2 aws s3; echo $?")

        assert (printed, (scene.seen / "argv").exists()) == (b"127\n", False)


@pytest.mark.parametrize("name", ["global", "t/{stamp}/aws"])
def test_a_file_that_was_cut_off_anywhere_goes_to_axium_run(
    scene: Scene, bash: LongShell, name: str
) -> None:
    tagged = [b"<aws", b"=ONE=end", b"<end", b">end"]
    stamp = next_stamp()
    scene.table(*tagged, stamp=stamp)
    scene.everywhere("prod", stamp)
    whole = (scene.published / name.format(stamp=stamp)).read_bytes()
    for length in range(len(whole) - 1):  # without its very last NUL, nothing of it is missing
        fresh = next_stamp()
        scene.table(*tagged, stamp=fresh)
        scene.everywhere("prod", fresh)
        (scene.published / name.format(stamp=fresh)).write_bytes(whole[:length])

        bash.run("aws s3")

        assert scene.call().argv == scene.asked("aws", "s3"), whole[:length]


def test_a_list_of_commands_that_was_cut_off_is_not_believed(scene: Scene) -> None:
    scene.commands("endeavour", "aws", stamp="c9")
    file = scene.published / "commands"
    whole = file.read_bytes()
    for length in range(len(whole)):
        file.write_bytes(whole[:length])
        typed = scene.type("echo ${#AXIUM_WRAPPED_COMMANDS[@]}")
        assert typed.stdout == "0\n", whole[:length]


def test_hostile_names_of_commands_are_not_defined(scene: Scene) -> None:
    names = ["local", "command", "axium", "if", "_axium_wrap", "-x", "a/b", "é", "aws", "a.b+c-d"]
    hostile = [word for word in hostile_words(scene.canary) if not word.isalnum()]
    scene.commands(*hostile, *names)

    typed = scene.type('printf "%s " "${AXIUM_WRAPPED_COMMANDS[@]}"')

    assert (typed.stdout, typed.stderr) == ("aws a.b+c-d ", "")


READERS = {
    "bash": (
        ("bash", "--noediting", "--noprofile", "--norc"),
        "_axium_home={home} _axium_run={home}/run; source {home}/bash/read.bash",
        '_axium_read_pointer && _axium_is_pointer && tool "${_axium_words[@]}"',
        '_axium_read_table "${_axium_words[2]}" aws && tool "${_axium_words[@]}"',
    ),
    "zsh": (
        ("zsh", "-f"),
        "_axium_run={home}/run; source {home}/zsh/read.zsh",
        '_axium_read_pointer && tool axium1 "${(@)_axium_pointer}" end',
        '_axium_read_table "$_axium_pointer[2]" aws && tool axium1 "${(@)_axium_table}" end',
    ),
    "fish": (
        # From a pipe, fish would read all of its script before it runs any.
        ("fish", "--no-config", "-c", "while read --local line; eval $line; end"),
        "set __axium_run {home}/run; source {home}/fish/read.fish",
        "__axium_read_pointer; and tool axium1 $__axium_pointer end",
        '__axium_read_table "$__axium_pointer[2]" aws; and tool axium1 $__axium_table end',
    ),
}
INSTALLED = [name for name in READERS if shutil.which(name)]


@contextmanager
def reader(scene: Scene, shell: str) -> Iterator[tuple[LongShell, str, str]]:
    """A shell with its reading functions, and the lines that read pointer and table."""
    argv, start, pointer, table = READERS[shell]
    scene.tool("tool")
    long_shell = LongShell(scene.scratch, *argv)
    try:
        long_shell.run(start.format(home=scene.home))
        yield long_shell, pointer, table
    finally:
        long_shell.close()


@pytest.mark.parametrize("shell", INSTALLED)
def test_every_shell_reads_every_word_byte_for_byte(scene: Scene, shell: str) -> None:
    with reader(scene, shell) as (long_shell, pointer, table):

        @given(data=st.data())
        @EXAMPLES
        def reads(data: st.DataObject) -> None:
            word = words(scene.canary)
            env, where = data.draw(word), data.draw(word)
            tagged = [
                data.draw(st.sampled_from([b"<", b">", b"=", b"-", b"@"])) + each
                for each in data.draw(st.lists(word, max_size=4))
            ]
            stamp = next_stamp()
            scene.everywhere(env, stamp, sgr="1;31")
            scene.publish(f"t/{stamp}/aws", "go", where, *tagged)

            long_shell.run(pointer)
            read_pointer = scene.call().argv
            long_shell.run(table)

            framed = [b"tool", b"axium1", env, stamp.encode(), b"1;31", b"c1", b"end"]
            assert read_pointer == framed
            assert scene.call().argv == [b"tool", b"axium1", b"go", where, *tagged, b"end"]
            assert not scene.canary.exists()

        reads()


@pytest.mark.parametrize("shell", INSTALLED)
def test_no_shell_believes_a_damaged_file(scene: Scene, shell: str) -> None:
    with reader(scene, shell) as (long_shell, pointer, table):
        stamp = next_stamp()
        files = [scene.everywhere("prod", stamp), scene.table("<aws", "<end", stamp=stamp)]
        long_shell.run(pointer)
        long_shell.run(table)
        assert scene.call().argv[1:] == [
            b"axium1",
            b"go",
            *scene.call().argv[3:4],
            b"<aws",
            b"<end",
            b"end",
        ]
        for file, line in zip(files, (pointer, table), strict=True):
            whole = file.read_bytes()
            damaged = [whole[:length] for length in range(len(whole) - 1)]
            damaged += [whole.replace(b"axium1", b"axium2"), whole + b"more\0"]
            for content in damaged:
                file.write_bytes(content)
                (scene.seen / "argv").unlink(missing_ok=True)
                long_shell.run(f"{line}; or true" if shell == "fish" else f"{line} || true")
                assert not (scene.seen / "argv").exists(), content
            file.write_bytes(whole)
            long_shell.run(pointer)
