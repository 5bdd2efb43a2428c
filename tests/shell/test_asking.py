"""When a wrapped command goes to `axium run`: whatever can't be read as it should be."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.shell.scene import WHERE, Scene
from tests.shell.shells import in_each_shell, rows


def _without(file: Path) -> None:
    file.unlink()


def _other_version(file: Path) -> None:
    file.write_bytes(file.read_bytes().replace(b"axium1", b"axium2"))


def _directory(file: Path) -> None:
    file.unlink()
    file.mkdir()


def _pipe(file: Path) -> None:
    file.unlink()
    os.mkfifo(file)


def _not_readable_as_ours(file: Path) -> None:
    # Only root can give a file away; root alone can read what nobody may.
    if os.geteuid() == 0:
        os.chown(file, 65534, -1)
    else:
        file.chmod(0)


DAMAGES = [_without, _other_version, _directory, _pipe, _not_readable_as_ours]


@in_each_shell
@pytest.mark.parametrize("path", ["global", "t/s1/aws"])
@pytest.mark.parametrize("damage", DAMAGES, ids=lambda damage: damage.__name__.strip("_"))
def test_what_cannot_be_read_goes_to_axium_run(
    scene: Scene, damage: Callable[[Path], None], path: str
) -> None:
    scene.prod()
    damage(scene.published / path)

    typed = scene.type("aws s3 'a b'")

    assert (scene.call().argv, typed.stderr) == (scene.asked("aws", "s3", "a b"), "")


NO_PLAIN_GO = [
    ("ask", WHERE, "<aws"),
    ("ask", WHERE, "$HOME"),
    ("no", "message", "hint"),
    ("GO", WHERE, "<aws"),
    ("go", WHERE),
    ("go",),
    (),
    ("go", WHERE, ">aws"),
    ("go", WHERE, "<"),
    *(("go", WHERE, "<aws", tagged) for tagged in ("", "what", "?maybe", "=NAME", "*prod")),
    *(
        ("go", WHERE, "<aws", tagged)
        for tagged in ("=x[$(touch $CANARY)]=v", "-x[$(touch $CANARY)]", "-X=$(touch $CANARY)")
    ),
]
# What would do something else than to start a program.
NO_PROGRAM = [("go", WHERE, "<exec"), ("go", WHERE, "<eval", "<touch $CANARY")]
# In bash the wrapper itself finds out (`test_variables`).
NO_NAMES = [
    tagged.format(name)
    for name in ("1X", "", "a b", "-g", "-p", "+x", "é", "a;touch $CANARY", "*")
    for tagged in ("={}=v", "-{}")
]
# What means something to the shell itself, and must not change in it for a moment either.
KEPT_BY_BASH = ["=HISTFILESIZE=0", "-IFS", "=_axium_before=x"]
KEPT_BY_ZSH = [
    *("=HISTSIZE=0", "-IFS", "-PATH", "=path=/", "=UID=0", "=functions=x", "=_axium_before=x"),
]
KEPT_BY_FISH = [
    *("=PATH=/", "-PATH", "=CDPATH=/", "=HOME=/", "=PWD=/", "=SHLVL=9", "=status=1", "=argv=x"),
    *("=_=x", "=history=x", "=umask=0", "=version=1", "=LC_ALL=C", "-LANG", "=TERM=x", "=TZ=UTC"),
    *("=COLUMNS=9", "=fish_trace=1", "=fish_read_limit=1", "-fish_features", "=__fish_x=1"),
    *("=__axium_before=x", "=TMUX=x", "=IFS=x", "=hostname=x", "=pipestatus=0"),
]


def _tables(tagged: list[str]) -> list[tuple[tuple[str, ...]]]:
    return [(("go", WHERE, "<aws", word),) for word in tagged]


@rows(
    "words",
    every=[(words,) for words in NO_PLAIN_GO],
    bash=[*((words,) for words in NO_PROGRAM), *_tables(KEPT_BY_BASH)],
    zsh=[*((words,) for words in NO_PROGRAM), *_tables(KEPT_BY_ZSH + NO_NAMES)],
    fish=_tables(KEPT_BY_FISH + NO_NAMES),
)
def test_a_table_that_is_no_plain_go_goes_to_axium_run(
    scene: Scene, words: tuple[str, ...]
) -> None:
    scene.prod()
    scene.publish("t/s1/aws", *words)

    typed = scene.type("aws s3", env={"CANARY": str(scene.canary)})

    assert (scene.call().argv, typed.stderr) == (scene.asked("aws", "s3"), "")
    assert not scene.canary.exists()


@in_each_shell
@pytest.mark.parametrize("stamp", ["", "..", "../t/s1", "/", "gone"])
def test_a_stamp_that_leads_nowhere_goes_to_axium_run(scene: Scene, stamp: str) -> None:
    scene.prod()
    scene.everywhere("prod", stamp)

    scene.type("aws s3")

    assert scene.call().argv == scene.asked("aws", "s3")


@in_each_shell
def test_axium_run_is_told_the_home_of_the_hook(scene: Scene) -> None:
    scene.commands("aws")

    scene.type("aws", env={"AXIUM_HOME": "/another"})

    assert scene.call().variables("AXIUM_HOME") == {"AXIUM_HOME": str(scene.home)}


@in_each_shell
@pytest.mark.parametrize(
    ("line", "program"),
    [("aws sync x", b"python"), ("aws s3 sync", b"aws"), ("aws", b"aws"), ("aws '*'", b"aws")],
)
def test_a_plugins_subcommand_goes_to_axium_run(scene: Scene, line: str, program: bytes) -> None:
    scene.prod("<aws", "@login", "@sync")

    scene.type("aws", line)

    assert scene.call().argv[0] == program
