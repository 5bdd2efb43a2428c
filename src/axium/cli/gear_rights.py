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
from axium.core.gear_installing import (
    approved_manifest,
    installed,
    is_strict,
    override_of,
    programs_of,
    rights_of,
)
from axium.core.gear_standing import CHANGED, Standing, level_of, standing
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
    """Of a gear of this home, by the manifest that was approved, which alone is in force.

    By that which is there where none was. FileNotFoundError; ValueError where one has an error.
    """
    root = home_of(environ()).root
    found, manifest = installed(name)
    approval = approvals.read(root, name)
    if approval is not None:
        manifest = approved_manifest(approval)
    rights = rights_of(manifest, override_of(name))
    return Told(
        manifest=manifest,
        rights=rights,
        grants=granted(name, rights, programs_of(rights, approval)),
        labels=dangers(manifest, rights),
        stands=standing(root, found)._replace(sandbox=level_of(rights)),
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
        Line(f"  approval   {show.escaped(stands.approval)}{_what_counts(stands)}"),
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


def _what_counts(stands: Standing) -> str:
    return ": this is what you approved" if stands.approval == CHANGED else ""


def _rule(command: str, argv: list[str]) -> dict[str, Any]:
    return {"command": command, "argv": argv}
