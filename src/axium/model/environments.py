"""An environment: a name and the properties that its user gave it."""

from collections.abc import Mapping
from typing import Any

import msgspec

from axium.model.marks import Mark


class Environment(msgspec.Struct, frozen=True):
    """One entry of `envs.yaml`.

    `properties` are typed as YAML 1.2 has it and can be written as JSON. `texts`
    maps the dotted path of each scalar to its text as it was written (`1.10`
    stays `1.10`; null and nothing are empty); `marks` maps the dotted path of
    everything to its place. `unset` are the variables that no wrapped command
    of this environment inherits.
    """

    name: str
    where: Mark
    properties: dict[str, Any] = {}
    texts: Mapping[str, str] = {}
    marks: Mapping[str, Mark] = {}
    unset: tuple[str, ...] = ()
