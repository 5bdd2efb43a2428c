"""The known names that somebody who mistyped one most likely meant."""

from collections.abc import Iterable

MOST_SLIPS = 3
LONGEST = 64
"""Characters that are compared; names that differ only behind them are one and the same slip."""


def nearest(name: str, known: Iterable[str], limit: int = 3) -> list[str]:
    """Up to `limit` of `known` that resemble `name`, the best first.

    First those that a slip of the finger leads to: a letter too many, too few, wrong, or two
    that changed places, one of them in three letters. Then those that begin with `name`.
    """
    folded = name.casefold()[:LONGEST]
    if len(folded) < 2:
        return [candidate for candidate in known if candidate.casefold() == folded][:limit]
    close: list[tuple[int, str]] = []
    for candidate in dict.fromkeys(known):
        other = candidate.casefold()[:LONGEST]
        slips = _slips(folded, other, most=min(MOST_SLIPS, max(1, len(folded) // 3)))
        if slips is not None:
            close.append((slips, candidate))
        elif other.startswith(folded):
            close.append((MOST_SLIPS + 1, candidate))
    return [candidate for _, candidate in sorted(close, key=lambda found: found[0])][:limit]


def did_you_mean(name: str, known: Iterable[str]) -> str | None:
    """The hint that names the nearest of `known`; None where nothing is near."""
    close = nearest(name, known, 1)
    return f"did you mean `{close[0]}`?" if close else None


def _slips(typed: str, meant: str, *, most: int) -> int | None:
    """How many slips lie between two words; None for more than `most`."""
    if abs(len(typed) - len(meant)) > most:
        return None
    before: list[int] = []
    row = list(range(len(meant) + 1))
    for i, letter in enumerate(typed, 1):
        before, last, row = row, before, [i]
        for j, other in enumerate(meant, 1):
            slips = min(before[j] + 1, row[-1] + 1, before[j - 1] + (letter != other))
            if i > 1 and j > 1 and letter == meant[j - 2] and typed[i - 2] == other:
                slips = min(slips, last[j - 2] + 1)
            row.append(slips)
        if min(row) > most:
            return None
    return row[-1] if row[-1] <= most else None
