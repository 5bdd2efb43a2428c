"""The files that the first run writes, and what holds until a user's own can be read."""

import os
from functools import cache

SHIPPED = ("envs.yaml", "prefixes.yaml", "hud.yaml")

OPTIONAL = ("permissions.yaml",)
"""The files that say something only where the user writes them."""

READ = (*SHIPPED, *OPTIONAL)
"""All that the configuration is made of."""


@cache
def shipped_text(name: str) -> str:
    """The content of a shipped file, one of `SHIPPED`."""
    path = os.path.join(os.path.dirname(__file__), "shipped", name)
    with open(path, encoding="utf-8") as file:
        return file.read()
