"""Spokes written by a test, and a real daemon that has loaded them."""

from __future__ import annotations

import textwrap
import time
from typing import Any

from tests.support import Daemon, Scratch, until

QUICK = 0.5
"""Seconds within which an ordinary request is answered, whatever a plugin does."""


def write_spoke(scratch: Scratch, name: str, main: str, manifest: str = "") -> None:
    """A spoke's directory: the manifest's first lines, and main.py."""
    directory = scratch.home / "spokes" / name
    directory.mkdir(parents=True, exist_ok=True)
    (directory / "spoke.yaml").write_text(f"name: {name}\n{textwrap.dedent(manifest)}")
    (directory / "main.py").write_text(textwrap.dedent(main))


class Plugged(Daemon):
    """A daemon with these spokes, each by the text of its main.py, loaded."""

    def __init__(self, scratch: Scratch, **spokes: str) -> None:
        for name, main in spokes.items():
            write_spoke(scratch, name, main)
        super().__init__(scratch)
        until(lambda: self.names() == sorted(spokes) and self.are_settled())

    def ask(self, cmd: str, **fields: Any) -> dict[str, Any]:
        """The reply to one request."""
        return self.request({"cmd": cmd, **fields})

    def quick(self, cmd: str, **fields: Any) -> dict[str, Any]:
        """The same, which must come at once."""
        began = time.monotonic()
        reply = self.ask(cmd, **fields)
        took = time.monotonic() - began
        assert took < QUICK, f"`{cmd}` took {took:.2f} s"
        return reply

    def names(self) -> list[str]:
        """The spokes that the daemon knows."""
        return [row["name"] for row in self.ask("list_spokes")["spokes"]]

    def row(self, name: str) -> dict[str, Any]:
        """What the daemon says of one."""
        rows: list[dict[str, Any]] = self.ask("list_spokes")["spokes"]
        return next(row for row in rows if row["name"] == name)

    def are_settled(self) -> bool:
        """Whether each of them was loaded, or can't be, or has not answered in time."""
        rows = self.ask("list_spokes")["spokes"]
        return all([row["status"] != "not-loaded" or row["late"] or row["error"] for row in rows])

    def rewrite(self, name: str, main: str) -> None:
        """Mend a spoke, and have it loaded again."""
        write_spoke(self.scratch, name, main)
        reply = self.ask("reload_spoke", spoke=name)
        assert reply == {"ok": True, "spoke": name}, reply

    def log(self, name: str = "axiumd") -> str:
        """The daemon's log, or that of one spoke."""
        path = self.scratch.home / "logs" / f"{name}.log"
        return path.read_text() if path.exists() else ""

    def hud(self) -> str:
        """The HUD of any pane."""
        text: str = self.quick("get_hud")["hud"]
        return text
