"""Programs of the same kind, as they are to be had; a figure does without one that is not."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path


def starship() -> Path | None:
    """The starship program: the machine's own, or the one that the virtual environment carries."""
    if installed := shutil.which("starship"):
        return Path(installed)
    carried = Path(sys.prefix) / "peers" / "bin" / "starship"
    return carried if carried.exists() else None


def direnv() -> Path | None:
    installed = shutil.which("direnv")
    return Path(installed) if installed else None
