"""The whole help of commands, loaded in the background once the choice rests on one."""

import time

from axium.cli.palette.process import Reader, axium
from axium.thin.words import decode

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

REST = 0.12
"""Seconds that the choice rests before anything is started."""


class Helping:
    """One program at a time; what it said is kept."""

    def __init__(self, around: "Mapping[str, str]") -> None:
        self._around = around
        self._known: dict[str, list[str]] = {}
        self._reader: Reader | None = None
        self._name = ""
        self._since = 0.0

    def about(self, name: str) -> list[str]:
        """The lines of a command's help; none as long as it is not loaded."""
        return self._known.get(name, [])

    def want(self, name: str, columns: int) -> None:
        """Have the help of `name` loaded, in lines of so many columns; empty for none."""
        if name != self._name:
            self._stop()
            self._name, self._since = name, time.monotonic()
        if self._reader is None and self.due == 0:
            around = {**self._around, "COLUMNS": str(columns), "NO_COLOR": "1"}
            try:
                self._reader = Reader(axium(["help", *name.split()]), around)
            except OSError:
                self._known[name] = []

    @property
    def due(self) -> float | None:
        """Seconds until there is something to start; None where there is nothing."""
        if not self._name or self._name in self._known or self._reader is not None:
            return None
        return max(0.0, self._since + REST - time.monotonic())

    @property
    def fd(self) -> int | None:
        """What becomes readable when there is something to `take`."""
        return self._reader.fd if self._reader else None

    def take(self) -> None:
        """Take what the program has said."""
        if self._reader is not None and self._reader.read():
            self._known[self._name] = decode(self._reader.said).splitlines()
            self._stop()

    def forget(self) -> None:
        """Load anew, because lines have another length now."""
        self._stop()
        self._known.clear()
        self._since = time.monotonic()

    def _stop(self) -> None:
        if self._reader is not None:
            self._reader.close()
            self._reader = None

    def close(self) -> None:
        """Leave nothing running."""
        self._stop()
