"""The override of a gear before somebody edits it: what the manifest asks for, as comments."""

import json

from axium.config.findings import Findings
from axium.config.permissions import Override, override_name, parse_override
from axium.model.permissions import FIELDS, Permissions

HEAD = """\
# What {name} may do, by your word: `true` and `false` replace what its manifest asks for, a list
# adds to it, and an entry "!x" takes x away. `axium gear perms-show {name}` shows the outcome.
# sandbox: permissive   has it started also where this machine can't hold it to that.
"""


def beginning(name: str, asked: Permissions) -> str:
    """The text that an override of `name` begins with; it says as yet nothing."""
    said = [(field, value) for field in FIELDS if (value := getattr(asked, field)) is not None]
    rows = [f"#   {field}: {json.dumps(value)}\n" for field, value in said]
    head = HEAD.format(name=name)
    text = head + ("# Its manifest asks for:\n" if rows else "") + "".join(rows)
    findings = Findings()
    is_empty = parse_override(text, override_name(name), findings) == Override(Permissions())
    return text if is_empty and not findings.faults else head
