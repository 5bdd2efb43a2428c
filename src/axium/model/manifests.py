"""What a plugin says of itself."""

from typing import Literal

import msgspec

from axium.model.marks import Mark
from axium.model.permissions import Permissions
from axium.model.rules import Rule

Kind = Literal["spokes", "gears"]
"""Also the directory in the home that has them."""


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """A plugin's manifest, checked; `where` is its name's place.

    `prefixes` are wrapper rules that the plugin owns. `requires` is the range of axium's
    versions that a gear is written for.
    """

    name: str
    where: Mark
    version: str = "0.0.0"
    description: str = ""
    entrypoint: str = "main:register"
    author: str = ""
    permissions: Permissions = msgspec.field(default_factory=Permissions)
    prefixes: tuple[Rule, ...] = ()
    requires: str | None = None

    def installed_as(self, name: str) -> "Manifest":
        """The manifest of the same plugin under another name."""
        prefixes = tuple(msgspec.structs.replace(rule, owner=name) for rule in self.prefixes)
        return msgspec.structs.replace(self, name=name, prefixes=prefixes)
