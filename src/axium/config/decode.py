"""Nodes of YAML made into the types of `shapes`, with every fault told and none the last."""

from collections.abc import Callable, Iterable
from functools import cache
from typing import Any, TypeVar, cast

from msgspec import Struct, inspect

from axium.config.entries import Entry, entries
from axium.config.findings import Findings
from axium.config.nodes import Mapping, Node, Scalar, Sequence
from axium.model.marks import Mark
from axium.model.names import text_fault
from axium.model.suggest import did_you_mean, nearest

S = TypeVar("S", bound=Struct)


class Text(str):
    """A string of a file that knows where it was written; `str(text)` is the bare string."""

    __slots__ = ("where",)
    where: Mark


class _Bad:
    """Stands for a value whose fault was told already."""


_BAD = _Bad()


def decode(node: Node, shape: type[S], findings: Findings) -> S | None:
    """The `shape` that `node` is; None if its top has a fault.

    Strings are `Text`, and what the shape leaves open (`Any`) stays a node. A
    part with a fault is left out, so that the rest can be looked at.
    """
    made = _value(node, _type_of(shape), "", findings)
    return None if isinstance(made, _Bad) else cast(S, made)


def decode_each(node: Node, shape: type[S], findings: Findings) -> dict[str, S]:
    """The `shape` that each entry of the mapping `node` is, by its name; without those at fault."""
    found = _entries(node, "", findings) or {}
    made = {
        _text(name, entry.key.where): _value(entry.value, _type_of(shape), name, findings)
        for name, entry in found.items()
    }
    return {name: value for name, value in made.items() if not isinstance(value, _Bad)}


def mark_of(text: str) -> Mark:
    """Where a decoded string was written."""
    assert isinstance(text, Text), "a default has no place in a file"
    return text.where


@cache
def _type_of(shape: type[Struct]) -> inspect.Type:
    return inspect.type_info(shape)


def _value(node: Node, type_: inspect.Type, path: str, findings: Findings) -> Any:
    match type_:
        case inspect.Metadata(type=inner):
            return _value(node, inner, path, findings)
        case inspect.AnyType():
            return node
        case inspect.UnionType(types=types):
            inner_types = [t for t in types if not isinstance(t, inspect.NoneType)]
            is_text = isinstance(inner_types[0], inspect.StrType)
            if isinstance(node, Scalar) and node.is_null and not is_text:
                return None
            return _choice(node, inner_types, path, findings)
        case inspect.StructType():
            return _struct(node, type_, path, findings)
        case inspect.DictType():
            return _dict(node, type_, path, findings)
        case inspect.ListType():
            return _list(node, type_, path, findings)
        case _:
            return _scalar(node, type_, path, findings)


def _choice(node: Node, types: list[inspect.Type], path: str, findings: Findings) -> Any:
    """What stands there of a choice, which is one between a single value and a list."""
    is_list = isinstance(node, Sequence)
    chosen = next((t for t in types if isinstance(t, inspect.ListType) == is_list), types[0])
    if is_list or len(types) == 1:
        return _value(node, chosen, path, findings)
    expected, fits, _hint = _expectation(chosen, node)
    if isinstance(node, Scalar) and fits(node.value):
        return node.value
    hint = f"a list is written `[{node.text}]`" if isinstance(node, Scalar) else None
    message = f"{_named(path)}must be {expected} or a list, found {found_text(node)}"
    findings.error(node.where, message, hint)
    return _BAD


def _struct(node: Node, type_: inspect.StructType, path: str, findings: Findings) -> Any:
    found = _entries(node, path, findings)
    if found is None:
        return _BAD
    known = {field.encode_name: field for field in type_.fields}
    for name in [name for name in found if name not in known]:
        _unknown_key(found[name], known, path, findings)
    values: dict[str, Any] = {}
    for name, field in known.items():
        if name in found:
            made = _value(found[name].value, field.type, _join(path, name), findings)
            values |= {} if isinstance(made, _Bad) else {field.name: made}
        elif field.required:
            findings.error(node.where, f"{_named(path)}has no `{name}`", f"add `{name}:`")
    if any(field.required and field.name not in values for field in type_.fields):
        return _BAD
    return type_.cls(**values)


