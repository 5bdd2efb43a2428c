"""What a command becomes, and where each part of it came from."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from axium.model.configuration import Configuration
from axium.model.marks import Mark
from axium.model.resolver import Decision, Part, resolve
from axium.model.rules import Form, RuleBook
from axium.model.templates import Unresolvable
from tests.model.making import (
    RULE,
    VALUE,
    append,
    argv,
    configuration,
    decide,
    env_vars,
    environment,
    environment_of,
    prefix,
    prepend,
    rule,
    variables,
    wrapper,
)

PROD = environment(prefix="wrapx exec prod --", profile="p1", empty="")
TYPED = Part("aws", None, "the command as it was typed")


def test_a_command_without_rules_is_as_it_was_typed() -> None:
    assert decide(command="aws", env=PROD) == Decision("aws", "prod", "go", before=(TYPED,))


def test_every_part_of_a_decision_says_where_it_was_written() -> None:
    made = decide(prefix("A=1 wrapx ${env.profile}"), append("--x"), env_vars(B="2"), env=PROD)
    assert made == Decision(
        "aws",
        "prod",
        "go",
        before=(
            Part("wrapx", RULE, "prefix"),
            Part("p1", VALUE, "`profile` of environment `prod`"),
            TYPED,
        ),
        after=(Part("--x", RULE, "argument"),),
        set=(("A", Part("1", RULE, "prefix")), ("B", Part("2", RULE, "env_vars"))),
        where=RULE,
    )


@pytest.mark.parametrize(
    ("forms", "expected"),
    [
        ([prefix("${env.prefix}")], ["wrapx", "exec", "prod", "--", "aws", "..."]),
        ([prefix("a 'b c' \"d\"")], ["a", "b c", "d", "aws", "..."]),
        ([prefix("a${env.profile}z")], ["ap1z", "aws", "..."]),
        ([prefix("${env.empty}")], ["aws", "..."]),
        ([prefix("")], ["aws", "..."]),
        ([prefix("X=1")], ["aws", "..."]),
        ([prefix("aws --profile x")], ["aws", "--profile", "x", "..."]),
        ([prefix("'A=1' x")], ["A=1", "x", "aws", "..."]),
        (
            [prefix("~/bin/x ~ '~' a~ ~b")],
            ["/home/ann/bin/x", "/home/ann", "~", "a~", "~b", "aws", "..."],
        ),
        ([wrapper("wrapx aws")], ["wrapx", "aws", "..."]),
        ([wrapper("${env.empty}")], ["aws", "..."]),
        ([wrapper("axium run aws")], ["aws", "..."]),
        ([prefix("ax run")], ["aws", "..."]),
        ([wrapper("axium run other")], ["axium", "run", "other", "..."]),
        ([prepend("--a", "${env.empty}", "b c")], ["aws", "--a", "", "b c", "..."]),
        ([append("--a $$x")], ["aws", "...", "--a $x"]),
        (
            [append("z"), prefix("x"), prepend("y"), prepend("~/q")],
            ["x", "aws", "y", "/home/ann/q", "...", "z"],
        ),
        ([wrapper("x"), prepend("y")], ["x", "y", "..."]),
    ],
)
def test_rules_compose_to_one_argv(forms: list[Form], expected: list[str]) -> None:
    assert argv(decide(*forms, env=PROD)) == expected


@pytest.mark.parametrize(
    ("forms", "expected"),
    [
        ([prefix("A=1 B='x y' C= D=a=b")], {"A": "1", "B": "x y", "C": "", "D": "a=b"}),
        ([prefix("F=~/x G='~/x' wrapx H=1")], {"F": "/home/ann/x", "G": "~/x"}),
        (
            [env_vars(P="${env.profile}", H="~/x", V="$$A")],
            {"P": "p1", "H": "/home/ann/x", "V": "$A"},
        ),
        ([env_vars(P="1"), env_vars(P="2")], {"P": "2"}),
    ],
)
def test_rules_set_variables_of_the_child(forms: list[Form], expected: dict[str, str]) -> None:
    assert variables(decide(*forms, env=PROD)) == expected


def test_a_tilde_that_a_process_variable_says_is_no_home() -> None:
    made = decide(prefix("$P A=1"), env=PROD, variables={"P": "~/x"})
    assert argv(made) == ["~/x", "A=1", "aws", "..."]


@pytest.mark.parametrize(
    ("form", "cleared"),
    [
        (prefix("${env.prefix}"), ["KEY"]),
        (prefix("X=1"), ["KEY"]),
        (prefix("${env.empty}"), []),
        (env_vars(KEY="1"), []),
        (append("x"), ["KEY"]),
    ],
)
def test_a_rule_takes_variables_away_only_where_it_says_something(
    form: Form, cleared: list[str]
) -> None:
    made = resolve(configuration(rule("aws", form, unset=("KEY",))), "aws", env=PROD, home="/h")
    assert [name for name, _ in made.unset] == cleared


def test_an_environment_takes_its_variables_from_every_wrapped_command() -> None:
    env = environment(unset=("TOKEN",), empty="")
    made = decide(prefix("${env.empty}"), env=env)
    why = "`unset` of environment `prod`"
    assert made.unset == (("TOKEN", Part("TOKEN", VALUE, why)),)


@pytest.mark.parametrize(
    ("form", "needs"),
    [
        (prefix("$A ${B} $A ${env.profile}"), ("A", "B")),
        (append("{{pane}}"), ()),
        (env_vars(X="${Y}"), ("Y",)),
    ],
)
def test_what_depends_on_one_process_or_pane_is_asked_for(
    form: Form, needs: tuple[str, ...]
) -> None:
    made = decide(form, env=PROD)
    assert made == Decision("aws", "prod", "ask", where=RULE, needs=needs)


def test_with_variables_given_the_verdict_is_go() -> None:
    made = decide(prefix("$A {{pane}}"), env=PROD, pane="%3", variables={"A": "x 'y z'"})
    assert (made.verdict, made.needs, argv(made)) == ("go", (), ["x", "y z", "%3", "aws", "..."])


@pytest.mark.parametrize(
    ("form", "message", "hint"),
    [
        (
            prefix("wrapx ${env.quote}"),
            (
                "prefixes.yaml:3:13: the prefix of `aws` can't be cut into words:"
                " a quote `'` is never closed"
            ),
            "filled in were `quote` of environment `prod`",
        ),
        (
            prefix("${env.builtin} x"),
            "prefixes.yaml:3:13: the rule for `aws` begins with `cd`, which only a shell can run",
            "begin with a program; nothing here is run by a shell",
        ),
        (
            prefix("'' x"),
            "prefixes.yaml:3:13: the rule for `aws` names a program that is empty: `'' x`",
            None,
        ),
        (
            prefix("AXIUM_ENV=x y"),
            (
                "prefixes.yaml:3:13: `AXIUM_ENV` is reserved:"
                " variables that begin with `AXIUM_` belong to axium"
            ),
            None,
        ),
    ],
)
def test_what_must_not_run_says_why(form: Form, message: str, hint: str | None) -> None:
    env = environment(quote="it's", builtin="cd")
    with pytest.raises(Unresolvable) as caught:
        decide(form, env=env)
    assert (str(caught.value), caught.value.hint) == (message, hint)


def test_programs_that_a_shell_has_built_in_too_may_begin_a_prefix() -> None:
    assert argv(decide(prefix("time env nice"), env=PROD)) == ["time", "env", "nice", "aws", "..."]


def test_fallback_holds_only_where_a_program_stands_before_the_command() -> None:
    def fallback(text: str) -> str | None:
        made = rule("aws", prefix(text))
        made = type(made)(made.command, made.where, made.owner, made.form, fallback="plain")
        return resolve(configuration(made), "aws", env=PROD, home="/h").fallback

    assert (fallback("wrapx"), fallback("${env.empty}")) == ("plain", None)


def test_a_registered_rule_is_resolved_like_one_of_the_file() -> None:
    book = RuleBook().with_rule(rule("aws", wrapper("creds {{env}}"), owner="creds"))
    made = resolve(Configuration(rules=book), "aws", env=PROD, home="/h")
    assert argv(made) == ["creds", "prod", "..."]


@given(st.text(alphabet=st.characters(exclude_characters="\0", exclude_categories=["Cs"])))
def test_any_value_arrives_whole_as_an_argument_or_variable(value: str) -> None:
    env = environment(v=value)
    made = decide(append("${env.v}"), env_vars(V="x${env.v}"), env=env)
    expected = "/home/ann" + value[1:] if value == "~" or value.startswith("~/") else value
    assert (argv(made)[-1], variables(made)) == (expected, {"V": "x" + value})


@given(st.text(max_size=30, alphabet="ab/-. \t\näß$()*"))
def test_a_word_of_a_prefix_is_traced_to_the_value_that_it_came_from(value: str) -> None:
    made = decide(prefix("first ${env.v} last"), env=environment(v=value))
    places = [part.where for part in made.before]
    assert places == [RULE, *[VALUE] * (len(places) - 3), RULE, None]


def test_the_place_of_a_decision_is_that_of_the_rule_that_names_the_program() -> None:
    elsewhere = Mark("prefixes.yaml", 9, 5)
    first = rule("aws", append("x"))
    first = type(first)("aws", elsewhere, "user", first.form)
    config = configuration(first, rule("aws", prefix("wrapx")))
    assert resolve(config, "aws", env=None, home="/h").where == RULE


@pytest.mark.parametrize("key", ["token", "db.password", "API_KEY"])
def test_a_secret_is_not_published(key: str) -> None:
    env = environment_of({key: "s3cret"})
    published = decide(prefix(f"wrapx --as ${{env.{key}}}"), env=env)
    asked = decide(prefix(f"wrapx --as ${{env.{key}}}"), env=env, variables={})
    assert (published.verdict, published.before, argv(asked)[:3]) == (
        "ask",
        (),
        ["wrapx", "--as", "s3cret"],
    )
