"""Published files written by hand, as the daemon would write them, and a tool that records."""

from __future__ import annotations

import json
from pathlib import Path

from axium.thin.words import frame
from tests.support import Scratch

RECORDER = """#!/usr/bin/python3 -IS
import json, os, sys
seen = {"argv": sys.argv, "env": dict(os.environ)}
os.write(1, json.dumps(seen).encode())
"""


class Published:
    """The `run` directory of a scratch home."""

    def __init__(self, scratch: Scratch) -> None:
        self.scratch = scratch
        self.run = scratch.home / "run"
        (self.run / "t").mkdir(parents=True)

    def write(self, path: str, *words: str) -> Path:
        """One published file."""
        file = self.run / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(frame(list(words)))
        return file

    def everywhere(self, env: str, stamp: str = "s1") -> None:
        """The global pointer."""
        self.write("global", env, stamp, "", "c1")

    def table(self, command: str, *words: str, stamp: str = "s1") -> Path:
        """The table of one command."""
        return self.write(f"t/{stamp}/{command}", *words)

    def tool(self, name: str) -> str:
        """A tool that prints its argv and environment; its path."""
        return str(self.scratch.tool(name, RECORDER))


def recorded(output: str) -> tuple[list[str], dict[str, str]]:
    """What the tool printed: argv and environment."""
    seen = json.loads(output)
    return seen["argv"], seen["env"]