def _unknown_key(entry: Entry, known: dict[str, Any], path: str, findings: Findings) -> None:
    close = nearest(entry.key.text, known, 1)
    hint = f"did you mean `{close[0]}`?" if close else "known are " + _listed(known)
    place = f" in `{path}`" if path else ""
    findings.warning(entry.key.where, f"unknown key `{entry.key.text}`{place}", hint)


def _dict(node: Node, type_: inspect.DictType, path: str, findings: Findings) -> Any:
    found = _entries(node, path, findings)
    if found is None:
        return _BAD
    made = {}
    for name, entry in found.items():
        value = _value(entry.value, type_.value_type, _join(path, name), findings)
        if not isinstance(value, _Bad):
            made[_text(name, entry.key.where)] = value
    return made


def _entries(node: Node, path: str, findings: Findings) -> dict[str, Entry] | None:
    if isinstance(node, Mapping):
        return entries(node, findings)
    if isinstance(node, Scalar) and node.is_null:
        return {}
    findings.error(node.where, f"{_named(path)}must be a mapping, found {found_text(node)}")
    return None


def _list(node: Node, type_: inspect.ListType, path: str, findings: Findings) -> Any:
    if isinstance(node, Scalar) and node.is_null:
        return []
    if not isinstance(node, Sequence):
        findings.error(node.where, f"{_named(path)}must be a list, found {found_text(node)}")
        return _BAD
    made = [
        _value(item, type_.item_type, f"{path}[{n}]", findings) for n, item in enumerate(node.items)
    ]
    return [value for value in made if not isinstance(value, _Bad)]


def _scalar(node: Node, type_: inspect.Type, path: str, findings: Findings) -> Any:
    if isinstance(type_, inspect.StrType) and isinstance(node, Scalar):
        return _string(node, path, findings)
    expected, fits, hint = _expectation(type_, node)
    if isinstance(node, Scalar) and fits(node.value):
        return node.value
    findings.error(node.where, f"{_named(path)}must be {expected}, found {found_text(node)}", hint)
    return _BAD


def _string(node: Scalar, path: str, findings: Findings) -> Any:
    text = "" if node.is_null else node.text
    if fault := text_fault(text):
        findings.error(node.where, f"{_named(path)}{fault}")
        return _BAD
    return _text(text, node.where)


def _expectation(
    type_: inspect.Type, node: Node
) -> tuple[str, Callable[[object], bool], str | None]:
    """What is expected, in words, the test whether a value is that, and a hint."""
    match type_:
        case inspect.LiteralType(values=values):
            names = [str(value) for value in values]
            choice = ("one of " if len(names) > 1 else "") + _listed(names)
            hint = did_you_mean(node.text, names) if isinstance(node, Scalar) else None
            return choice, lambda value: value in values, hint
        case inspect.BoolType():
            return "`true` or `false`", lambda value: isinstance(value, bool), None
        case inspect.IntType(ge=int(low), le=int(high)):
            bounds = range(low, high + 1)
            return (
                f"a whole number from {low} to {high}",
                lambda value: type(value) is int and value in bounds,
                None,
            )
        case inspect.StrType():
            return "a text", lambda value: isinstance(value, str), None
    raise TypeError(f"a shape uses {type_!r}, which no file may hold")


def found_text(node: Node) -> str:
    """What stands at a node, for a message."""
    if isinstance(node, Sequence):
        return "a list"
    if isinstance(node, Mapping):
        return "a mapping"
    if node.is_null:
        return "nothing"
    return f"`{node.text if len(node.text) <= 60 else node.text[:57] + '...'}`"


def _text(text: str, where: Mark) -> Text:
    made = Text(text)
    made.where = where
    return made


def _named(path: str) -> str:
    return f"`{path}` " if path else "the file "


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)
