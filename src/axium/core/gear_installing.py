"""Installing and approving gears: what is approved is what was shown, and nothing else runs.

An approval is made of what stands there before somebody is asked. It is written after the files
are in place, and only where they are the same still: whatever is interrupted in between, a gear
whose files no approval names is not loaded.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import NamedTuple

import msgspec

from axium.config import approvals
from axium.config.approvals import Unapprovable
from axium.config.findings import Findings
from axium.config.manifest_file import parse as parse_manifest
from axium.config.manifests import Found, find
from axium.config.permissions import Override, override_name, read_override
from axium.config.source import Unreadable
from axium.core import installing, trees
from axium.core.installing import Preview, Wanted
from axium.core.plugin_metadata import Rows, SpokeMetadata, from_row
from axium.model.approvals import Approval, programs_in_force
from axium.model.manifests import Manifest
from axium.model.permissions import Effective, effective
from axium.thin.paths import environ, home_of, state_dir


class Proposal(NamedTuple):
    """What a user is asked about: a gear, and what a yes to it would mean.

    `rights` is what it may do by its manifest and the user's override. `former` is what they
    said yes to before; `preview` where it is not installed as it is shown.
    """

    row: SpokeMetadata
    manifest: Manifest
    rights: Effective
    override: Override | None
    approval: Approval
    former: Approval | None
    preview: Preview | None = None

    @property
    def name(self) -> str:
        """What it is, or will be, called."""
        return self.row.name

    @property
    def changes(self) -> list[str]:
        """What is otherwise than it was approved, in words; nothing where it never was.

        Of an editable one the manifest alone is looked at: its other files are not gone.
        """
        if self.former is None:
            return []
        before, files = self.former.files, self.approval.files
        if self.approval.is_editable:
            before = {path: digest for path, digest in before.items() if path in files}
        former = msgspec.structs.replace(self.former, files=before)
        return approvals.changes(
            former, approvals.Seen(self.approval.digest, files), self.approval.manifest
        )


@contextmanager
def proposed(asked: Wanted) -> Iterator[Proposal]:
    """A gear that is to be installed, made for as long as somebody looks; raises as `install`.

    Nothing of the home changes.
    """
    with installing.previewed(asked) as preview:
        yield _proposal(preview.row, preview.directory, preview)


@contextmanager
def proposed_again(name: str) -> Iterator[Proposal]:
    """A gear as it would be installed anew from where it was. As `proposed`."""
    root = home_of(environ()).root
    installing.check_name(name)
    with proposed(installing.wanted_again(Rows(root, "gears"), root, name)) as proposal:
        yield proposal


def proposed_here(name: str) -> Proposal:
    """A gear as it stands in the home. FileNotFoundError, ValueError, OSError."""
    root = home_of(environ()).root
    found, manifest = installed(name)
    said = {
        "version": manifest.version,
        "description": manifest.description,
        "source": f"local:{os.path.realpath(found.directory)}",
        "install_mode": "symlink" if os.path.islink(found.directory) else "copy",
    }
    row = from_row(name, said | Rows(root, "gears").read().get(name, {}))
    return _proposal(row, found.directory, None)


def installed(name: str) -> tuple[Found, Manifest]:
    """A gear of the home, and its manifest as it is there. FileNotFoundError, ValueError."""
    installing.check_name(name)
    found = find(home_of(environ()).root, "gears", name)
    if found is None:
        raise FileNotFoundError(f"there is no gear `{name}`")
    if found.manifest is None:
        raise ValueError(str(found.faults[0]))
    return found, found.manifest


def install(proposal: Proposal) -> SpokeMetadata:
    """Install what was proposed by `proposed`, and approve it. As `installing.install`.

    ValueError too where it is not any more what was shown.
    """
    preview = proposal.preview
    assert preview is not None, "it stands in the home already"
    asked = preview.wanted
    if not asked.is_linked:
        source = asked.source._replace(path=preview.directory, url=None)
        asked = asked._replace(source=source, name=proposal.name)

    def check(directory: str) -> None:
        _check(directory, proposal.approval)

    root = home_of(environ()).root
    with installing.changing(root, "gears") as rows:
        row = installing.install(rows, asked, commit=preview.commit, check=check)
        if not asked.is_again:
            _forget_kept(row.name)  # by another one of this name, whose removal was cut short
        approvals.write(root, proposal.approval)
        return row


def approve(proposal: Proposal) -> None:
    """Approve what was proposed by `proposed_here`. ValueError where it has changed since; OSError.

    The daemon takes it in when it loads the gear again.
    """
    root = home_of(environ()).root
    with installing.changing(root, "gears") as rows:
        _check(f"{rows.directory}/{proposal.name}", proposal.approval)
        approvals.write(root, proposal.approval)


def uninstall(name: str) -> None:
    """Take a gear's files away, its approval first, and what was kept for it. As `installing`."""
    installing.uninstall("gears", name)
    _forget_kept(name)


