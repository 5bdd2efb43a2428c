"""A page of the documentation, cut into the blocks that a test can run.

The first line of a fence says what its block is:

- `console`: commands behind `$ ` (they go on behind `> `), each with all that it prints.
  `console %1`: typed in that tmux pane; `console zsh`, `console fish`: in that shell, outside
  of tmux. `...` stands for any text, alone for any lines; points in time and the uptime may
  be others.
- `yaml envs.yaml`: that file of the config home from here on.
- `sh NAME`, `python NAME`: a file of the home directory, executable.
- `text %1`: what the status line shows in that pane.
- `sh`, `yaml`, `text` with nothing after it: only to be read.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

_FENCE = re.compile(r"^```(\w+)(?: ([^\n]+))?\n(.*?)^```$", re.DOTALL | re.MULTILINE)
_FENCES = re.compile(r"^```", re.MULTILINE)
_VARYING = {
    r"\.\.\.": r"[^\n]*",
    r"uptime:[0-9hm]+": r"uptime:[0-9hm]+",
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}Z": r"[0-9-]{10}T[0-9:]{8}Z",
}
_VARIES = re.compile("(" + "|".join(_VARYING) + ")")


class Block(NamedTuple):
    """One fenced block; `about` is the pane or the file that it is about."""

    kind: str
    about: str
    text: str


class Step(NamedTuple):
    """A command as it is typed, and all that it prints."""

    command: str
    output: str

    def shown(self) -> str:
        """The step as a page shows it."""
        return "$ " + self.command.replace("\n", "\n> ") + "\n" + self.output


def blocks(page: Path) -> list[Block]:
    """The blocks of a page in order; AssertionError where a fence says nothing."""
    text = page.read_text()
    found = [Block(kind, about, body) for kind, about, body in _FENCE.findall(text)]
    assert 2 * len(found) == len(_FENCES.findall(text)), f"{page.name} has a fence without a kind"
    return found


def steps(console: str) -> list[Step]:
    """What a console block says is typed and printed."""
    found: list[Step] = []
    for line in console.splitlines(keepends=True):
        if line.startswith("$ "):
            found.append(Step(line[2:].rstrip("\n"), ""))
        elif line.startswith("> ") and not found[-1].output:
            found[-1] = Step(f"{found[-1].command}\n{line[2:].rstrip()}", "")
        else:
            found[-1] = Step(found[-1].command, found[-1].output + line)
    return found


def fits(expected: str, printed: str) -> bool:
    """Whether `printed` is what a page shows, but for what differs each time."""
    pattern = "".join(
        "(?s:.*)" if line == "...\n" else "".join(map(_pattern, _VARIES.split(line)))
        for line in expected.splitlines(keepends=True)
    )
    return re.fullmatch(pattern, printed) is not None


def _pattern(text: str) -> str:
    for shown, pattern in _VARYING.items():
        if re.fullmatch(shown, text):
            return pattern
    return re.escape(text)
