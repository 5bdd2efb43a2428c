"""Gears written by a test, approved by its user, and a real daemon that has loaded them."""

from __future__ import annotations

import textwrap
from pathlib import Path
from typing import Any

from tests.real.spokes import Plugged
from tests.support import Scratch, approving, until


def write_gear(scratch: Scratch, name: str, main: str, manifest: str = "") -> Path:
    """A gear's directory: the manifest's first line, and what it asks for; main.py."""
    directory = scratch.home / "gears" / name
    directory.mkdir(parents=True, exist_ok=True)
    (directory / "gear.yaml").write_text(f"name: {name}\n{textwrap.dedent(manifest)}")
    (directory / "main.py").write_text(textwrap.dedent(main))
    return directory


def approve(scratch: Scratch, name: str) -> None:
    """Say yes to it as it is, as `axium gear approve` does in the end."""
    approving.approve(scratch.home, name)


class Geared(Plugged):
    """A daemon with these gears, each a manifest and a main.py, approved and settled.

    `teller` is the main.py of a spoke of this name.
    """

    def __init__(
        self, scratch: Scratch, teller: str | None = None, /, **gears: tuple[str, str]
    ) -> None:
        for name, (manifest, main) in gears.items():
            write_gear(scratch, name, main, manifest)
            approve(scratch, name)
        super().__init__(scratch, **({} if teller is None else {"teller": teller}))
        until(lambda: self.gear_names() == sorted(gears) and self.gears_are_settled(), 15)

    def gear_names(self) -> list[str]:
        """The gears that the daemon knows."""
        return [row["name"] for row in self.ask("list_gears")["gears"]]

    def gear(self, name: str) -> dict[str, Any]:
        """What the daemon says of one."""
        rows: list[dict[str, Any]] = self.ask("list_gears")["gears"]
        return next(row for row in rows if row["name"] == name)

    def gears_are_settled(self) -> bool:
        """Whether each was loaded, or can't be, or has not answered in time."""
        rows = self.ask("list_gears")["gears"]
        return all([row["status"] != "not-loaded" or row["late"] or row["error"] for row in rows])

    def mend(self, name: str, main: str, manifest: str = "") -> None:
        """Have another version of a gear approved, and loaded."""
        write_gear(self.scratch, name, main, manifest)
        approve(self.scratch, name)
        reply = self.ask("reload_gear", gear=name)
        assert reply == {"ok": True, "gears": [name]}, reply
