"""What the user's files say, as the rest of the program sees it."""

from collections.abc import Mapping

import msgspec

from axium.model.environments import Environment
from axium.model.hud import HudConfig
from axium.model.permissions import Permissions
from axium.model.rules import RuleBook


class Configuration(msgspec.Struct, frozen=True):
    """Everything that resolving a command or rendering a HUD needs; it is never changed.

    `permissions` are the user's overrides, by the name of a spoke. `subcommands` are those
    that plugins have, by command, each with its owner (`spoke:aws`): `aws whoami` is the
    plugin's then, the rest of `aws` is not.
    """

    environments: Mapping[str, Environment] = {}
    rules: RuleBook = msgspec.field(default_factory=RuleBook)
    hud: HudConfig = msgspec.field(default_factory=HudConfig)
    permissions: Mapping[str, Permissions] = {}
    subcommands: Mapping[str, Mapping[str, str]] = {}
