"""Wrapped names that lead to one another are found, each circle once."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from axium.model.circles import circle_of, circles
from axium.model.environments import Environment
from axium.model.rules import RuleBook
from tests.model.making import environment, prefix, rule, wrapper

ENVS = (environment("dev", tool="plain"), environment("prod", tool="vault", empty=""))


def found(rules: dict[str, str], *envs: Environment, wraps: bool = True) -> list[str]:
    make = wrapper if wraps else prefix
    book = RuleBook().with_user([rule(name, make(text)) for name, text in rules.items()])
    return [str(circle) for circle in circles(book, envs)]


@pytest.mark.parametrize(
    "rules",
    [
        {"aws": "vault exec aws"},
        {"aws": "vault x", "vault": "/usr/bin/aws"},
        {"aws": "aws --x", "vault": "aws"},
        {"aws": "axium run aws", "vault": "axium run aws"},
        {"aws": "axium run aws --again", "vault": "axium run"},
        {"aws": "$TOOL x", "vault": "aws"},
        {"aws": "'odd", "vault": "aws"},
    ],
)
def test_names_that_end_at_a_program_are_no_circle(rules: dict[str, str]) -> None:
    assert found(rules, *ENVS) == []


@pytest.mark.parametrize(
    ("rules", "way"),
    [
        ({"aws": "vault x", "vault": "aws"}, "`aws` to `vault` to `aws`"),
        ({"c": "a x", "a": "A=1 b", "b": "'c' y"}, "`a` to `b` to `c` to `a`"),
        ({"aws": "axium run vault x", "vault": "aws x"}, "`aws` to `vault` to `aws`"),
    ],
)
def test_a_circle_is_named_with_all_that_are_in_it(rules: dict[str, str], way: str) -> None:
    assert found(rules, *ENVS) == [f"wrapped commands lead to one another in a circle: {way}"]


def test_a_circle_that_comes_about_in_one_environment_names_it() -> None:
    rules = {"aws": "${env.tool} x", "vault": "aws y", "helm": "${env.tool} z"}
    assert found(rules, *ENVS) == [
        (
            "wrapped commands lead to one another in a circle in environment `prod`:"
            " `aws` to `vault` to `aws`"
        )
    ]


def test_a_lead_that_is_empty_leaves_the_next_word_to_name_the_program() -> None:
    rules = {"aws": "${env.empty} vault", "vault": "aws"}
    assert found(rules, ENVS[1]) == [
        (
            "wrapped commands lead to one another in a circle in environment `prod`:"
            " `aws` to `vault` to `aws`"
        )
    ]


def test_prefixes_lead_on_as_wrappers_do() -> None:
    assert len(found({"aws": "vault", "vault": "aws"}, wraps=False)) == 1


NAMES = ("a", "b", "c", "d")
WRAPPERS = st.sampled_from(("x a", "a", "b", "c y", "${env.tool}", "axium run d", "A=1 b", "plain"))


@given(st.dictionaries(st.sampled_from((*NAMES, "plain", "vault")), WRAPPERS))
def test_a_command_is_in_a_circle_where_all_circles_say_so(rules: dict[str, str]) -> None:
    book = RuleBook().with_user([rule(name, wrapper(text)) for name, text in rules.items()])
    everywhere = circles(book, ENVS)
    for name in rules:
        among = [circle for circle in everywhere if name in circle.names]
        one = circle_of(name, book, ENVS)
        assert (one in among) if among else one is None
