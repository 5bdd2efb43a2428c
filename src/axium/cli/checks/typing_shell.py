"""The shell that somebody types in: which one it is, and its word for forgetting a variable."""

import os
from collections.abc import Mapping

KNOWN = ("bash", "zsh", "fish")


def parent() -> str | None:
    """The shell that somebody types in and that started us; None in scripts and where unknown."""
    try:
        with open(f"/proc/{os.getppid()}/comm", encoding="utf-8") as file:
            name = file.read().strip()
    except OSError:
        return None
    return name if name in KNOWN and os.isatty(0) else None


def to_unset(around: Mapping[str, str], *names: str) -> str:
    """What to type in it so that it has these variables no longer."""
    shell = around.get("AXIUM_HOOK", "").partition(" ")[0] or parent()
    return f"`{'set --erase' if shell == 'fish' else 'unset'} {' '.join(names)}`"
