"""`axium gear perms-show`: what a gear may do, who said so, what holds it, what it made use of."""

import sys
from typing import Any, NamedTuple

from axium.cli import show
from axium.cli.consent import columns, drawn
from axium.cli.gear_screen import (
    BOLD,
    Line,
    dangers,
    granted,
    told_dangers,
    what_holds_it,
    what_it_may,
    what_it_wraps,
)
from axium.cli.gear_used import UNSEEN, lines
from axium.config import approvals
from axium.config.manifests import find
from axium.core.gear_installing import is_strict, override_of, rights_of
from axium.core.gear_standing import Standing, standing
from axium.model.gear_rules import final_argv
from axium.model.gear_words import Grant
from axium.model.grants import Label
from axium.model.manifests import Manifest
from axium.model.permissions import Effective
from axium.thin.paths import environ, home_of


class Told(NamedTuple):
    """What there is to tell of one gear."""

    manifest: Manifest
    rights: Effective
    grants: list[Grant]
    labels: list[Label]
    stands: Standing


def of(name: str) -> Told:
    """Of a gear of this home. FileNotFoundError; ValueError where its manifest has an error."""
    root = home_of(environ()).root
    found = find(root, "gears", name)
    if found is None:
        raise FileNotFoundError(f"there is no gear `{name}`")
    if found.manifest is None:
        raise ValueError(str(found.faults[0]))
    rights = rights_of(found.manifest, override_of(name))
    approval = approvals.read(root, name)
    return Told(
        manifest=found.manifest,
        rights=rights,
        grants=granted(name, rights, {} if approval is None else approval.programs),
        labels=dangers(found.manifest, rights),
        stands=standing(root, found),
    )


def document(told: Told, used: list[dict[str, Any]] | None) -> dict[str, Any]:
    """The same as one stable document."""
    rights, stands = told.rights, told.stands
    made = {
        "name": told.manifest.name,
        "version": told.manifest.version,
        "permissions": rights.values(),
        "sources": rights.sources,
        "origins": rights.origins,
        "refused": rights.refused,
        "grants": [grant._asdict() for grant in told.grants],
        "prefixes": [_rule(rule.command, final_argv(rule)) for rule in told.manifest.prefixes],
        "labels": [label._asdict() for label in told.labels],
        "sandbox": stands.sandbox,
        "is_permissive": stands.is_permissive,
        "is_editable": stands.is_editable,
        "approval": stands.approval,
        "changes": list(stands.changes),
        "strict": is_strict(),
    }
    return made if used is None else made | {"used": used}


def tell(told: Told, used: list[dict[str, Any]] | None) -> None:
    """Print it."""
    wide, manifest, stands = columns(), told.manifest, told.stands
    shown = [
        Line(f"{manifest.name} {show.escaped(manifest.version)}", BOLD),
        *what_it_may(told.rights, told.grants, wide, is_full=True),
        *what_it_wraps(manifest, wide),
        Line("  all else   nothing (default)"),
        *what_holds_it(manifest.name, stands.sandbox, wide, is_permissive=stands.is_permissive),
        Line(f"  approval   {show.escaped(stands.approval)}"),
        *told_dangers(told.labels, wide),
    ]
    sys.stdout.write(drawn(shown, in_colour=show.is_coloured(sys.stdout)))
    for change in stands.changes:
        show.notice(change)
    if used is not None:
        show.line("made use of, as far as axium sees it")
        for line in lines(told.grants, used):
            show.line(line)
        show.line(UNSEEN)


def _rule(command: str, argv: list[str]) -> dict[str, Any]:
    return {"command": command, "argv": argv}
