"""The running plugins: which were not loaded, which are late, and what is not contained."""

from collections.abc import Iterator
from typing import Any

from axium.cli.ask import ask
from axium.cli.checks.finding import Finding
from axium.cli.show import Failure
from axium.model.manifests import Kind

ANSWER_SECS = 2.0


def look(kind: Kind) -> Iterator[Finding]:
    """Findings of the plugins in the daemon; none where it does not answer, which is its own."""
    try:
        rows = ask(f"list_{kind}", autostart=False, timeout=ANSWER_SECS)[kind]
    except Failure:
        return
    for row in rows:
        yield from _of(kind, row)
    if any([row["is_contained"] is False for row in rows]):
        text = f"what {kind} start is ended one by one: no cgroup is there to contain a fork bomb"
        fix = "let systemd start the daemon with a delegated cgroup: `axium daemon install`"
        yield Finding(kind, "note", text, fix)


def _of(kind: Kind, row: dict[str, Any]) -> Iterator[Finding]:
    name, log = row["name"], f"`axium daemon logs` and logs/{row['name']}.log tell more"
    if row["status"] == "error":
        yield Finding(kind, "fault", f"{name}: {row['error']}", log)
    elif row["error"] and row["status"] == "active":
        yield Finding(kind, "warning", f"{name}: {row['error']}", log)
    for text, fix in troubles(row):
        yield Finding(kind, "warning", f"{name} {text}", fix or log)


def troubles(row: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """What a plugin that is loaded did since then that it should not, and what to do about it."""
    if row.get("raised"):
        yield f"raised {_times(row['raised'])}, at last {row['last_raised']}", ""
    if row.get("late"):
        said = f"did not answer in time {_times(row['late'])}"
        yield said, "do long work in a thread of its own"
    if row.get("restarts"):
        yield f"was started again {_times(row['restarts'])}, since its process ended", ""


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"
