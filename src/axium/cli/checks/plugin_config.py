"""What configures plugins: what is wrong in their own files, and in the user's overrides."""

from collections.abc import Iterator

from axium.cli.checks.finding import Finding, State
from axium.config.plugin_config import (
    File,
    files_of,
    overridden,
    override_of,
    plugins,
    read_part,
)
from axium.model.marks import Fault
from axium.model.suggest import did_you_mean
from axium.thin.paths import Home


def look(home: Home) -> Iterator[Finding]:
    """A finding for each fault, or one that says that there is none; nothing without such files."""
    known, overrides = plugins(home.root), overridden(home.root)
    bases = [(files_of(home.root, each).base, each.directory) for each in known]
    names = sorted({*overrides, *[plugin.name for plugin in known]})
    read = [*bases, *[(override_of(home.root, name), None) for name in names]]
    checked = [
        (file, faults) for file, within in read if (faults := _faults(file, within)) is not None
    ]
    bad = [_told(fault) for _file, faults in checked for fault in faults]
    bad += _astray(overrides, [plugin.name for plugin in known])
    yield from bad
    if checked and not bad:
        count = len(checked)
        yield Finding(
            "config", "good", f"{count} file{'s' * (count > 1)} of plugins without a fault"
        )


def _faults(file: File, within: str | None) -> tuple[Fault, ...] | None:
    """What is wrong in a file; None where there is none."""
    try:
        return read_part(file, within=within)[1]
    except FileNotFoundError:
        return None


def _told(fault: Fault) -> Finding:
    state: State = "fault" if fault.severity == "error" else "warning"
    return Finding("config", state, str(fault), fault.hint or "mend it there")


def _astray(overrides: list[str], known: list[str]) -> list[Finding]:
    """Overrides of nobody whose name is a slip; that of a plugin that may come back is none."""
    return [
        Finding("config", "warning", f"overrides/{name}.yaml is of no plugin", meant)
        for name in overrides
        if name not in known and (meant := did_you_mean(name, known))
    ]
