"""A plugin's configuration: laying one content over another, sections, holes, dotted paths."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from axium.model.environments import Environment
from axium.model.marks import Fault, Mark
from axium.model.plugin_config import (
    Content,
    Holed,
    Made,
    MissingKey,
    Part,
    made,
    merged,
    of_environment,
    value_at,
)
from axium.model.secrets import REDACTED, redacted
from axium.model.templates import Scope

HERE = Mark("spokes/aws/aws.yaml", 1, 1)
ENVS = ("dev", "prod")

LEAVES = st.none() | st.booleans() | st.integers() | st.text(max_size=3)
KEYS = st.sampled_from(["a", "b", "c", "default", "dev"])
CONTENTS = st.recursive(
    LEAVES | st.lists(LEAVES, max_size=2), lambda inner: st.dictionaries(KEYS, inner, max_size=3)
)
MAPPINGS = st.dictionaries(KEYS, CONTENTS, max_size=4)


def paths(value: Any, so_far: tuple[str, ...] = ()) -> dict[tuple[str, ...], Any]:
    """Everything that is no mapping with something in it, by the keys that lead there."""
    if not isinstance(value, dict) or not value:
        return {so_far: value}
    found: dict[tuple[str, ...], Any] = {}
    for key, each in value.items():
        found |= paths(each, (*so_far, key))
    return found


@given(MAPPINGS, MAPPINGS)
def test_whatever_the_override_says_holds(base: Content, over: Content) -> None:
    whole = merged(base, over)
    for path, said in paths(over).items():
        value: Any = whole
        for key in path:
            value = value[key]
        assert value == said or said == {}


@given(MAPPINGS, MAPPINGS)
def test_whatever_the_override_does_not_touch_stays(base: Content, over: Content) -> None:
    whole, touched = paths(merged(base, over)), paths(over)
    for path, said in paths(base).items():
        if not any(path[: len(other)] == other or other[: len(path)] == path for other in touched):
            assert whole[path] == said


@given(MAPPINGS, MAPPINGS)
def test_laying_the_same_over_again_changes_nothing(base: Content, over: Content) -> None:
    assert merged(merged(base, over), over) == merged(base, over)
    assert merged(base, {}) == base == merged({}, base)


@given(MAPPINGS, MAPPINGS)
def test_neither_side_is_changed(base: Content, over: Content) -> None:
    before = (repr(base), repr(over))
    merged(base, over)
    assert (repr(base), repr(over)) == before


def test_mappings_merge_deeply_and_scalars_and_lists_replace() -> None:
    base = {"db": {"host": "a", "port": 1, "tags": ["x", "y"]}, "on": True, "list": [1, 2]}
    over: Content = {"db": {"port": 2, "tags": ["z"]}, "on": None, "list": [], "new": {"a": 1}}
    assert merged(base, over) == {
        "db": {"host": "a", "port": 2, "tags": ["z"]},
        "on": None,
        "list": [],
        "new": {"a": 1},
    }


def test_a_mapping_replaces_what_is_none_and_the_other_way_round() -> None:
    assert merged({"a": 1, "b": {"c": 2}}, {"a": {"d": 3}, "b": 4}) == {"a": {"d": 3}, "b": 4}


def _env(name: str | None) -> Environment | None:
    return None if name is None else Environment(name, Mark("envs.yaml", 2, 3))


SECTIONS = {
    "default": {"timeout": 5, "db": {"host": "a", "port": 1}},
    "prod": {"timeout": 9, "db": {"port": 2}},
    "staging": {"timeout": 7},
}


@pytest.mark.parametrize(
    ("content", "env", "expected"),
    [
        (SECTIONS, "prod", {"timeout": 9, "db": {"host": "a", "port": 2}}),
        (SECTIONS, "dev", {"timeout": 5, "db": {"host": "a", "port": 1}}),
        (SECTIONS, None, {"timeout": 5, "db": {"host": "a", "port": 1}}),
        ({"default": None, "prod": {"a": 1}}, "prod", {"a": 1}),
        ({"default": None, "prod": {"a": 1}}, "dev", {}),
        ({"default": {"a": 1}, "prod": None}, "prod", {"a": 1}),
        ({"prod": {"a": 1}, "dev": {"a": 2}}, "prod", {"a": 1}),
        ({"timeout": 5, "prod": {"timeout": 9}}, "prod", {"timeout": 9}),
        ({"timeout": 5, "other": {"a": 1}, "prod": {"b": 2}}, "prod",
         {"timeout": 5, "other": {"a": 1}, "b": 2}),
        ({"timeout": 5, "prod": "text"}, "prod", {"timeout": 5, "prod": "text"}),
        ({"default": "text", "a": 1}, "prod", {"default": "text", "a": 1}),
        ({"timeout": 5}, "prod", {"timeout": 5}),
        ({}, "prod", {}),
    ],
)  # fmt: skip
def test_an_environment_starts_from_default_and_has_its_own_section_over_it(
    content: Content, env: str | None, expected: Content
) -> None:
    assert of_environment(content, _env(env), ENVS) == expected


PROD = Environment(
    "prod",
    Mark("envs.yaml", 2, 3),
    {"region": "eu"},
    {"region": "eu", "dir": "~/d"},
    {"region": Mark("envs.yaml", 3, 5), "dir": Mark("envs.yaml", 4, 5)},
)
SCOPE = Scope(PROD, None, {"USER": "ann"}, "/home/ann")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("${env.region}-$USER-${USER}", "eu-ann-ann"),
        ("~/x", "/home/ann/x"),
        ("~", "/home/ann"),
        ("~bob/x $USER", "~bob/x ann"),
        ("a~/x$USER", "a~/xann"),
        ("${env.dir}/x", "/home/ann/d/x"),
        ("x${env.dir}", "x~/d"),
        ("~/${env.dir}", "/home/ann/~/d"),
        ("$$USER costs 5$", "$USER costs 5$"),
        ("{{pane}} {{ env }} $USER", "{{pane}} {{ env }} ann"),
    ],
)
def test_holes_are_filled(text: str, expected: str) -> None:
    part = Part({"a": [{"b": Holed(text, HERE)}]}, {"a": HERE})
    assert made([part], SCOPE, ENVS) == Made({"a": [{"b": expected}]}, ())


@pytest.mark.parametrize(
    ("text", "expected", "message"),
    [
        ("$USER $NOPE", "ann $NOPE", "the variable `$NOPE` is not set"),
        ("$USER ${NOPE}", "ann ${NOPE}", "the variable `$NOPE` is not set"),
        (
            "${env.regoin}/$USER",
            "${env.regoin}/ann",
            "environment `prod` (envs.yaml:2:3) has no `regoin`, which `${env.regoin}` asks for",
        ),
        (
            "${USER:-x}",
            "${USER:-x}",
            "`${USER:-x}` is neither `${env.key}` nor `${VARIABLE}`",
        ),
    ],
)
def test_a_hole_that_nothing_fills_stays_and_is_warned_of(
    text: str, expected: str, message: str
) -> None:
    done = made([Part({"a": Holed(text, HERE)}, {"a": HERE})], SCOPE, ENVS)
    assert done.config == {"a": expected}
    assert [str(fault) for fault in done.warnings] == [
        f"{HERE}: {message}; the text stays as it is written"
    ]


def test_a_hole_in_the_section_of_another_environment_says_nothing() -> None:
    content = {"default": {"a": 1}, "dev": {"a": Holed("$NOPE", HERE)}}
    part = Part(content, {"default": HERE, "dev": HERE})
    assert made([part], SCOPE, ENVS) == Made({"a": 1}, ())


def test_what_stands_beside_the_section_default_is_warned_of() -> None:
    base = Part({"default": {"timeout": 5}}, {"default": HERE})
    over = Part({"timeout": 9}, {"timeout": Mark("overrides/aws.yaml", 2, 1)})
    assert made([base, over], SCOPE, ENVS) == Made(
        {"timeout": 5},
        (
            Fault(
                Mark("overrides/aws.yaml", 2, 1),
                "`timeout` has no effect beside the section `default`",
                "put it into `default`, or into the section of an environment",
                "warning",
            ),
        ),
    )


def test_sections_count_for_nothing_where_nobody_asks_for_an_environment() -> None:
    part = Part(SECTIONS | {"a": 1}, {"a": HERE})
    assert made([part], SCOPE, ENVS, env_aware=False) == Made(SECTIONS | {"a": 1}, ())


def test_a_dotted_path_leads_through_mappings() -> None:
    assert value_at({"a": {"b": {"c": [1]}}}, "a.b.c") == [1]


@pytest.mark.parametrize(
    ("path", "hint"),
    [
        ("a.timeuot", "did you mean `timeout`?"),
        ("a.x", "there are `timeout`, `host`"),
        ("a.timeout.x", None),
        ("", "there are `a`"),
    ],
)
def test_a_path_that_leads_nowhere_is_named(path: str, hint: str | None) -> None:
    with pytest.raises(MissingKey) as missing:
        value_at({"a": {"timeout": 5, "host": None}}, path)
    assert (str(missing.value), missing.value.hint) == (f"key '{path}' not found in config", hint)


def test_secrets_are_redacted_by_their_names_at_any_depth() -> None:
    names = "password passwd pwd secret token key api_key apikey credential cred auth authorization"
    assert redacted({name.upper(): 1 for name in names.split()}) == {
        name.upper(): REDACTED for name in names.split()
    }
    config = {"db": [{"Password": "x", "host": "h"}], "auth": {"user": "u"}, "keyboard": "k"}
    assert redacted(config) == {
        "db": [{"Password": REDACTED, "host": "h"}],
        "auth": REDACTED,
        "keyboard": "k",
    }
