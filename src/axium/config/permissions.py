"""What files say of permissions: a plugin's manifest, and the user's `permissions.yaml`."""

from collections.abc import Iterable
from typing import Any, Literal

from axium.config.decode import decode_each, mark_of
from axium.config.findings import Findings
from axium.config.nodes import parse as parse_yaml
from axium.config.shapes import PermissionsEntry
from axium.model.grants import entry_fault
from axium.model.names import plugin_fault
from axium.model.permissions import FIELDS, Field, Names, Permissions

NAME = "permissions.yaml"


def parse(text: str, findings: Findings) -> dict[str, Permissions]:
    """The user's overrides by spoke; what could not be made out is left out and told."""
    root = parse_yaml(text, NAME, findings)
    entries = {} if root is None else decode_each(root, PermissionsEntry, findings)
    for name in entries:
        if fault := plugin_fault(name):
            findings.error(mark_of(name), fault)
    return {str(name): _permissions(entry, findings, "override") for name, entry in entries.items()}


def asked(
    entry: PermissionsEntry | None, kind: Literal["spokes", "gears"], findings: Findings
) -> Permissions:
    """What a manifest asks for."""
    return Permissions() if entry is None else _permissions(entry, findings, kind)


Place = Literal["spokes", "gears", "override"]
"""Where it stands: in the manifest of which kind, or in the user's file."""


def _permissions(entry: PermissionsEntry, findings: Findings, place: Place) -> Permissions:
    said: dict[str, Any] = {}
    for name in FIELDS:
        given: bool | list[str] | None = getattr(entry, name)
        if isinstance(given, list):
            said[name] = _checked(name, given, findings, place)
        else:
            said[name] = given
    return Permissions(**said)


def _checked(field: Field, given: Iterable[str], findings: Findings, place: Place) -> Names:
    for entry in given:
        if fault := _fault(field, str(entry), place):
            findings.error(mark_of(entry), f"`{field}`: {fault}")
    return tuple(dict.fromkeys(map(str, given)))


def _fault(field: Field, entry: str, place: Place) -> str | None:
    if place == "override":
        entry = entry.removeprefix("!")
    elif entry.startswith("!"):
        return f"`{entry}` takes away, which only {NAME} does"
    if field in ("fs_read", "fs_write") and entry.startswith("./") and place != "gears":
        return f"`{entry}` is in no directory: begin with `/` or `~/`"
    return entry_fault(field, entry)
