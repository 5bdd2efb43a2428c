"""What a manifest and permissions.yaml together grant a spoke, as people are shown it."""

from collections.abc import Iterator, Mapping

from axium.cli import show
from axium.model.grants import Label, labels
from axium.model.manifests import Manifest
from axium.model.permissions import Effective, Permissions, effective
from axium.thin.paths import environ, user_home

NOTHING = "nothing"


def is_strict() -> bool:
    """Whether permissions.yaml is ignored here."""
    return environ().get("AXIUM_PERMS_STRICT") == "1"


def rights_of(manifest: Manifest, said: Mapping[str, Permissions]) -> Effective:
    """What it may do, by what permissions.yaml has `said`."""
    return effective(manifest.permissions, said.get(manifest.name), strict=is_strict())


def labels_of(manifest: Manifest, rights: Effective) -> list[Label]:
    """Which of that amounts to running anything as the user, and why."""
    return labels(rights, home=user_home(environ()), has_prefixes=bool(manifest.prefixes))


def lines_of(manifest: Manifest, said: Mapping[str, Permissions]) -> Iterator[str]:
    """Each right with who said it, then what it amounts to."""
    rights = rights_of(manifest, said)
    rows = list(_rows(rights))
    width = max(len(value) for _field, value, _source in rows)
    for field, value, source in rows:
        yield f"  {field:<8}  {value:<{width}}  {source}"
    for label in labels_of(manifest, rights):
        yield f"! {label.grant}: {label.why}"


def _rows(rights: Effective) -> Iterator[tuple[str, str, str]]:
    """Field, value and source; the field is named once."""
    for field, value in rights.values().items():
        entries = [(entry, str(source)) for entry, source in rights.origins.get(field, {}).items()]
        entries += [(f"!{entry}", "override") for entry in rights.refused.get(field, ())]
        if not entries:
            said = str(value).lower() if isinstance(value, bool) else NOTHING
            entries = [(said, rights.sources[field])]
        lead: str = field
        for entry, source in entries:
            yield lead, show.escaped(entry), source
            lead = ""
