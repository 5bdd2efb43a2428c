"""JSON Schemas of the files that a user writes, made from their shapes, for editors."""

from typing import Any

import msgspec

from axium.config.shapes import (
    EnvsFile,
    GearFile,
    HudFile,
    LinksFile,
    OverrideFile,
    PermissionsEntry,
    PrefixesFile,
    RegistryFile,
    SpokeFile,
)

DIALECT = "https://json-schema.org/draft/2020-12/schema"

_SHAPES: dict[str, Any] = {
    "envs.yaml": EnvsFile,
    "prefixes.yaml": PrefixesFile,
    "hud.yaml": HudFile,
    "links.yaml": LinksFile,
    "permissions.yaml": dict[str, PermissionsEntry | None],
    "gear-override.yaml": OverrideFile,
    "registry.yaml": RegistryFile,
    "spoke.yaml": SpokeFile,
    "gear.yaml": GearFile,
}


def schemas() -> dict[str, dict[str, Any]]:
    """A JSON Schema (Draft 2020-12) for each file, by its name."""
    return {name: _schema(shape) for name, shape in _SHAPES.items()}


def _schema(shape: Any) -> dict[str, Any]:
    schema = msgspec.json.schema(shape)
    for definition in schema["$defs"].values():
        # A key that is not known is only warned of, but an editor shall show it.
        definition["additionalProperties"] = False
    return {"$schema": DIALECT, **schema}
