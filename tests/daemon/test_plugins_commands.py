"""The commands of plugins: whose each is, and where they are told of."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import cast

import pytest

from axium.daemon.services.plugins.commands import Commands
from axium.daemon.services.snapshot import Snapshot
from axium.daemon.services.store import Store
from axium.model.configuration import Configuration
from axium.model.state import State
from axium.thin.paths import home_of
from axium.thin.published import read
from tests.support import Scratch


class Kept:
    """A store that takes every step at once, and counts them."""

    def __init__(self) -> None:
        self.committed = Snapshot(State(), Configuration())
        self.steps = 0

    async def change(self, step: Callable[[Snapshot], Snapshot]) -> None:
        self.committed = step(self.committed)
        self.steps += 1


class Scene:
    """The commands of a scratch home."""

    def __init__(self, scratch: Scratch, writer: ThreadPoolExecutor) -> None:
        self.home = home_of(scratch.environ)
        self.store = Kept()
        self.commands = Commands(self.home, cast(Store, self.store), writer)
        self.commands.read()

    def give(self, owner: str, *names: str) -> list[str]:
        records = [f"{name}\tspoke:{owner}\tHelp.\t--x" for name in names]
        return self.commands.give(owner, f"spoke:{owner}", records)

    def publish(self) -> None:
        asyncio.run(self.commands.publish())

    def written(self) -> list[str]:
        found = read(self.home.catalogue) or []
        return [record.partition("\t")[0] for record in found if "\tspoke:" in record]


@pytest.fixture
def scene(scratch: Scratch) -> Iterator[Scene]:
    """No commands yet."""
    with ThreadPoolExecutor(1) as writer:
        yield Scene(scratch, writer)


def test_records_are_written_by_owner_and_subcommands_published(scene: Scene) -> None:
    assert scene.give("b", "b", "aws whoami", "aws info") == []
    assert scene.give("a", "a x y") == []
    scene.publish()
    assert scene.written() == ["a x y", "b", "aws whoami", "aws info"]
    assert scene.store.committed.configuration.subcommands == {
        "a": {"x": "spoke:a"},
        "aws": {"whoami": "spoke:b", "info": "spoke:b"},
    }


def test_a_gears_commands_are_reached_by_their_whole_names_alone(scene: Scene) -> None:
    record = "ssh prod\tgear:a\tHelp.\t"
    assert scene.commands.give("a", "gear:a", [record]) == []
    scene.publish()
    assert record in (read(scene.home.catalogue) or [])
    assert scene.store.committed.configuration.subcommands == {}
    assert scene.commands.names_of("a") == {"ssh prod"}


@pytest.mark.parametrize("name", ["a;b", "a$(b)", "a`b`", "a'b", "a|b", "a b>c", "a&", "aw\u0455"])
def test_a_gear_has_no_command_that_a_shell_takes_for_more(scene: Scene, name: str) -> None:
    assert scene.commands.give("a", "gear:a", [f"{name}\tgear:a\tHelp.\t"]) == [
        f"the command {name!r} is left out: a gear names one with letters, digits, `_.:+@-`"
    ]


def test_what_says_the_same_is_not_written_again(scene: Scene) -> None:
    scene.give("a", "a x")
    scene.publish()
    before = scene.home.catalogue, read(scene.home.catalogue)
    scene.give("a", "a x")
    scene.publish()
    assert (scene.home.catalogue, read(scene.home.catalogue)) == before
    assert scene.store.steps == 1


def test_the_first_who_has_a_command_keeps_it_and_the_core_its_own(scene: Scene) -> None:
    assert scene.give("a", "x") == []
    assert scene.give("b", "x", "y", "env", "spoke greet") == [
        "the command `x` is left out: `a` has it already",
        "the command `env` is left out: `env` is axium's own",
        "the command `spoke greet` is left out: `spoke` is axium's own",
    ]
    scene.commands.take("a")
    assert scene.give("b", "x", "y") == []


@pytest.mark.parametrize(
    "record",
    [
        "x",
        "x\tspoke:other\tHelp.\t",
        "x\nenv\tspoke:a\tHelp.\t",
        "x\tspoke:a\tHelp.\t\0",
        "\tspoke:a\tHelp.\t",
        "x  y\tspoke:a\tHelp.\t",
        "x\tspoke:a\tHelp.\t\t",
        "-x\tspoke:a\tHelp.\t",
    ],
)
def test_a_record_that_is_none_is_refused(scene: Scene, record: str) -> None:
    assert scene.commands.give("a", "spoke:a", [record]) == [
        f"what is reported as a command is none: {record[:80]!r}"
    ]
    scene.publish()
    assert scene.written() == []


def test_what_plugins_that_are_gone_left_in_the_catalogue_goes(
    scene: Scene, scratch: Scratch
) -> None:
    scene.give("a", "a x")
    scene.publish()
    with ThreadPoolExecutor(1) as writer:
        later = Scene(scratch, writer)
        later.publish()
        assert later.written() == []
