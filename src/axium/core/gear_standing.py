"""How the gears of a home stand without a daemon: approved or not, and held how far."""

import os
from typing import NamedTuple

from axium.config import approvals
from axium.config.approvals import Unapprovable
from axium.config.manifests import Found, read_text_of
from axium.config.permissions import Override, read_override
from axium.config.source import Unreadable
from axium.core.gear_installing import is_strict, rights_of
from axium.core.sandbox_level import levels
from axium.model.marks import Fault
from axium.model.permissions import Effective


class Standing(NamedTuple):
    """How one gear stands.

    `approval` is `approved`, `not approved`, `changed`, or why it can't be approved; `changes` say
    what is otherwise than it was. `sandbox` is the level on this machine; `faults` are those of
    the user's override.
    """

    approval: str
    changes: tuple[str, ...]
    is_editable: bool
    is_permissive: bool
    sandbox: str
    faults: tuple[Fault, ...]

    @property
    def is_approved(self) -> bool:
        """Whether it is what its user said yes to."""
        return self.approval == APPROVED


APPROVED, NOT_APPROVED, CHANGED = "approved", "not approved", "changed"


def standing(root: str, found: Found) -> Standing:
    """Of one gear in the home `root`; blocks while its files are read."""
    override, faults = read_override(root, found.name)
    approval, changes = _approval(root, found)
    return Standing(
        approval=approval,
        changes=tuple(changes),
        is_editable=os.path.islink(found.directory),
        is_permissive=override is not None and override.is_permissive and not is_strict(),
        sandbox=_sandbox(found, override),
        faults=faults,
    )


def _approval(root: str, found: Found) -> tuple[str, list[str]]:
    known = approvals.read(root, found.name)
    if known is None:
        return NOT_APPROVED, []
    try:
        seen = approvals.seen(found.directory, is_editable=known.is_editable)
        if seen.digest == known.digest:
            return APPROVED, []
        return CHANGED, approvals.changes(known, seen, read_text_of(found.directory, "gears"))
    except (Unapprovable, Unreadable) as error:
        return f"can't be approved: {error}", []
    except OSError as error:
        return f"can't be read: {os.strerror(error.errno or 0).lower()}", []


def _sandbox(found: Found, override: Override | None) -> str:
    if found.manifest is None:
        return ""
    return level_of(rights_of(found.manifest, override))


def level_of(rights: Effective) -> str:
    """How far this machine holds a gear that may do this."""
    return levels().of(programs=rights.exec is True, agent="ssh-agent" in rights.unix)
