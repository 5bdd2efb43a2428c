"""What is different about spokes and gears as they come and go; everything else is the same."""

from collections.abc import Callable
from typing import NamedTuple

from axium.daemon.caller import PluginKind
from axium.model import manifests
from axium.model.events import (
    Event,
    GearLoaded,
    GearUnloaded,
    SpokeLoaded,
    SpokeReloaded,
    SpokeUnloaded,
)

Place = tuple[PluginKind, str]
"""A plugin of the home: both kinds may have the same name, though one of them alone is loaded."""


class Kind(NamedTuple):
    """One of the two; `directory` in the home has them. The events are made from a name."""

    name: PluginKind
    directory: manifests.Kind
    loaded: Callable[[str], Event]
    loaded_again: Callable[[str], Event]
    unloaded: Callable[[str], Event]


_SPOKE = Kind(
    "spoke",
    "spokes",
    lambda name: SpokeLoaded(spoke_name=name),
    lambda name: SpokeReloaded(spoke_name=name),
    lambda name: SpokeUnloaded(spoke_name=name),
)
_GEAR = Kind(
    "gear",
    "gears",
    lambda name: GearLoaded(gear_name=name),
    lambda name: GearLoaded(gear_name=name),
    lambda name: GearUnloaded(gear_name=name),
)

KINDS: dict[PluginKind, Kind] = {"spoke": _SPOKE, "gear": _GEAR}
"""In the order in which they are loaded."""
