"""The names that there are, as the daemon published them; as the files have them before it did."""

from axium.thin import published
from axium.thin.paths import Home


def environments(home: Home) -> list[str]:
    """The environments, in the order of the file."""
    try:
        known = published.read(home.run + "/envs")
    except ValueError:
        known = None
    return _from_files()[0] if known is None else known


def wrapped(home: Home) -> list[str]:
    """The commands that are wrapped, sorted."""
    try:
        known = published.commands(home)
    except ValueError:
        known = None
    return _from_files()[1] if known is None else known


def _from_files() -> tuple[list[str], list[str]]:
    # 30 ms for YAML, where no daemon has run yet.
    from axium.cli.files import configuration

    found = configuration()
    return list(found.environments), list(found.rules.commands())
