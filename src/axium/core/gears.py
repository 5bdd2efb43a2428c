"""Gears: which there are, and what each may do.

Somebody else's code is never loaded into a process that is not confined.
"""

from pathlib import Path
from typing import Any, NoReturn

from axium.config.manifests import discover
from axium.config.permissions import read_override
from axium.core.permissions import SpokePermissions, manifest_at
from axium.model.manifests import Manifest
from axium.model.names import plugin_fault
from axium.model.permissions import Permissions
from axium.thin.paths import environ, home_of

GEARS_DIR = Path(home_of(environ()).root, "gears")
"""Where they are installed."""


def discover_gears() -> list[str]:
    """The names of all gears, sorted; those with a faulty manifest too."""
    return [found.name for found in discover(home_of(environ()).root, "gears")]


def load_gear(gear_name: str, app: Any, events: Any, daemon_permissions: Any) -> NoReturn:
    """PermissionError: a gear runs in a process of its own, confined, and nowhere else.

    FileNotFoundError where there is no such gear. Its commands are run by `axium COMMAND`.
    """
    if gear_name not in discover_gears():
        raise FileNotFoundError(f"there is no gear `{gear_name}` in {GEARS_DIR}")
    raise PermissionError(
        f"the gear `{gear_name}` can't be loaded into this process: a gear runs confined, in one "
        "of its own"
    )


def get_effective_gear_permissions(name: str, manifest: Manifest | str | Path) -> SpokePermissions:
    """What a gear may do by its manifest, or the one at a path, and the user's override.

    That is `overrides/permissions/NAME.yaml`. FileNotFoundError, ValueError.
    """
    said = manifest if isinstance(manifest, Manifest) else manifest_at(manifest, "gears")
    return SpokePermissions.of(said, _override(name))


def _override(name: str) -> Permissions | None:
    if fault := plugin_fault(name):
        raise ValueError(fault)
    override, faults = read_override(home_of(environ()).root, name)
    if override is None:
        if faults:
            raise ValueError(str(faults[0]))
        return None
    return override.permissions
