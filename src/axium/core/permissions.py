"""What a spoke may do, for plugins that ask; the daemon decides by the same rules."""

import logging
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from axium.config.manifests import read_file, read_manifest
from axium.config.permissions import read as read_overrides
from axium.model.decisions import logged, security_line
from axium.model.manifests import Manifest
from axium.model.permissions import Effective, Permissions, Some, Source, effective
from axium.thin.paths import environ, home_of, user_home

log = logging.getLogger("axium.security")

SAME = {"network": "net"}
"""Another word for a permission."""


class SpokePermissions:
    """What a spoke may do; `get_source` tells who said so."""

    def __init__(
        self,
        *,
        exec: Some | Sequence[str] = False,  # noqa: A002 (published)
        notify: bool = False,
        net: Some | Sequence[str] = False,
        ipc: Sequence[str] = (),
        fs_read: Sequence[str] = (),
        fs_write: Sequence[str] = (),
    ) -> None:
        said = Permissions(
            exec=_some(exec),
            notify=notify,
            net=_some(net),
            ipc=tuple(ipc),
            fs_read=tuple(fs_read),
            fs_write=tuple(fs_write),
        )
        self._effective = effective(said, None, strict=False)
        self._plain = self._effective

    @classmethod
    def of(cls, manifest: Manifest, override: Permissions | None) -> "SpokePermissions":
        """What a manifest and the user's file come to; AXIUM_PERMS_STRICT=1 ignores the latter."""
        made = cls()
        strict = environ().get("AXIUM_PERMS_STRICT") == "1"
        made._effective = effective(manifest.permissions, override, strict=strict)
        made._plain = effective(manifest.permissions, None, strict=True)
        return made

    @property
    def exec(self) -> bool | list[str]:
        """Any program, none, or those of these names."""
        return _plain(self._effective.exec)

    @property
    def notify(self) -> bool:
        """Notifications."""
        return self._effective.notify

    @property
    def net(self) -> bool | list[str]:
        """Any address, none, or these."""
        return _plain(self._effective.net)

    @property
    def ipc(self) -> list[str]:
        """Actions of the daemon."""
        return list(self._effective.ipc)

    @property
    def fs_read(self) -> list[str]:
        """Patterns of files."""
        return list(self._effective.fs_read)

    @property
    def fs_write(self) -> list[str]:
        """Patterns of files."""
        return list(self._effective.fs_write)

    def to_dict(self) -> dict[str, Any]:
        """All of it by name."""
        names = ("exec", "notify", "net", "ipc", "fs_read", "fs_write")
        return {name: getattr(self, name) for name in names}

    def get_source(self, permission: str) -> Source:
        """Who said it: `base` (the manifest), `override` (permissions.yaml), else `default`."""
        field = SAME.get(permission, permission)
        sources = self._effective.sources
        return next((source for name, source in sources.items() if name == field), "default")

    def allows(self, action: str, detail: str | None) -> tuple[bool, bool]:
        """Whether it may, and whether only the user's file decided so."""
        home = os.path.realpath(user_home(environ()))
        allowed = _allows(self._effective, action, detail, home)
        return allowed, allowed != _allows(self._plain, action, detail, home)


def get_effective_permissions(spoke: str, path: str | Path) -> SpokePermissions:
    """What a spoke may do by its manifest at `path` (or in that directory) and the user's file.

    FileNotFoundError, ValueError with the manifest's first fault.
    """
    manifest = manifest_at(path, "spokes")
    overrides, _faults = read_overrides(home_of(environ()).root)
    return SpokePermissions.of(manifest, overrides.get(spoke))


def check_permission(
    spoke: str, action: str, perms: SpokePermissions, detail: str | None = None
) -> bool:
    """Whether a spoke may do this; logged.

    `exec` with the name of a program, `fs_read` and `fs_write` with a path, `notify`, `net`
    (`network`); any other action is one of `ipc`.
    """
    action = SAME.get(action, action)
    allowed, via_override = perms.allows(action, detail)
    shown, said = (action, detail) if action == "net" else logged(action, detail)
    log_security(spoke, shown, allowed, said, via_override)
    return allowed


def check_ipc_permission(
    spoke: str, action: str, perms: SpokePermissions, detail: str | None = None
) -> bool:
    """Whether a spoke may ask the daemon for this; logged."""
    allowed = action in perms.ipc
    via_override = allowed and perms.allows(action, detail)[1]
    log_security(spoke, f"ipc:{action}", allowed, detail, via_override)
    return allowed


def log_security(
    spoke: str,
    action: str,
    allowed: bool,  # noqa: FBT001 (published)
    detail: str | None,
    via_override: bool,  # noqa: FBT001 (published)
) -> None:
    """Log a decision: `[SECURITY] spoke=N action=A allowed=B detail=D via_override=B`."""
    line = security_line(spoke, action, allowed=allowed, detail=detail, via_override=via_override)
    log.log(logging.INFO if allowed else logging.WARNING, "%s", line)


def manifest_at(path: str | Path, kind: Any) -> Manifest:
    """The manifest that `path` is, or that is in this directory. FileNotFoundError, ValueError."""
    where = os.fspath(path)
    if not os.path.exists(where):
        raise FileNotFoundError(f"there is no {where}")
    read = read_manifest if os.path.isdir(where) else None
    manifest, faults = read(where, kind) if read else read_file(where, kind, where)
    if manifest is None:
        raise ValueError(str(faults[0]))
    return manifest


def _allows(rights: Effective, action: str, detail: str | None, home: str) -> bool:
    if action == "net":
        return rights.net is True or detail in (rights.net or ())
    return rights.allows(action, detail, home=home)


def _some(value: Some | Sequence[str]) -> Some:
    return value if isinstance(value, bool) else tuple(value)


def _plain(value: Some) -> bool | list[str]:
    return value if isinstance(value, bool) else list(value)
