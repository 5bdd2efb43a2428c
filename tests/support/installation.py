"""axium installed a second time: of another version, or where another user may read it."""

from __future__ import annotations

import shutil
import subprocess
from importlib import import_module
from pathlib import Path

import axium

SYSTEM_PYTHON = Path("/usr/bin/python3")
"""What every user may run; the one of the tests may be in somebody's home."""

PACKAGE = Path(axium.__file__).parent
LAUNCHER = PACKAGE.parents[1] / "packaging/bin/axium"


class Installation:
    """A virtual environment at `root` with a copy of the package and of what it needs."""

    def __init__(self, root: Path, *, version: str = axium.__version__) -> None:
        subprocess.run([SYSTEM_PYTHON, "-m", "venv", "--without-pip", root], check=True)
        (packages,) = root.glob("lib/python3.*/site-packages")
        self.package = packages / "axium"
        self.axium = root / "bin/axium"
        for name in ("annotated_doc", "msgspec", "shellingham", "typer", "websockets", "yaml"):
            _copy(Path(str(import_module(name).__file__)).parent, packages)
        shutil.copy(LAUNCHER, self.axium)
        self.install(version)

    def install(self, version: str) -> None:
        """Put this version in the place of the one that is there, as an upgrade does."""
        if self.package.exists():
            shutil.rmtree(self.package)
        _copy(PACKAGE, self.package.parent)
        module = self.package / "__init__.py"
        module.write_text(module.read_text().replace(axium.__version__, version))


def _copy(package: Path, to: Path) -> None:
    shutil.copytree(package, to / package.name, ignore=shutil.ignore_patterns("__pycache__"))
