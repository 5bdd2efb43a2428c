"""The user's files: what is wrong in each, and where."""

from collections.abc import Iterator

from axium.cli.checks.finding import Finding, State
from axium.config.defaults import READ
from axium.config.load import load
from axium.thin.paths import Home


def look(home: Home) -> Iterator[Finding]:
    """A finding for each fault, or one that says that there is none."""
    faults = load(home.root, None).faults
    for fault in faults:
        state: State = "fault" if fault.severity == "error" else "warning"
        yield Finding("files", state, str(fault), fault.hint or "mend it there")
    if not faults:
        yield Finding("files", "good", f"{', '.join(READ)} have no fault")
