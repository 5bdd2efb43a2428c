"""Where something was written, and what is wrong with it."""

from typing import Literal

import msgspec


class Mark(msgspec.Struct, frozen=True):
    """A place in a file; lines and columns count from 1.

    `file` is told as people see it: the path relative to the config home. A
    `line` of 0 means that the place is not in a file (a registration over the
    wire, a word typed by the caller).
    """

    file: str
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        if self.line == 0:
            return self.file
        return f"{self.file}:{self.line}:{self.column}"


class Fault(msgspec.Struct, frozen=True):
    """One thing that is wrong in a user's file."""

    where: Mark
    message: str
    hint: str | None = None
    severity: Literal["error", "warning"] = "error"

    def __str__(self) -> str:
        return f"{self.where}: {self.message}"
