"""A yes to a gear as it stands in a home, whatever is in it, without anybody who is asked."""

from __future__ import annotations

import os
from pathlib import Path

import msgspec

from axium.config import approvals
from axium.config.manifests import read_manifest
from axium.model.approvals import Approval


def approve(home: Path, name: str) -> Approval:
    """Approve it, and the programs that its manifest names. Unapprovable, Unreadable, OSError."""
    directory = f"{home}/gears/{name}"
    made = approvals.approval_of(directory, name)
    manifest, _faults = read_manifest(directory, "gears")
    words = manifest.permissions.exec if manifest else ()
    programs = approvals.programs(words if isinstance(words, tuple) else (), os.environ["PATH"])
    made = msgspec.structs.replace(made, programs=programs)
    approvals.write(str(home), made)
    return made
