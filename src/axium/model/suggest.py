"""The known names that somebody who mistyped one most likely meant."""

from collections.abc import Iterable


def nearest(name: str, known: Iterable[str], limit: int = 3) -> list[str]:
    """Up to `limit` of `known` that resemble `name`, the best first."""
    from difflib import get_close_matches  # 1 ms, and only for a mistyped name

    by_folded: dict[str, str] = {}
    for candidate in known:
        by_folded.setdefault(candidate.casefold(), candidate)
    folded = name.casefold()[:200]
    close = get_close_matches(folded, by_folded, n=limit, cutoff=0.6)
    if len(folded) > 1:
        close += [other for other in by_folded if other.startswith(folded) and other not in close]
    return [by_folded[other] for other in close[:limit]]


def did_you_mean(name: str, known: Iterable[str]) -> str | None:
    """The hint that names the nearest of `known`; None where nothing is near."""
    close = nearest(name, known, 1)
    return f"did you mean `{close[0]}`?" if close else None
