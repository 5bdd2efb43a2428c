"""`permissions.yaml` before somebody edits it: the place of one spoke, made where there is none."""

import json

from axium.config.document import entries_of
from axium.config.findings import Findings
from axium.config.nodes import parse as parse_yaml
from axium.config.permissions import NAME, parse
from axium.config.scalars import is_null
from axium.model.permissions import FIELDS, Permissions

HEAD = """\
# What spokes may do, by their names: `true` and `false` replace what a manifest asks for,
# a list adds to it, and an entry "!x" takes x away. `axium perms show NAME` shows the outcome.
"""


def line_of(text: str, name: str) -> int | None:
    """The line of a spoke's entry; None where there is none, or where the text is no YAML."""
    root = parse_yaml(text, NAME, Findings())
    entry = None if root is None else entries_of(root).get(name)
    return None if entry is None else entry.key.where.line


def with_entry(text: str, name: str, asked: Permissions) -> str:
    """The text with an entry for a spoke at its end, which says as yet nothing.

    As it was where it has one, or where it would have a fault with one.
    """
    if line_of(text, name) is not None:
        return text
    lead = HEAD if not text else text if text.endswith("\n") else text + "\n"
    more = lead + _entry(name, asked)
    findings = Findings()
    parse(more, findings)
    return text if findings.has_errors else more


def _entry(name: str, asked: Permissions) -> str:
    """An entry with what the manifest asks for beside it."""
    key = json.dumps(name) if is_null(name) else name
    said = [(field, value) for field in FIELDS if (value := getattr(asked, field)) is not None]
    rows = [f"  #   {field}: {json.dumps(value, ensure_ascii=False)}" for field, value in said]
    head = "  # its manifest asks for:" if rows else "  # its manifest asks for nothing"
    return "\n".join([f"{key}:", head, *rows, ""])
