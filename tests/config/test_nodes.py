"""Nodes know where they were written, with libyaml and without it."""

from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from axium.config.findings import Findings
from axium.config.nodes import Mapping, Node, Scalar, Sequence, parse
from axium.config.source import mark_at

LOADERS = [loader for loader in (getattr(yaml, "CSafeLoader", None), yaml.SafeLoader) if loader]
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


def tree(text: str, loader: type[Any] = LOADERS[0]) -> Node:
    findings = Findings()
    node = parse(text, "envs.yaml", findings, loader)
    assert findings.faults == ()
    assert node is not None
    return node


def scalars(node: Node) -> list[Scalar]:
    if isinstance(node, Scalar):
        return [node]
    below = node.items if isinstance(node, Sequence) else [n for pair in node.pairs for n in pair]
    return [scalar for child in below for scalar in scalars(child)]


@given(VALUES, st.booleans(), st.sampled_from(LOADERS))
def test_each_scalar_stands_where_its_mark_says(
    value: Any,
    flow: bool,  # noqa: FBT001 - drawn by hypothesis
    loader: type[Any],
) -> None:
    text = yaml.safe_dump(value, default_flow_style=flow, allow_unicode=True, width=30)
    for scalar in scalars(tree(text, loader)):
        written = text[scalar.start : scalar.end]
        assert mark_at(text, scalar.start, "envs.yaml") == scalar.where
        assert yaml.safe_load(written + "\n") == yaml.safe_load(written)
        if scalar.tag is None:
            assert " ".join(written.split()) == " ".join(scalar.text.split())


@given(VALUES, st.booleans())
def test_all_parsers_see_the_same_tree(value: Any, flow: bool) -> None:  # noqa: FBT001 - drawn by hypothesis
    text = yaml.safe_dump(value, default_flow_style=flow, allow_unicode=True)
    shapes = [_shape(tree(text, loader)) for loader in LOADERS]
    assert all(shape == shapes[0] for shape in shapes)


@given(st.text(max_size=60) | st.text(alphabet="a:-[]{},&*!|>'\"#%@? \n\t1~<", max_size=40))
def test_any_text_is_a_tree_or_a_fault_with_a_place(text: str) -> None:
    findings = Findings()
    node = parse(text, "envs.yaml", findings)
    assert (node is None) <= findings.has_errors
    assert all(fault.where.line >= 1 and fault.where.column >= 1 for fault in findings.faults)


def test_an_empty_text_is_nothing() -> None:
    node = tree("# only a comment\n")
    assert isinstance(node, Scalar)
    assert node.is_null


def test_an_alias_is_the_node_of_its_anchor() -> None:
    node = tree("a: &x {b: 1}\nc: *x\n")
    assert isinstance(node, Mapping)
    assert node.pairs[0][1] is node.pairs[1][1]


@pytest.mark.parametrize("loader", LOADERS)
def test_deep_nesting_is_refused_without_recursion(loader: type[Any]) -> None:
    findings = Findings()
    assert parse("[" * 100_000, "envs.yaml", findings, loader) is None
    assert [str(fault) for fault in findings.faults] == [
        "envs.yaml:1:65: is nested deeper than 64 levels"
    ]


def test_depth_counts_through_aliases() -> None:
    findings = Findings()
    lines = ["a0: &a0 [1]", *(f"a{n}: &a{n} [*a{n - 1}]" for n in range(1, 70))]
    assert parse("\n".join(lines), "envs.yaml", findings) is None
    assert [fault.message for fault in findings.faults] == ["is nested deeper than 64 levels"]


def _shape(node: Node) -> object:
    if isinstance(node, Scalar):
        return (node.where, node.text, node.tag, node.start, node.end)
    if isinstance(node, Sequence):
        return (node.where, [_shape(item) for item in node.items])
    return (node.where, [(_shape(key), _shape(value)) for key, value in node.pairs])
