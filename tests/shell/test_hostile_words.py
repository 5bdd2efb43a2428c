"""Every word arrives byte for byte, wherever it stands, and none is ever executed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.shell.hostile import LongShell, hostile_words, words
from tests.shell.scene import Scene
from tests.shell.shells import make_scene, rows
from tests.support.scratch import make_scratch

EXAMPLES = settings(
    max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
STAMPS = (f"h{number}" for number in count())
# From a pipe, fish would read all of its script before it runs any.
FISH = ("fish", "--interactive", "--command", "while read --local line; eval $line; end")


@dataclass(frozen=True)
class Manner:
    """One way in which a shell runs for long: what starts and prepares it, and how it calls."""

    shell: str
    call: str
    """Types `aws` with the words of the file `call`."""
    start: tuple[str, ...] = ()
    prelude: str = ":"
    spared: int = 1
    """What may be cut off a file without a word less: its very last NUL."""


BASH_CALL = "mapfile -d '' -t typed <call; aws \"${typed[@]}\"; unset typed"
ZSH_READ = '() { emulate -L zsh; typed=("${(@0)$(<call)}"); shift -p typed }'
ZSH_CALL = f'{ZSH_READ}; aws "${{typed[@]}}"; unset typed'
FISH_CALL = "aws (string split0 <call); axium_prompt; axium_prompt_segment >/dev/null"
MANNERS = {
    "bash": Manner("bash", BASH_CALL),
    "zsh": Manner("zsh", ZSH_CALL, prelude="setopt zle", spared=0),
    "zsh with options": Manner(
        "zsh",
        ZSH_CALL,
        prelude="setopt ksh_arrays sh_word_split glob_subst extended_glob",
        spared=0,
    ),
    "fish": Manner("fish", FISH_CALL, start=("env", "LC_ALL=C.UTF-8", *FISH)),
    "fish in C": Manner("fish", FISH_CALL, start=("env", "LC_ALL=C", *FISH)),
}


class Typist:
    """An interactive shell with the hook, in a home of its own, for many examples."""

    def __init__(self, manner: Manner) -> None:
        self.manner = manner
        self.scene = make_scene(make_scratch(), manner.shell)
        self.scene.scratch.environ.update(self.scene.shell.environ(self.scene))
        self.scene.prod()
        argv = manner.start or self.scene.shell.argv(self.scene)
        self._shell = LongShell(self.scene.scratch, *argv)
        self._shell.run(manner.prelude)

    def run(self, line: str) -> bytes:
        """What one line prints; nothing was called before it."""
        (self.scene.seen / "argv").unlink(missing_ok=True)
        return self._shell.run(line)

    def run_wrapped(self, env: bytes, tagged: list[bytes], arguments: list[bytes]) -> None:
        """Type `aws` with these arguments, where these words are published."""
        stamp = next(STAMPS)
        self.scene.table(*tagged, stamp=stamp)
        self.scene.everywhere(env, stamp)
        given_words = b"".join(word + b"\0" for word in arguments)
        (self.scene.scratch.user / "call").write_bytes(given_words)
        self.run(self.manner.call)

    def close(self) -> None:
        """End it; nothing of what it was given was executed."""
        self._shell.close()
        assert not self.scene.canary.exists()
        self.scene.scratch.close()


@pytest.fixture(scope="module", params=MANNERS)
def typist(request: pytest.FixtureRequest) -> Iterator[Typist]:
    """One for all examples of this module, in each manner."""
    typist = Typist(MANNERS[request.param])
    yield typist
    typist.close()


@given(data=st.data())
@EXAMPLES
def test_every_word_is_passed_on_byte_for_byte(typist: Typist, data: st.DataObject) -> None:
    word = words(typist.scene.canary)
    env = data.draw(word, "env")
    before, after, typed = (data.draw(st.lists(word, max_size=3)) for _ in range(3))
    one, two, path = data.draw(word), data.draw(word), data.draw(word)
    tagged = [b"<aws", b"=ONE=" + one, b"-GONE", b"=_2two=" + two, b"=XPATH=" + path]
    tagged += [b"<" + each for each in before] + [b">" + each for each in after]

    typist.run_wrapped(env, tagged, typed)

    call = typist.scene.call()
    assert call.argv == [b"aws", *before, *typed, *after]
    assert (call.env[b"ONE"], call.env[b"_2two"], call.env[b"XPATH"]) == (one, two, path)
    assert call.env.get(b"AXIUM_ENV", b"") == env
    assert not typist.scene.canary.exists()


def test_each_hostile_word_is_passed_on_in_every_place(typist: Typist) -> None:
    for word in hostile_words(typist.scene.canary):
        tagged = [b"<aws", b"<" + word, b">" + word, b"=ONE=" + word, b"=XPATH=" + word]

        typist.run_wrapped(word, tagged, [word, word])

        call = typist.scene.call()
        assert call.argv == [b"aws", word, word, word, word]
        assert (call.env[b"ONE"], call.env[b"XPATH"]) == (word, word)
        assert call.env.get(b"AXIUM_ENV", b"") == word


def test_hostile_programs_and_rules_are_only_told(typist: Typist) -> None:
    scene = typist.scene
    for word in hostile_words(scene.canary):
        stamp = next(STAMPS)
        scene.publish(f"t/{stamp}/aws", "go", word, b"<no-such" + word, "<aws", "=ONE=1")
        scene.everywhere(word, stamp)

        printed = typist.run(f"ONE=2 aws s3; echo {scene.shell.status}")

        assert (printed, (scene.seen / "argv").exists()) == (b"127\n", False), word


@pytest.mark.parametrize("typist", ["fish", "fish in C"], indirect=True)
def test_hostile_names_of_variables_and_tags_are_asked_for(typist: Typist) -> None:
    scene = typist.scene
    names = [word for word in hostile_words(scene.canary) if not re.fullmatch(rb"\w+", word)]
    for word in names:
        for tag in (b"=%s=1", b"-%s", b"!%s", b"?%s", b"?plain%s "):
            stamp = next(STAMPS)
            scene.table(b"<aws", tag.replace(b"%s", word), stamp=stamp)
            scene.everywhere("prod", stamp)

            typist.run("aws s3")

            assert scene.call().argv == scene.asked("aws", "s3"), (tag, word)


@pytest.mark.parametrize("name", ["global", "t/{stamp}/aws"])
def test_a_file_that_was_cut_off_anywhere_goes_to_axium_run(typist: Typist, name: str) -> None:
    scene = typist.scene
    for length in count():
        stamp = next(STAMPS)
        scene.table(b"<aws", b"=ONE=end", b"<end", b">end", stamp=stamp)
        scene.everywhere("prod", stamp)
        file = scene.published / name.format(stamp=stamp)
        whole = file.read_bytes()
        if length == len(whole) - typist.manner.spared:
            return
        file.write_bytes(whole[:length])

        typist.run("aws s3")

        assert scene.call().argv == scene.asked("aws", "s3"), whole[:length]


@rows("spared", bash=[(0,)], zsh=[(0,)], fish=[(1,)])
def test_a_list_of_commands_that_was_cut_off_is_not_believed(scene: Scene, spared: int) -> None:
    scene.prod()
    scene.commands("endeavour", "aws", stamp="c9")
    file = scene.published / "commands"
    whole = file.read_bytes()
    for length in range(len(whole) - spared):
        file.write_bytes(whole[:length])
        typed = scene.type(scene.shell.count_names)
        assert typed.stdout == "0\n", whole[:length]


NAMES = ["local", "command", "axium", "if", "_axium_wrap", "-x", "a/b", "é", "aws", "a.b+c-d"]
ZSH_NAMES = ["emulate", "setopt", "zle", "typeset", "ax", "axium_prompt", "foreach", "autoload"]


@rows(
    "names, defined",
    bash=[(NAMES, "aws a.b+c-d ")],
    zsh=[(NAMES + ZSH_NAMES, "aws a.b+c-d ")],
    fish=[([*NAMES, "a;b", "a(b)", "$x", "axium1"], "local _axium_wrap aws a.b+c-d axium1 ")],
)
def test_hostile_names_of_commands_are_not_defined(
    scene: Scene, names: list[str], defined: str
) -> None:
    hostile = [word for word in hostile_words(scene.canary) if not word.isalnum()]
    scene.prod()
    scene.commands(*hostile, *names)

    typed = scene.type(f"printf '%s ' {scene.shell.names}")

    assert (typed.stdout, typed.stderr) == (defined, "")
    assert not scene.canary.exists()


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
        ("fish", "--no-config", *FISH[2:]),
        "set __axium_run {home}/run; source {home}/fish/read.fish",
        "__axium_read_pointer; and tool axium1 $__axium_pointer end",
        '__axium_read_table "$__axium_pointer[2]" aws; and tool axium1 $__axium_table end',
    ),
}


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


@pytest.mark.parametrize("shell", READERS)
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
            stamp = next(STAMPS)
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


@pytest.mark.parametrize("shell", READERS)
def test_no_shell_believes_a_damaged_file(scene: Scene, shell: str) -> None:
    with reader(scene, shell) as (long_shell, pointer, table):
        stamp = next(STAMPS)
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
