"""What a gear made use of, beside what it was granted: a table for `perms-show --used`."""

from collections.abc import Iterator
from typing import Any

from axium.cli.ask import ask
from axium.model import foreign
from axium.model.gear_words import Grant

UNSEEN = "What the kernel allows by itself is not counted."


def usage(name: str) -> list[dict[str, Any]]:
    """What the daemon counted of a gear. Failure."""
    found: list[dict[str, Any]] = ask("get_usage", gear=name)["usage"]
    return found


def lines(granted: list[Grant], used: list[dict[str, Any]]) -> Iterator[str]:
    """Each grant that axium sees to, then what was tried without one."""
    rows = {row["grant"]: row for row in used}
    seen = dict.fromkeys([_name(each) for each in granted if each.holder == "daemon"])
    names = [name for name in seen if not name.partition(": ")[2].startswith("!")]
    names += [name for name in rows if name not in seen]
    shown = {name: foreign.shown(name) for name in names}
    width = max(map(foreign.width, shown.values()), default=0)
    for name in names:
        blank = " " * (width - foreign.width(shown[name]))
        yield f"  {shown[name]}{blank}  {_said(rows.get(name))}"


def _name(grant: Grant) -> str:
    return f"{grant.field}: {grant.entry}" if grant.entry else grant.field


def _said(row: dict[str, Any] | None) -> str:
    if row is None:
        return "never used"
    told = []
    if row["count"]:
        told.append(f"used {_times(row['count'])}, last {row['last']}{_detail(row['detail'])}")
    if row["denied"]:
        last = f"last {row['last_denied']}{_detail(row['denied_detail'])}"
        told.append(f"denied {_times(row['denied'])}, {last}")
    return "; ".join(told)


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"


def _detail(detail: str | None) -> str:
    return f" ({foreign.entry(detail)})" if detail else ""
