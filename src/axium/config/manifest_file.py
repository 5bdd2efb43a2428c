"""`spoke.yaml` and `gear.yaml` made into manifests."""

from itertools import chain

from axium.config import permissions, prefixes
from axium.config.decode import Text, decode, mark_of
from axium.config.findings import Findings
from axium.config.nodes import parse as parse_yaml
from axium.config.permissions import MOST_ENTRIES
from axium.config.shapes import GearFile, SpokeFile, WrapperRule
from axium.model import gear_rules
from axium.model.manifests import Kind, Manifest
from axium.model.names import entrypoint_fault, plugin_fault
from axium.model.rules import Rule
from axium.thin.catalogue import core_words

_SHAPES: dict[Kind, type[SpokeFile]] = {"spokes": SpokeFile, "gears": GearFile}

LONGEST = {"version": 100, "description": 1000, "author": 200, "requires": 100}
"""Letters: they stand in tables and in rows of every answer."""


def parse(text: str, shown: str, kind: Kind, findings: Findings) -> Manifest | None:
    """The manifest that a text is; what could not be made out is left out and told."""
    root = parse_yaml(text, shown, findings)
    file = None if root is None else decode(root, _SHAPES[kind], findings)
    if file is None:
        return None
    if fault := plugin_fault(file.name):
        findings.error(mark_of(file.name), fault)
    for field, most in LONGEST.items():
        said = getattr(file, field, None)  # a spoke has no `requires`
        if said is not None and len(said) > most:
            findings.error(mark_of(said), f"`{field}` has {len(said)} letters, at most {most}")
    _check_entrypoint(file.entrypoint, findings)
    name = str(file.name)
    made = (_rule(entry, name, findings) for entry in file.prefixes)
    rules = tuple(rule for rule in made if rule is not None)
    if kind == "gears":
        _check_rules(file, rules, findings)
    return Manifest(
        name=name,
        where=mark_of(file.name),
        version=str(file.version),
        description=str(file.description),
        entrypoint=str(file.entrypoint),
        author=str(file.author),
        permissions=permissions.asked(file.permissions, kind, findings),
        prefixes=rules,
        requires=_requires(file),
    )


def _requires(file: SpokeFile) -> str | None:
    return str(file.requires) if isinstance(file, GearFile) and file.requires else None


def _check_entrypoint(entrypoint: str, findings: Findings) -> None:
    if isinstance(entrypoint, Text) and (fault := entrypoint_fault(entrypoint)):
        hint = "write `main:register` for the function `register` in main.py"
        findings.error(entrypoint.where, fault, hint)


def _rule(entry: WrapperRule, owner: str, findings: Findings) -> Rule | None:
    return prefixes.wrapper_rule(entry.command, entry.wrapper, owner, findings)


def _check_rules(file: SpokeFile, rules: tuple[Rule, ...], findings: Findings) -> None:
    if len(file.prefixes) > MOST_ENTRIES:
        message = f"`prefixes` has {len(file.prefixes):,} entries, at most {MOST_ENTRIES}"
        where = mark_of(file.prefixes[MOST_ENTRIES].command)
        findings.error(where, message, "who approves it has to read them")
    core = core_words() if rules else ()
    each = chain.from_iterable([gear_rules.faults(rule, core) for rule in rules])
    for fault in (*each, *gear_rules.repeated(rules)):
        findings.error(fault.where, fault.message, fault.hint)
