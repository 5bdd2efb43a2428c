"""Whether a gear may run, and what holds it: looked at before each load, and each program of it."""

import logging
import os
from collections.abc import Callable
from typing import NamedTuple

from axium import __version__
from axium.config import approvals
from axium.config.findings import Findings
from axium.config.manifest_file import parse
from axium.config.manifests import FILES, Found, find, read_text_of
from axium.config.permissions import Override, override_name, read_override
from axium.config.source import Unreadable
from axium.core.sandbox_level import ENFORCED, Levels
from axium.daemon.services.confinements import Confined
from axium.daemon.services.plugins.private import make_private
from axium.model.approvals import Approval, programs_in_force
from axium.model.confining import Places, policy_of
from axium.model.manifests import Manifest
from axium.model.permissions import Effective, effective
from axium.model.plugins import Held, Status
from axium.model.policy import Policy
from axium.model.versions import is_in_range

log = logging.getLogger("axium.plugins")

_MOST_CHANGES = 5
"""That are named; the rest are counted."""

_MOST_BYTES = 32 * 1024
"""Of the paths of a policy, which has to fit into an order to the template."""


class NotAdmitted(ValueError):
    """The gear does not run; the text says why. `standing` is what was found out before."""

    def __init__(self, status: Status, reason: str, standing: Held | None = None) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason
        self.standing = standing


class Admitted(NamedTuple):
    """A gear that may run by the manifest that was approved; `notes` are for its user."""

    confined: Confined
    manifest: Manifest
    standing: Held
    notes: tuple[str, ...]


class Admission:
    """Looks at gears of one home; all of it blocks.

    `places` tells what no gear reaches, `levels` what this machine enforces, `located` the file
    of a program's name; `is_strict` ignores overrides.
    """

    def __init__(
        self,
        root: str,
        state: str,
        places: Callable[[], Places],
        *,
        is_strict: bool,
        located: Callable[[str], str | None],
        levels: Callable[[], Levels],
    ) -> None:
        self._root = root
        self._state = state
        self._places = places
        self._is_strict = is_strict
        self._located = located
        self._levels = levels
        self._overrides: dict[str, Override | None] = {}

    def admit(self, found: Found, *, here: str | None = None) -> Admitted:
        """What holds a gear; `here` is where a command of it was started. NotAdmitted, OSError."""
        if found.manifest is None:
            raise NotAdmitted("error", "; ".join([str(fault) for fault in found.faults]))
        override, notes = self._override(found.name)
        standing = self._standing(found, found.manifest, override)
        if self._has_spoke(found.name):
            raise NotAdmitted("error", taken(found.name), standing)
        _check_requires(found.manifest, standing)
        approval = self._approval(found, standing)
        manifest = _approved_manifest(approval, found, standing)
        confined = self._confined(found, manifest, approval, override, here)
        standing = standing._replace(sandbox=confined.level)
        _check_held(confined, standing)
        return Admitted(confined, manifest, standing, notes)

    def _override(self, name: str) -> tuple[Override | None, tuple[str, ...]]:
        """What the user's file says, or said last, and what is wrong with it.

        By a file with an error nobody takes less than all that holds a gear.
        """
        if self._is_strict:
            return None, ()
        found, faults = read_override(self._root, name)
        told = tuple([str(fault) for fault in faults])
        if not any([fault.severity == "error" for fault in faults]):
            self._overrides[name] = found
        elif name not in self._overrides:
            raise NotAdmitted("error", "; ".join(told))
        elif (last := self._overrides[name]) is not None:
            self._overrides[name] = last._replace(is_permissive=False)
        return self._overrides[name], told

    def _standing(self, found: Found, manifest: Manifest, override: Override | None) -> Held:
        rights = self._rights(manifest, override)
        return Held(
            sandbox=self._levels().of(
                programs=rights.exec is True, agent="ssh-agent" in rights.unix
            ),
            is_permissive=override is not None and override.is_permissive,
            is_editable=os.path.islink(found.directory),
        )

    def _rights(self, manifest: Manifest, override: Override | None) -> Effective:
        over = None if override is None else override.permissions
        return effective(manifest.permissions, over, strict=self._is_strict)

    def _has_spoke(self, name: str) -> bool:
        return find(self._root, "spokes", name) is not None

    def _approval(self, found: Found, standing: Held) -> Approval:
        """The approval of what is there now. NotAdmitted."""
        approval = approvals.read(self._root, found.name)
        way = f"`axium gear approve {found.name}`"
        if approval is None:
            raise NotAdmitted("not-loaded", f"not approved: {way}", standing)
        try:
            seen = approvals.seen(found.directory, is_editable=approval.is_editable)
            if seen.digest == approval.digest and seen.files == approval.files:
                return approval
            text = read_text_of(found.directory, "gears")
        except (approvals.Unapprovable, Unreadable) as fault:
            raise NotAdmitted("not-loaded", f"not as it was approved: {fault}", standing) from None
        said = _some(approvals.changes(approval, seen, text))
        raise NotAdmitted("not-loaded", f"not approved as it is now ({said}): {way}", standing)

    def _confined(
        self,
        found: Found,
        manifest: Manifest,
        approval: Approval,
        override: Override | None,
        here: str | None,
    ) -> Confined:
        rights = self._rights(manifest, override)
        directory = os.path.realpath(found.directory)
        policy, brokered = policy_of(
            rights,
            self._places(),
            directory=directory,
            scratch=make_private(self._state, found.name),
            here=here,
        )
        return Confined(
            name=found.name,
            directory=directory,
            entrypoint=manifest.entrypoint,
            rights=rights,
            policy=policy,
            brokered=brokered,
            programs=programs_in_force(rights, approval, self._real),
            level=self._levels().of(programs=policy.exec, agent=policy.agent),
            is_permissive=override is not None and override.is_permissive,
        )

    def _real(self, program: str) -> str | None:
        found = self._located(program)
        return found and os.path.realpath(found)


