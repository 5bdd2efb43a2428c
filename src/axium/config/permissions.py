"""What files say of permissions: manifests, `permissions.yaml`, the override of one gear."""

import os
from typing import Any, Literal, NamedTuple

from axium.config.decode import decode, decode_each, mark_of
from axium.config.findings import Findings
from axium.config.nodes import parse as parse_yaml
from axium.config.shapes import OverrideFile, PermissionsEntry
from axium.config.source import Unreadable, read_text
from axium.model.grantable import entry_fault
from axium.model.manifests import Kind
from axium.model.marks import Fault
from axium.model.names import plugin_fault
from axium.model.permissions import FIELDS, Field, Names, Permissions

NAME = "permissions.yaml"
OVERRIDES = "overrides/permissions"
"""Where the user's files of gears are."""

MOST_ENTRIES = 100
"""Of one list in a gear's manifest."""

Place = Kind | Literal["override", "override of a gear"]
"""Where it stands: in the manifest of which kind, or in which of the user's files."""


class Override(NamedTuple):
    """The user's word on one gear.

    `is_permissive`: it is started also where the machine can't hold it to what it may do.
    """

    permissions: Permissions
    is_permissive: bool = False


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


def read_override(root: str, gear: str) -> tuple[Override | None, tuple[Fault, ...]]:
    """What the user's file of one gear in the home `root` says, None for nothing; its faults."""
    shown = override_name(gear)
    try:
        text = read_text(os.path.join(root, shown), shown)
    except FileNotFoundError:
        return None, ()
    except Unreadable as error:
        return None, (error.fault,)
    findings = Findings()
    found = parse_override(text, shown, findings)
    return (None if findings.has_errors else found), findings.faults


def parse_override(text: str, shown: str, findings: Findings) -> Override | None:
    """The override that a text is; what could not be made out is left out and told."""
    node = parse_yaml(text, shown, findings)
    file = None if node is None else decode(node, OverrideFile, findings)
    if file is None:
        return None
    return Override(
        _permissions(file, findings, "override of a gear"), file.sandbox == "permissive"
    )


def override_name(gear: str) -> str:
    """Where the user's file of one gear is, below the home."""
    return f"{OVERRIDES}/{gear}.yaml"


def overridden(root: str) -> list[str]:
    """The names of the gears that have such a file, sorted."""
    try:
        names = os.listdir(os.path.join(root, OVERRIDES))
    except (FileNotFoundError, NotADirectoryError):
        return []
    found = [name.removesuffix(".yaml") for name in names if name.endswith(".yaml")]
    return sorted(name for name in found if plugin_fault(name) is None)


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


def _checked(field: Field, given: list[str], findings: Findings, place: Place) -> Names:
    if place == "gears" and len(given) > MOST_ENTRIES:
        message = f"`{field}` has {len(given):,} entries, at most {MOST_ENTRIES}"
        findings.error(mark_of(given[MOST_ENTRIES]), message, "who approves it has to read them")
        return ()
    for entry in given:
        if fault := _fault(field, str(entry), place):
            findings.error(mark_of(entry), f"`{field}`: {fault}")
    return tuple(dict.fromkeys(map(str, given)))


def _fault(field: Field, entry: str, place: Place) -> str | None:
    if place.startswith("override"):
        entry = entry.removeprefix("!")
    elif entry.startswith("!"):
        file = NAME if place == "spokes" else f"a file in {OVERRIDES}"
        return f"`{entry}` takes away, which only {file} does"
    is_spoke = place in ("spokes", "override")
    if field in ("fs_read", "fs_write") and entry.startswith("./") and is_spoke:
        return f"`{entry}` is in no directory: begin with `/` or `~/`"
    return entry_fault(field, entry)
