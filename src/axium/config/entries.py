"""The entries of a YAML mapping by name, with merge keys laid under them."""

from typing import NamedTuple

from axium.config.findings import Findings
from axium.config.nodes import Mapping, Node, Scalar, Sequence
from axium.model.names import text_fault


class Entry(NamedTuple):
    """A key as it was written, and its value."""

    key: Scalar
    value: Node


def entries(node: Mapping, findings: Findings) -> dict[str, Entry]:
    """The entries in order; a key that is no single value, or there twice, is an error."""
    own: dict[str, Entry] = {}
    merged: dict[str, Entry] = {}
    for key, value in node.pairs:
        if not isinstance(key, Scalar):
            findings.error(key.where, "a key must be a single value, found a list or mapping")
        elif key.text == "<<" and key.tag is None:
            _merge(value, merged, findings)
        elif key.is_null:
            findings.error(key.where, "a key must have a name, found nothing")
        elif fault := text_fault(key.text):
            findings.error(key.where, f"a key {fault}")
        elif key.text in own:
            first = own[key.text].key.where
            message = f"the key `{key.text}` is there twice, first at {first}"
            findings.error(key.where, message, "take one of them away")
        else:
            own[key.text] = Entry(key, value)
    return own | {name: entry for name, entry in merged.items() if name not in own}


def _merge(value: Node, merged: dict[str, Entry], findings: Findings) -> None:
    """Add the entries of what `<<` names; of several the first that has a key gives it."""
    for source in value.items if isinstance(value, Sequence) else [value]:
        if not isinstance(source, Mapping):
            message = "`<<` takes a mapping or a list of mappings to be merged"
            findings.error(source.where, message)
            continue
        for name, entry in entries(source, findings).items():
            merged.setdefault(name, entry)
