"""The registry of commands: what the catalogue has, and what is registered here."""

from __future__ import annotations

import pytest
import typer

from axium.core import registry
from axium.core.completions import generate_completion_cache, get_completions
from axium.core.registry import CommandMetadata, register_command
from axium.thin import usage
from axium.thin.paths import environ, home_of
from tests.core.conftest import Inside
from tests.support import Scratch


@pytest.fixture
def empty(inside: Inside) -> None:
    registry.clear_registry()


def test_the_commands_of_the_core_are_there(inside: Inside) -> None:
    names = registry.list_all_commands()
    assert names == sorted(names)
    assert {"env set", "run", "daemon start"} < set(names)
    [found] = [one for one in registry.get_commands_by_source("core") if one.name == "env set"]
    assert (found.category, found.group, found.callback) == ("core", "environments", None)


def test_a_command_is_registered_with_all_that_is_known_of_it(empty: None) -> None:
    register_command("deploy", "Deploy it.", "spoke:ship", "short", "long", "delivery", print)
    [found] = registry.get_all_commands()
    assert found == CommandMetadata(
        "deploy", "Deploy it.", "spoke:ship", "short", "long", "delivery", print
    )
    assert found.to_dict() == {
        "name": "deploy",
        "help": "Deploy it.",
        "source": "spoke:ship",
        "summary": "short",
        "description": "long",
        "group": "delivery",
        "category": "spoke:ship",
    }


def test_a_plugins_bare_name_is_that_of_a_spoke(empty: None) -> None:
    register_command("whoami", "Tell.", "aws")
    assert [one.name for one in registry.get_commands_by_source("aws")] == ["whoami"]
    assert registry.get_commands_by_source("spoke:aws") == registry.get_commands_by_source("aws")
    assert registry.get_commands_by_source("gear:aws") == []


def test_the_first_source_of_a_name_keeps_it(empty: None, caplog: pytest.LogCaptureFixture) -> None:
    register_command("hello", "One.", "core")
    register_command("hello", "Two.", "aws")
    register_command("hello", "Three.", "core")
    assert [(one.help, one.source) for one in registry.get_all_commands()] == [("Three.", "core")]
    assert [record.getMessage() for record in caplog.records] == [
        "the command `hello` is left out: `core` has it already"
    ]


def test_commands_are_sorted_as_asked(empty: None, scratch: Scratch) -> None:
    for name, group in (("b", "x"), ("c", "y"), ("a", "x"), ("d", None)):
        register_command(name, "", "core", group=group)
    for name in ("c", "b", "c"):
        usage.note(home_of(environ()), environ(), name)
    sorts = {kind: [one.name for one in registry.get_all_commands(kind)] for kind in registry.SORTS}
    assert sorts == {
        "alpha": ["a", "b", "c", "d"],
        "grouped": ["b", "a", "c", "d"],
        "usage": ["c", "b", "a", "d"],
    }
    with pytest.raises(ValueError, match="can't sort by `size`: one of alpha, grouped, usage"):
        registry.get_all_commands("size")


def test_a_typer_app_is_looked_through(empty: None) -> None:
    app, sub = typer.Typer(), typer.Typer()
    app.add_typer(sub, name="db")

    @app.command()
    def deploy(target: str) -> None:
        """Deploy it.

        All of it.
        """

    @sub.command("dump")
    def dump() -> None:
        """Dump it."""

    @sub.command(hidden=True)
    def secret() -> None: ...

    registry.introspect_typer_app(app, "spoke:ship", prefix="ship")
    rows = [
        (one.name, one.help, one.source, one.group, one.callback is not None)
        for one in registry.get_all_commands()
    ]
    assert rows == [
        ("ship db dump", "Dump it.", "spoke:ship", "db", True),
        ("ship deploy", "Deploy it.", "spoke:ship", None, True),
    ]


def test_an_app_of_one_command_is_that_command(empty: None) -> None:
    app = typer.Typer()

    @app.command()
    def only() -> None:
        """Be alone."""

    registry.introspect_typer_app(app)
    assert [(one.name, one.source) for one in registry.get_all_commands()] == [("only", "core")]


def test_completions_are_those_of_the_catalogue(inside: Inside, scratch: Scratch) -> None:
    assert generate_completion_cache() is True
    assert get_completions("ENV S") == ["env set", "env show"]
    assert (scratch.home / "completions.json").exists()
