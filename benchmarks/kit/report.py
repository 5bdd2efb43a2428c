"""A measured row, the goal that it is held to, and the table of a figure."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal


@dataclass(frozen=True, slots=True)
class Goal:
    """A bound on the measured value, or on its ratio to the peer's."""

    bound: Literal["at most", "at least"]
    limit: float
    of: Literal["value", "ratio"] = "value"

    def holds_for(self, number: float) -> bool:
        return number <= self.limit if self.bound == "at most" else number >= self.limit

    def __str__(self) -> str:
        sign = "<=" if self.bound == "at most" else ">="
        return f"{sign} {_figure(self.limit)}{'x' if self.of == 'ratio' else ''}"


def at_most(limit: float) -> Goal:
    return Goal("at most", limit)


def at_least(limit: float) -> Goal:
    return Goal("at least", limit)


def ratio_at_most(limit: float) -> Goal:
    return Goal("at most", limit, "ratio")


def ratio_at_least(limit: float) -> Goal:
    return Goal("at least", limit, "ratio")


@dataclass(frozen=True, slots=True)
class Row:
    """One thing that was measured, beside its peer where there is one."""

    what: str
    measured: float
    unit: str
    goal: Goal | None = None
    peer: str = ""
    peer_measured: float | None = None
    note: str = ""

    @property
    def ratio(self) -> float | None:
        return self.measured / self.peer_measured if self.peer_measured else None

    @property
    def met(self) -> bool | None:
        """Whether the goal was reached; None without a goal."""
        if self.goal is None:
            return None
        number = self.measured if self.goal.of == "value" else self.ratio
        return number is not None and self.goal.holds_for(number)

    def as_json(self) -> dict[str, Any]:
        return asdict(self) | {"ratio": self.ratio, "met": self.met}


HEAD = ("what", "goal", "measured", "ratio", "peer", "")
VERDICTS = {True: "pass", False: "SHORT", None: ""}


def table(rows: list[Row]) -> str:
    """The rows as aligned text; each note stands under its row."""
    cells = [_cells(row) for row in rows]
    widths = [max(len(line[i]) for line in [HEAD, *cells]) for i in range(len(HEAD))]
    lines = [_line(HEAD, widths)]
    for row, line in zip(rows, cells, strict=True):
        lines.append(_line(line, widths))
        if row.note:
            lines.append(f"    {row.note}")
    return "\n".join(lines)


def _cells(row: Row) -> tuple[str, ...]:
    peer = ""
    if row.peer_measured is not None:
        peer = f"{row.peer} {_figure(row.peer_measured)} {row.unit}"
    return (
        row.what,
        str(row.goal) if row.goal else "",
        f"{_figure(row.measured)} {row.unit}",
        "" if row.ratio is None else f"{row.ratio:.2f}x",
        peer,
        VERDICTS[row.met],
    )


def _line(cells: tuple[str, ...], widths: list[int]) -> str:
    padded = (cell.ljust(width) for cell, width in zip(cells, widths, strict=True))
    return "  ".join(padded).rstrip()


def _figure(number: float) -> str:
    """Three significant digits, thousands apart."""
    if number == int(number) or abs(number) >= 100:
        return f"{number:,.0f}"
    return f"{number:.3g}"
