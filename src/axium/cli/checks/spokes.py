"""Spokes and gears: what is wrong in a manifest, and what permissions.yaml says of nobody."""

from collections.abc import Iterator

from axium.cli.checks.finding import Finding, State
from axium.config.manifests import Found, discover
from axium.config.permissions import NAME, read
from axium.model.permissions import Permissions, without_effect
from axium.model.suggest import did_you_mean
from axium.thin.paths import Home


def look(home: Home) -> Iterator[Finding]:
    """A finding for each fault, or one that says that there is none; nothing without plugins."""
    spokes, gears = discover(home.root, "spokes"), discover(home.root, "gears")
    overrides, _faults = read(home.root)  # whose faults are told with those of the other files
    bad = [*_manifests([*spokes, *gears]), *_overrides(spokes, overrides)]
    yield from bad
    if not bad and (spokes or gears):
        count = len(spokes) + len(gears)
        text = f"{count} manifest{'s' * (count > 1)} of spokes and gears without a fault"
        yield Finding("spokes", "good", text)


def _manifests(plugins: list[Found]) -> Iterator[Finding]:
    for plugin in plugins:
        for fault in plugin.faults:
            state: State = "fault" if fault.severity == "error" else "warning"
            yield Finding("spokes", state, str(fault), fault.hint or "mend it there")


def _overrides(spokes: list[Found], overrides: dict[str, Permissions]) -> Iterator[Finding]:
    known = {spoke.name: spoke for spoke in spokes}
    for name, said in overrides.items():
        if name not in known:
            fix = did_you_mean(name, known) or f"take it out: `axium perms edit {name}`"
            yield Finding("spokes", "warning", f"{NAME} has `{name}`, which is no spoke", fix)
            continue
        manifest = known[name].manifest
        for field, entry in without_effect(manifest.permissions, said) if manifest else ():
            text = f"{NAME}: `{entry}` of `{name}.{field}` takes nothing away"
            yield Finding("spokes", "warning", text, f"`axium perms show {name}` shows what holds")
