"""The catalogue's records of the core, made from the command line itself."""

from axium.cli.app import GROUPS, root, root_context
from axium.core.commands import record, walk


def records() -> list[str]:
    """Every command of the core as `thin.catalogue` reads it, section by section."""
    context = root_context()
    found = list(walk(context, root()))
    return [
        record(context, name, title, command)
        for title, heads in GROUPS.items()
        for name, command in found
        if name.split()[0] in heads
    ]
