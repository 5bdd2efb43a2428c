"""What files say of permissions: a plugin's manifest, and the user's `permissions.yaml`."""

from collections.abc import Sequence
from typing import Literal

from axium.config.findings import Findings
from axium.config.shapes import PermissionsEntry
from axium.model.permissions import Permissions, Programs

NAME = "permissions.yaml"


def asked(
    entry: PermissionsEntry | None, kind: Literal["spokes", "gears"], findings: Findings
) -> Permissions:
    """What a manifest asks for."""
    return Permissions() if entry is None else _permissions(entry)


def _permissions(entry: PermissionsEntry) -> Permissions:
    return Permissions(
        exec=_some(entry.exec),
        notify=entry.notify,
        net=_some(entry.net),
        ipc=_texts(entry.ipc),
        env=_texts(entry.env),
        unix=_texts(entry.unix),
        fs_read=_texts(entry.fs_read),
        fs_write=_texts(entry.fs_write),
    )


def _some(given: list[str] | Programs | None) -> Programs | None:
    return given if isinstance(given, bool) else _texts(given)


def _texts(given: Sequence[str] | None) -> tuple[str, ...] | None:
    return None if given is None else tuple(dict.fromkeys(map(str, given)))
