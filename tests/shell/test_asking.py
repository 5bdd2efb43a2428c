"""When a wrapped command goes to `axium run`: whatever can't be read as it should be."""

from __future__ import annotations

import os

import pytest

from tests.shell.scene import WHERE, Scene


def _without(scene: Scene, path: str) -> None:
    (scene.published / path).unlink()


def _other_version(scene: Scene, path: str) -> None:
    file = scene.published / path
    file.write_bytes(file.read_bytes().replace(b"axium1", b"axium2"))


def _directory(scene: Scene, path: str) -> None:
    (scene.published / path).unlink()
    (scene.published / path).mkdir()


def _pipe(scene: Scene, path: str) -> None:
    (scene.published / path).unlink()
    os.mkfifo(scene.published / path)


def _not_readable_as_ours(scene: Scene, path: str) -> None:
    # Only root can give a file away; root alone can read what nobody may.
    file = scene.published / path
    if os.geteuid() == 0:
        os.chown(file, 65534, -1)
    else:
        file.chmod(0)


DAMAGES = [_without, _other_version, _directory, _pipe, _not_readable_as_ours]


@pytest.mark.parametrize("path", ["global", "t/s1/aws"])
@pytest.mark.parametrize("damage", DAMAGES, ids=lambda damage: damage.__name__.strip("_"))
def test_what_cannot_be_read_goes_to_axium_run(scene: Scene, damage, path: str) -> None:  # type: ignore[no-untyped-def]
    scene.prod()
    damage(scene, path)

    typed = scene.type("aws s3 'a b'")

    assert (scene.call().argv, typed.stderr) == (scene.asked("aws", "s3", "a b"), "")


@pytest.mark.parametrize(
    "words",
    [
        ("ask", WHERE, "<aws"),
        ("ask", WHERE, "$HOME"),
        ("no", "message", "hint"),
        ("GO", WHERE, "<aws"),
        ("go", WHERE),
        ("go",),
        (),
        ("go", WHERE, ">aws"),
        ("go", WHERE, "<"),
        ("go", WHERE, "<aws", ""),
        ("go", WHERE, "<aws", "what"),
        ("go", WHERE, "<aws", "?maybe"),
        ("go", WHERE, "<aws", "=NAME"),
        ("go", WHERE, "<aws", "*prod"),
        ("go", WHERE, "<exec"),
        ("go", WHERE, "<eval", "<touch $CANARY"),
        ("go", WHERE, "<aws", "=HISTFILESIZE=0"),
        ("go", WHERE, "<aws", "-IFS"),
        ("go", WHERE, "<aws", "=_axium_before=x"),
        ("go", WHERE, "<aws", "=x[$(touch $CANARY)]=v"),
        ("go", WHERE, "<aws", "-x[$(touch $CANARY)]"),
        ("go", WHERE, "<aws", "-X=$(touch $CANARY)"),
    ],
)
def test_a_table_that_is_no_plain_go_goes_to_axium_run(
    scene: Scene, words: tuple[str, ...]
) -> None:
    scene.prod()
    scene.publish("t/s1/aws", *words)

    typed = scene.type("aws s3", env={"CANARY": str(scene.canary)})

    assert (scene.call().argv, typed.stderr) == (scene.asked("aws", "s3"), "")
    assert not scene.canary.exists()


@pytest.mark.parametrize("stamp", ["", "..", "../t/s1", "/", "gone"])
def test_a_stamp_that_leads_nowhere_goes_to_axium_run(scene: Scene, stamp: str) -> None:
    scene.prod()
    scene.everywhere("prod", stamp)

    scene.type("aws s3")

    assert scene.call().argv == scene.asked("aws", "s3")


def test_axium_run_is_told_the_home_of_the_hook(scene: Scene) -> None:
    scene.commands("aws")

    scene.type("aws", env={"AXIUM_HOME": "/another"})

    assert scene.call().variables("AXIUM_HOME") == {"AXIUM_HOME": str(scene.home)}


@pytest.mark.parametrize(
    ("line", "is_asked"), [("aws sync x", True), ("aws s3 sync", False), ("aws", False)]
)
def test_a_plugins_subcommand_goes_to_axium_run(scene: Scene, line: str, is_asked: bool) -> None:  # noqa: FBT001
    scene.prod("<aws", "@login", "@sync")

    scene.type(line)

    assert (scene.call().argv[0] == b"python") is is_asked
