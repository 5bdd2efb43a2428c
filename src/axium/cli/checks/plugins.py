"""The running spokes: which were not loaded, which are late, and what is not contained."""

from collections.abc import Iterator
from typing import Any

from axium.cli.ask import ask
from axium.cli.checks.finding import Finding
from axium.cli.show import Failure

ANSWER_SECS = 2.0


def look() -> Iterator[Finding]:
    """Findings of the spokes in the daemon; none where it does not answer, which is its own."""
    try:
        rows = ask("list_spokes", autostart=False, timeout=ANSWER_SECS)["spokes"]
    except Failure:
        return
    for row in rows:
        yield from _of(row)
    if any([row["is_contained"] is False for row in rows]):
        text = "what spokes start is ended one by one: no cgroup is there to contain a fork bomb"
        fix = "let systemd start the daemon with a delegated cgroup: `axium daemon install`"
        yield Finding("spokes", "note", text, fix)


def _of(row: dict[str, Any]) -> Iterator[Finding]:
    name, log = row["name"], f"`axium daemon logs` and logs/{row['name']}.log tell more"
    if row["status"] == "error":
        yield Finding("spokes", "fault", f"{name}: {row['error']}", log)
    elif row["error"]:
        yield Finding("spokes", "warning", f"{name}: {row['error']}", log)
    if row["late"]:
        text = f"{name} did not answer in time, {row['late']} times since the daemon started"
        yield Finding("spokes", "warning", text, "do long work in a thread of the spoke's own")
