"""A gear that somebody else wrote, and how it fares once it is installed."""

from __future__ import annotations

from pathlib import Path

from tests.cli.saying import told
from tests.support import Scratch

QUIET = {"AXIUM_NO_AUTOSTART": "1"}

MAIN = """\
import typer
def register(app, events):
    @app.command("greet")
    def greet():
        print("hello")
"""


def gear(scratch: Scratch, name: str = "greet", manifest: str = "") -> Path:
    """The directory of a gear that somebody else wrote, not in the home."""
    directory = scratch.user / "src" / name
    directory.mkdir(parents=True, exist_ok=True)
    (directory / "gear.yaml").write_text(manifest or f"name: {name}\nversion: 1.0.0\n")
    (directory / "main.py").write_text(MAIN)
    return directory


def row(scratch: Scratch, name: str) -> dict[str, object]:
    rows: list[dict[str, object]] = told(scratch, "gear", "list")["gears"]
    return next(each for each in rows if each["name"] == name)
