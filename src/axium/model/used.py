"""What a gear made use of, of all that it was granted; and what it tried beside that."""

from collections.abc import Callable, Mapping

import msgspec

MOST_GRANTS = 500
"""That are told apart; there are hardly more commands and entries than that."""

MOST_LETTERS = 200
"""Of a detail."""


class Used(msgspec.Struct, frozen=True, omit_defaults=True):
    """One grant: how often it was used, and refused; times are epoch seconds, 0 for never.

    Each `detail` is of the last time.
    """

    count: int = 0
    last_at: float = 0.0
    detail: str | None = None
    denied: int = 0
    denied_at: float = 0.0
    denied_detail: str | None = None

    def with_one(self, at: float, detail: str | None, *, allowed: bool) -> "Used":
        """One more use, or one more refusal."""
        said = detail and detail[:MOST_LETTERS]
        one = Used(1, at, said) if allowed else Used(denied=1, denied_at=at, denied_detail=said)
        return self.and_then(one)

    def and_then(self, later: "Used") -> "Used":
        """Both of them, the other one being the later."""
        used, denied = (later if later.count else self), (later if later.denied else self)
        return Used(
            self.count + later.count,
            used.last_at,
            used.detail,
            self.denied + later.denied,
            denied.denied_at,
            denied.denied_detail,
        )


class Row(msgspec.Struct, kw_only=True):
    """The same for people: times are ISO 8601 UTC."""

    grant: str
    count: int
    last: str | None
    detail: str | None
    denied: int
    last_denied: str | None
    denied_detail: str | None


def row(grant: str, used: Used, iso: Callable[[float], str]) -> Row:
    """A grant as it is told."""
    return Row(
        grant=grant,
        count=used.count,
        last=iso(used.last_at) if used.count else None,
        detail=used.detail,
        denied=used.denied,
        last_denied=iso(used.denied_at) if used.denied else None,
        denied_detail=used.denied_detail,
    )


def both(before: Mapping[str, Used], later: Mapping[str, Used]) -> dict[str, Used]:
    """What was used by grant, the later uses laid over those before; so many grants count."""
    found = dict(before)
    for grant, used in later.items():
        if grant in found:
            found[grant] = found[grant].and_then(used)
        elif len(found) < MOST_GRANTS:
            found[grant] = used
    return found
