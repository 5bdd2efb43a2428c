"""`axium spoke install --dry-run`: what would be installed, before a line of it has run."""

from collections.abc import Iterator

from axium.cli import show
from axium.cli.rights import lines_of
from axium.config import permissions as overrides
from axium.core.installing import Preview
from axium.core.plugin_text import commands_of
from axium.thin.paths import environ, home_of


def tell(preview: Preview, source: str) -> None:
    """Show it all; `source` is where it is from, as people may see it."""
    root, row = home_of(environ()).root, preview.row
    how = "link" if row.install_mode == "symlink" else "install"
    show.line(f"would {how} {row.name} {row.version} from {source} as {root}/spokes/{row.name}")
    show.table(list(_facts(preview)))
    show.line("permissions:")
    said, _faults = overrides.read(root)
    for line in lines_of(preview.manifest.installed_as(row.name), said):
        show.line(line)


def _facts(preview: Preview) -> Iterator[tuple[str, str]]:
    if preview.row.description:
        yield "description", preview.row.description
    commands = commands_of(preview.directory, preview.row.name)
    yield "commands", ", ".join(commands) or "none that its text names"
    if preview.manifest.prefixes:
        yield "wraps", ", ".join([rule.command for rule in preview.manifest.prefixes])
