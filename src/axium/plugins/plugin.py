"""What has to be known of a plugin to load it."""

from typing import Literal, NamedTuple

Kind = Literal["spoke", "gear"]


class Plugin(NamedTuple):
    """One plugin; `directory` is absolute."""

    kind: Kind
    name: str
    directory: str
    entrypoint: str = "main:register"
