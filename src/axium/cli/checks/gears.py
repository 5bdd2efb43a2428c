"""Gears: which are not as they were approved, which nothing holds, what overrides say of nobody."""

from collections.abc import Iterator, Mapping

from axium.cli.checks.finding import Finding, State
from axium.config.manifests import Found, discover
from axium.config.permissions import overridden, override_name, read_override
from axium.core.gear_standing import APPROVED, CHANGED, NOT_APPROVED, Standing, standing
from axium.core.sandbox_level import ENFORCED, levels
from axium.model.marks import Fault
from axium.model.permissions import without_effect
from axium.model.suggest import did_you_mean
from axium.thin.paths import Home

_MOST_CHANGES = 3
"""That are named in one finding."""


def look(home: Home) -> Iterator[Finding]:
    """A finding for each thing that is not as it should be; nothing in a home without gears."""
    known = {found.name: found for found in discover(home.root, "gears")}
    names = overridden(home.root)
    yield from [finding for name in names for finding in _override(home, name, known)]
    if not known:
        return
    yield from _machine()
    for found in known.values():
        if found.manifest is not None:
            yield from _of(found, standing(home.root, found))


def _machine() -> Iterator[Finding]:
    found = levels()
    if {*found} == {ENFORCED}:
        yield Finding("gears", "good", "this machine holds gears to what they may do (enforced)")
        return
    text = f"gears: {found.plain}; those that start programs: {found.programs}; "
    text += f"those that ask the ssh-agent: {found.agent}"
    yield Finding("gears", "note", text, "Linux 6.12 and newer can, where namespaces are allowed")


def _of(found: Found, stands: Standing) -> Iterator[Finding]:
    name = found.name
    if stands.approval != APPROVED:
        yield Finding("gears", "warning", f"{name}: {_why(stands)}", _way(name, stands))
    if stands.is_permissive:
        text = f"{name} is PERMISSIVE: it is started also where nothing holds it"
        fix = f"take `sandbox: permissive` out: `axium gear perms-edit {name}`"
        yield Finding("gears", "warning", f"{text} ({stands.sandbox})", fix, is_alarm=True)
    elif stands.sandbox != ENFORCED:
        text = f"{name} is not started: this machine can't hold it ({stands.sandbox})"
        fix = f"`sandbox: permissive` in {override_name(name)} has it started all the same"
        yield Finding("gears", "fault", text, fix)
    if stands.is_editable and stands.approval == APPROVED:
        text = f"{name} is editable: its code is not looked at, its manifest alone"
        yield Finding("gears", "note", text)


def _why(stands: Standing) -> str:
    if stands.approval != CHANGED:
        return stands.approval
    more = len(stands.changes) - _MOST_CHANGES
    told = ", ".join(stands.changes[:_MOST_CHANGES]) + (f" and {more} more" if more > 0 else "")
    return f"changed since it was approved: {told}"


def _way(name: str, stands: Standing) -> str:
    if stands.approval in (CHANGED, NOT_APPROVED):
        return f"look at it and say yes: `axium gear approve {name}`"
    return "mend it there, then `axium gear approve` it"


def _override(home: Home, name: str, known: Mapping[str, Found]) -> Iterator[Finding]:
    override, faults = read_override(home.root, name)
    yield from map(_told, faults)
    if name not in known:
        text = f"{override_name(name)} is of no gear that is there"
        fix = did_you_mean(name, known) or "remove it: it would hold for the next of this name"
        yield Finding("gears", "warning", text, fix)
        return
    manifest = known[name].manifest
    if override is None or manifest is None:
        return
    for field, entry in without_effect(manifest.permissions, override.permissions):
        text = f"{override_name(name)}: `{entry}` of `{field}` takes nothing away"
        yield Finding("gears", "warning", text, f"`axium gear perms-show {name}` shows what holds")


def _told(fault: Fault) -> Finding:
    state: State = "fault" if fault.severity == "error" else "warning"
    return Finding("gears", state, str(fault), fault.hint or "mend it there")