def taken(name: str) -> str:
    """Why a gear is not loaded whose name a spoke has."""
    return f"the spoke `{name}` has this name: install the gear under another one with `-n`"


def _check_requires(manifest: Manifest, standing: Held) -> None:
    if manifest.requires is None:
        return
    try:
        fits = is_in_range(__version__, manifest.requires)
    except ValueError as fault:
        raise NotAdmitted("error", f"`requires`: {fault}", standing) from None
    if not fits:
        reason = f"it is for axium {manifest.requires}, this is {__version__}"
        raise NotAdmitted("error", reason, standing)


def _approved_manifest(approval: Approval, found: Found, standing: Held) -> Manifest:
    """The manifest as it was approved, whatever the file says by now."""
    findings = Findings()
    manifest = parse(
        approval.manifest, f"gears/{found.name}/{FILES['gears'][0]}", "gears", findings
    )
    if manifest is None or findings.has_errors:
        said = "; ".join([str(fault) for fault in findings.faults])
        raise NotAdmitted("error", said or "its approved manifest can't be read", standing)
    return manifest.installed_as(found.name)


def _check_held(confined: Confined, standing: Held) -> None:
    if _size(confined.policy) > _MOST_BYTES:
        reason = f"its permissions name more directories than {_MOST_BYTES >> 10} KiB can tell"
        raise NotAdmitted("error", reason, standing)
    if confined.level != ENFORCED and not confined.is_permissive:
        way = f"`sandbox: permissive` in {override_name(confined.name)} has it run all the same"
        reason = f"nothing here holds it to its permissions ({confined.level}): {way}"
        raise NotAdmitted("error", reason, standing)


def _size(policy: Policy) -> int:
    return sum([len(os.fsencode(path)) + 3 for path in (*policy.reads, *policy.writes)])


def _some(said: list[str]) -> str:
    more = len(said) - _MOST_CHANGES
    return "; ".join(said[:_MOST_CHANGES]) + (f"; and {more} more" if more > 0 else "")
