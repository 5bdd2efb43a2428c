"""Whose rule holds, and which registrations are refused."""

import re
from typing import Any

import pytest

from axium.model.rules import RuleBook, RuleConflict, rule_from_wire
from axium.model.templates import Template
from tests.model.making import env_vars, prefix, rule, wrapper

FILE = RuleBook().with_user([rule("aws", prefix("x")), rule("aws", env_vars(A="1"))])
CREDS = rule("kubectl", wrapper("creds kubectl"), owner="creds")


def test_rules_of_one_file_for_one_command_stand_together_in_order() -> None:
    assert FILE.for_command("aws") == (rule("aws", prefix("x")), rule("aws", env_vars(A="1")))


def test_a_registered_rule_holds_beside_those_of_the_file() -> None:
    book = FILE.with_rule(CREDS)
    assert (book.commands(), book.for_command("kubectl")) == (("aws", "kubectl"), (CREDS,))


def test_the_first_of_two_owners_keeps_a_command() -> None:
    book = FILE.with_rule(CREDS)
    with pytest.raises(RuleConflict) as caught:
        book.with_rule(rule("kubectl", wrapper("y"), owner="other"))
    assert (caught.value.command, caught.value.owner, str(caught.value)) == (
        "kubectl",
        "creds",
        "command already registered by creds",
    )


def test_a_command_of_the_users_file_can_not_be_registered() -> None:
    with pytest.raises(RuleConflict, match="command already registered by user"):
        FILE.with_rule(rule("aws", wrapper("y"), owner="creds"))


def test_the_users_file_wins_over_what_was_registered_before_it_was_written() -> None:
    mine = rule("kubectl", prefix("mine"))
    assert FILE.with_rule(CREDS).with_user([mine]).for_command("kubectl") == (mine,)


def test_an_owner_replaces_its_own_rule_and_may_add_one_of_another_form() -> None:
    newer = rule("kubectl", prefix("newer"), owner="creds")
    more = rule("kubectl", env_vars(A="1"), owner="creds")
    book = FILE.with_rule(CREDS).with_rule(newer).with_rule(more)
    assert book.for_command("kubectl") == (newer, more)


def test_a_wrapper_that_comes_back_only_marks_the_name_as_wrapped() -> None:
    mark = rule("aws", wrapper("axium run aws"), owner="aws")
    other = rule("helm", wrapper("ax run helm"), owner="aws")
    book = FILE.with_rule(mark).with_rule(other)
    assert (book.commands(), book.for_command("helm"), book.for_command("aws")) == (
        ("aws", "helm"),
        (),
        FILE.for_command("aws"),
    )


def test_what_is_loaded_anew_leaves_registered_rules_alone() -> None:
    book = FILE.with_rule(CREDS).with_user([])
    assert (book.for_command("aws"), book.for_command("kubectl")) == ((), (CREDS,))


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"wrapper": "x ${env.a} {{pane}}"}, ["x ${env.a} {{pane}}"]),
        ({"strategy": "wrapper", "config": {"command": "x y"}}, ["x y"]),
        ({"strategy": "args_prepend", "config": {"args": ["a", "b c"]}}, ["a", "b c"]),
        ({"strategy": "args_append", "config": {"args": ["a"]}}, ["a"]),
        ({"strategy": "env_vars", "config": {"env": {"A": "1", "B": "$C"}}}, ["1", "$C"]),
    ],
)
def test_each_strategy_can_be_registered(fields: dict[str, Any], expected: list[str]) -> None:
    made = rule_from_wire("aws", owner="creds", **_fields(fields))
    texts = [template.text for template in made.templates()]
    assert (texts, str(made.where), made.owner) == (
        expected,
        "register_prefix by creds",
        "creds",
    )


@pytest.mark.parametrize(
    ("command", "fields", "message"),
    [
        ("a/b", {"wrapper": "x"}, "command: `a/b` can't be wrapped: a command is letters,"),
        ("cd", {"wrapper": "x"}, "command: `cd` can't be wrapped: it is part of the shell"),
        ("axium", {"wrapper": "x"}, "command: `axium` can't be wrapped: it is axium itself"),
        ("aws", {}, "wrapper: give either `wrapper` or `strategy` with `config`"),
        ("aws", {"wrapper": "x", "strategy": "env_vars"}, "wrapper: give either"),
        ("aws", {"wrapper": " "}, "wrapper: expected a program and its words, found nothing"),
        ("aws", {"wrapper": "x 'y"}, "wrapper: a quote `'` is never closed"),
        ("aws", {"wrapper": "x ${y"}, "wrapper: `${y` is neither"),
        ("aws", {"wrapper": "x\0"}, "wrapper: contains U+0000"),
        ("aws", {"wrapper": "x\ud800"}, "wrapper: contains U+D800"),
        ("aws", {"strategy": "magic"}, "strategy: `magic` is unknown, expected one of"),
        ("aws", {"strategy": "wrapper"}, "config.command: expected a string"),
        ("aws", {"strategy": "args_append"}, "config.args: expected a list of strings"),
        (
            "aws",
            {"strategy": "args_append", "config": {"args": ["a", 1]}},
            "config.args[1]: expected a string",
        ),
        (
            "aws",
            {"strategy": "env_vars", "config": {"env": []}},
            "config.env: expected an object of names and strings",
        ),
        (
            "aws",
            {"strategy": "env_vars", "config": {"env": {"1A": "x"}}},
            "config.env: `1A` is no name of a variable",
        ),
        (
            "aws",
            {"strategy": "env_vars", "config": {"env": {"A": None}}},
            "config.env.A: expected a string",
        ),
    ],
)
def test_a_registration_with_a_fault_names_the_field(
    command: str, fields: dict[str, Any], message: str
) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(message)}"):
        rule_from_wire(command, owner="creds", **_fields(fields))


def test_a_book_can_not_be_changed_through_what_it_gives_out() -> None:
    before = FILE.commands()
    FILE.with_user([]).with_rule(CREDS)
    assert FILE.commands() == before
    assert isinstance(FILE.for_command("aws")[0].templates()[0], Template)


def _fields(given: dict[str, Any]) -> dict[str, Any]:
    return {"wrapper": None, "strategy": None, "config": None} | given
