"""Every command, for whoever must not import the command line to know them."""

import posix

from axium.thin.paths import Home
from axium.thin.published import read
from axium.thin.words import decode, encode

SHIPPED = __file__.rpartition("/thin/")[0] + "/shell/catalogue.tsv"
"""The core's commands, a record a line; made from the command line by docs/generate.py."""


class Command:
    """One record: `env set`, its section, its help in one line, its words for completion."""

    def __init__(self, record: str) -> None:
        self.name, self.section, self.help, words = record.split("\t")
        self.words = words.split()


def catalogue(home: Home) -> list[Command]:
    """Every command, in the order of the root help.

    The home's own, which has the plugins' too; the core's where that can't be had.
    """
    try:
        known = read(home.catalogue) if is_current(home) else None
        return [Command(record) for record in known or shipped()]
    except ValueError:
        return [Command(record) for record in shipped()]


def shipped() -> list[str]:
    """The records of the core."""
    fd = posix.open(encode(SHIPPED), posix.O_RDONLY | posix.O_CLOEXEC)
    try:
        return decode(posix.read(fd, posix.fstat(fd).st_size)).splitlines()
    finally:
        posix.close(fd)


def is_current(home: Home) -> bool:
    """Whether the home's catalogue was written after this version was installed."""
    # Not the time of the content, which an installer may keep from where it was built.
    try:
        written = posix.stat(encode(home.catalogue)).st_ctime_ns
    except OSError:
        return False
    return written > posix.stat(encode(SHIPPED)).st_ctime_ns
