"""What files say of permissions: a plugin's manifest, and the user's `permissions.yaml`."""

import os
from collections.abc import Iterable
from typing import Any, Literal

from axium.config.decode import decode, decode_each, mark_of
from axium.config.findings import Findings
from axium.config.nodes import parse as parse_yaml
from axium.config.shapes import PermissionsEntry
from axium.config.source import Unreadable, read_text
from axium.model.grantable import entry_fault
from axium.model.manifests import Kind
from axium.model.marks import Fault
from axium.model.names import plugin_fault
from axium.model.permissions import FIELDS, Field, Names, Permissions

NAME = "permissions.yaml"

Place = Kind | Literal["override"]
"""Where it stands: in the manifest of which kind, or in the user's file."""


def parse(text: str, findings: Findings) -> dict[str, Permissions]:
    """The user's overrides by spoke; what could not be made out is left out and told."""
    root = parse_yaml(text, NAME, findings)
    entries = {} if root is None else decode_each(root, PermissionsEntry, findings)
    for name in entries:
        if fault := plugin_fault(name):
            findings.error(mark_of(name), fault)
    return {str(name): _permissions(entry, findings, "override") for name, entry in entries.items()}


def read(root: str) -> tuple[dict[str, Permissions], tuple[Fault, ...]]:
    """The overrides in the home `root`, none where there is no file, and what is wrong with it."""
    findings = Findings()
    try:
        found = parse(read_text(os.path.join(root, NAME), NAME), findings)
    except FileNotFoundError:
        return {}, ()
    except Unreadable as error:
        return {}, (error.fault,)
    return found, findings.faults


def read_override(root: str, gear: str) -> tuple[Permissions | None, tuple[Fault, ...]]:
    """What the user's file of one gear in the home `root` says, None for nothing; its faults."""
    findings = Findings()
    shown = f"overrides/permissions/{gear}.yaml"
    try:
        node = parse_yaml(read_text(os.path.join(root, shown), shown), shown, findings)
    except FileNotFoundError:
        return None, ()
    except Unreadable as error:
        return None, (error.fault,)
    entry = None if node is None else decode(node, PermissionsEntry, findings)
    found = None if entry is None else _permissions(entry, findings, "override")
    return (None if findings.has_errors else found), findings.faults


def asked(entry: PermissionsEntry | None, kind: Kind, findings: Findings) -> Permissions:
    """What a manifest asks for."""
    return Permissions() if entry is None else _permissions(entry, findings, kind)


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
