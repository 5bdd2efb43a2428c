"""Holes are filled with what is known, and never with a guess."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from axium.model.templates import Scope, Template, Unresolvable
from tests.model.making import RULE, environment, environment_of, template

PROD = environment(prefix="wrapx exec prod --", version="1.10", empty="", home="~/x", odd="$HOME")
SCOPE = Scope(PROD, "%7", {"USER": "ann", "EMPTY": ""}, "/home/ann")


def expand(text: str, scope: Scope = SCOPE) -> str:
    return template(text).expand(scope)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain", "plain"),
        ("", ""),
        ("${env.prefix} x", "wrapx exec prod -- x"),
        ("v${env.version}", "v1.10"),
        ("${env.empty}", ""),
        ("${env.name}", "prod"),
        ("$USER-${USER}x", "ann-annx"),
        ("$EMPTY", ""),
        ("~/bin ~/x", "/home/ann/bin ~/x"),
        ("~", "/home/ann"),
        ("~ann/x", "~ann/x"),
        ("a~", "a~"),
        ("${env.home}", "/home/ann/x"),
        ("a${env.home}", "a~/x"),
        ("${env.odd}", "$HOME"),
        ("{{env}}:{{ pane }}", "prod:%7"),
        ("{{.Names}} $(id) `id` $1 $", "{{.Names}} $(id) `id` $1 $"),
        ("$$HOME $$$USER", "$HOME $ann"),
    ],
)
def test_each_hole_is_filled(text: str, expected: str) -> None:
    assert expand(text) == expected


def test_a_nested_property_is_reached_by_its_dotted_path() -> None:
    env = environment_of({"aws.account.id": "0123"})
    assert expand("${env.aws.account.id}", SCOPE._replace(env=env)) == "0123"


def test_what_was_filled_in_is_not_looked_at_again() -> None:
    env = environment(a="${env.b} $USER {{pane}} ~")
    assert expand("${env.a}", SCOPE._replace(env=env)) == "${env.b} $USER {{pane}} ~"


@pytest.mark.parametrize("text", ["${", "${}", "${env.}", "${a-b}", "${VAR:-x}", "${env.a b}"])
def test_what_opens_like_a_hole_but_is_none_is_an_error_that_shows_it(text: str) -> None:
    with pytest.raises(ValueError, match=r"is neither `\$\{env\.key\}` nor `\$\{VARIABLE\}`"):
        Template.parse(text, RULE)


@pytest.mark.parametrize(
    ("text", "scope", "message", "hint"),
    [
        (
            "${env.prefixx}",
            SCOPE,
            (
                "prefixes.yaml:3:13: environment `prod` (envs.yaml:2:3) has no `prefixx`,"
                " which `${env.prefixx}` asks for"
            ),
            "did you mean `prefix`?",
        ),
        (
            "${env.region_of_it}",
            SCOPE,
            (
                "prefixes.yaml:3:13: environment `prod` (envs.yaml:2:3) has no `region_of_it`,"
                " which `${env.region_of_it}` asks for"
            ),
            "add `region_of_it` to `prod`",
        ),
        (
            "${env.prefix}",
            SCOPE._replace(env=None),
            "prefixes.yaml:3:13: `${env.prefix}` has no value: no environment is set",
            "choose one with `axium env set NAME`",
        ),
        (
            "$NOT_THERE",
            SCOPE,
            "prefixes.yaml:3:13: the variable `$NOT_THERE` is not set",
            "export `NOT_THERE`, or put the value into the environment as `${env.key}`",
        ),
        (
            "$NUL",
            SCOPE._replace(variables={"NUL": "a\0b"}),
            (
                "prefixes.yaml:3:13: the variable `$NUL` contains U+0000,"
                " which can't be handed to a program"
            ),
            None,
        ),
        (
            "{{pane}}",
            SCOPE._replace(pane=None),
            "prefixes.yaml:3:13: `{{pane}}` has no value outside tmux",
            None,
        ),
        (
            "{{env}}",
            SCOPE._replace(env=None),
            "prefixes.yaml:3:13: `{{env}}` has no value: no environment is set",
            "choose one with `axium env set NAME`",
        ),
    ],
)
def test_a_hole_that_can_not_be_filled_says_what_where_and_what_to_do(
    text: str, scope: Scope, message: str, hint: str | None
) -> None:
    with pytest.raises(Unresolvable) as caught:
        expand(text, scope)
    assert (str(caught.value), caught.value.hint) == (message, hint)


@pytest.mark.parametrize(
    ("value", "shape"), [({"b": {"c": "1"}}, "mapping"), (["1"], "list"), ({}, "mapping")]
)
def test_a_mapping_or_list_where_one_value_is_needed_is_named(value: object, shape: str) -> None:
    env = environment()
    env.properties["a"] = value
    env = type(env)("prod", env.where, env.properties, {}, {"a": RULE})
    with pytest.raises(Unresolvable, match=f"`a` of environment `prod`.* is a {shape}"):
        expand("${env.a}", SCOPE._replace(env=env))


def test_a_template_tells_what_has_to_be_known() -> None:
    asked = template("$A ${B} $A ${env.c} {{pane}}")
    assert (asked.variables(), asked.needs_pane(), asked.needs_env()) == (("A", "B"), True, True)


@given(st.text(max_size=40))
def test_text_in_which_each_dollar_is_doubled_stands_as_it_is(text: str) -> None:
    written = text.replace("$", "$$").replace("{{", "{ {").replace("~", "-")
    assert expand(written) == text.replace("{{", "{ {").replace("~", "-")


@given(st.text(max_size=40))
def test_text_that_opens_no_hole_is_a_template(text: str) -> None:
    assert template(text.replace("${", "$ {")).text == text.replace("${", "$ {")