def kept_for(name: str) -> str:
    """The directory of what a gear keeps, whether it has any or not."""
    around = environ()
    return f"{state_dir(home_of(around), around)}/gears/{name}"


def override_of(name: str) -> Override | None:
    """What the user's file says of a gear, None for nothing. ValueError with its first fault."""
    override, faults = read_override(home_of(environ()).root, name)
    errors = [fault for fault in faults if fault.severity == "error"]
    if errors:
        raise ValueError(f"{errors[0]}\nmend {override_name(name)}, or take it away")
    return override


def rights_of(manifest: Manifest, override: Override | None) -> Effective:
    """What a gear may do; AXIUM_PERMS_STRICT=1 ignores the override."""
    said = None if override is None else override.permissions
    return effective(manifest.permissions, said, strict=is_strict())


def approved_manifest(approval: Approval) -> Manifest:
    """That of the very text that is approved. ValueError."""
    findings = Findings()
    manifest = parse_manifest(approval.manifest, "gear.yaml", "gears", findings)
    if manifest is None or findings.has_errors:
        raise ValueError("\n".join([str(f) for f in findings.faults if f.severity == "error"]))
    return manifest.installed_as(approval.name)


def programs_of(rights: Effective, approval: Approval | None = None) -> dict[str, str]:
    """The files of the programs that it may start by name; without an approval, as they are now."""
    here = approvals.programs(rights.programs, environ().get("PATH", ""))
    return here if approval is None else programs_in_force(rights, approval, here.get)


def is_strict() -> bool:
    """Whether overrides are ignored here."""
    return environ().get("AXIUM_PERMS_STRICT") == "1"


def _proposal(row: SpokeMetadata, directory: str, preview: Preview | None) -> Proposal:
    root = home_of(environ()).root
    override = override_of(row.name)
    try:
        approval = approvals.approval_of(directory, row.name)
    except (Unapprovable, Unreadable) as error:
        raise ValueError(f"`{row.name}` can't be approved: {error}") from None
    manifest = approved_manifest(approval)
    rights = rights_of(manifest, override)
    return Proposal(
        row=row,
        manifest=manifest,
        rights=rights,
        override=override,
        approval=msgspec.structs.replace(approval, programs=programs_of(rights)),
        former=approvals.read(root, row.name),
        preview=preview,
    )


def _forget_kept(name: str) -> None:
    with suppress(FileNotFoundError):
        trees.remove(kept_for(name))


def _check(directory: str, approval: Approval) -> None:
    """ValueError where a directory does not have what was shown."""
    try:
        found = approvals.seen(directory, is_editable=approval.is_editable)
    except Unapprovable as error:
        raise ValueError(f"`{approval.name}` can't be approved: {error}") from None
    if found.digest != approval.digest:
        told = approvals.changes(approval, found, approval.manifest)
        raise ValueError(
            f"`{approval.name}` changed while it was shown: {', '.join(told[:3])}\n"
            "nothing was approved; look at it again"
        )
