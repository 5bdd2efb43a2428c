"""Every command, for whoever must not import the command line to know them."""

import posix

from axium.thin.paths import Home
from axium.thin.published import read
from axium.thin.words import decode, encode

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

SHIPPED = __file__.rpartition("/thin/")[0] + "/shell/catalogue.tsv"
"""The core's commands, a record a line; made from the command line by docs/generate.py."""


class Command:
    """One record: `env set`, its section, its help in one line, its words for completion."""

    def __init__(self, record: str) -> None:
        self.name, self.section, self.help, words = record.split("\t")
        self.words = words.split()

    @property
    def gear(self) -> str:
        """The gear whose command it is; empty for any other's."""
        return self.section.removeprefix("gear:") if self.section.startswith("gear:") else ""

    @property
    def plugin(self) -> str:
        """The plugin whose command it is; empty for the core's."""
        kind, _, name = self.section.partition(":")
        return name if kind in ("spoke", "gear") else ""


def catalogue(home: Home) -> list[Command]:
    """Every command, in the order of the root help.

    The home's own, which has the plugins' too; the core's where that can't be had. One that is
    older than this version gives those of plugins alone.
    """
    try:
        known = read(home.catalogue) or []
        own = [Command(record) for record in known]
    except ValueError:
        own = []
    if own and is_current(home):
        return own
    core = [Command(record) for record in shipped()]
    return core + [command for command in own if command.plugin]


def is_of_plugin(home: Home, words: "Sequence[str]") -> bool:
    """Whether the first two of `words` are a plugin's command, such as `aws whoami`.

    Those of gears are run as `axium aws whoami` alone, and by the rules that their user approved.
    """
    if len(words) < 2 or any([word.split() != [word] for word in words[:2]]):
        return False
    name = words[0] + " " + words[1]
    try:
        found = [record for record in read(home.catalogue) or () if record.startswith(name)]
        theirs = [Command(record) for record in found if record[len(name)] in (" ", "\t")]
        return any([command.section.startswith("spoke:") for command in theirs])
    except (ValueError, IndexError):
        return False


def named(home: Home, words: "Sequence[str]") -> Command | None:
    """The plugin's command whose whole name `words` begin with, the longest such name."""
    try:
        known = [record for record in read(home.catalogue) or () if record.startswith(words[0])]
        found = [command for command in map(Command, known) if command.plugin]
    except (ValueError, IndexError):
        return None
    names = [command.name.split(" ") for command in found]
    fitting = [len(name) if name == list(words[: len(name)]) else 0 for name in names]
    longest = max(fitting, default=0)
    return found[fitting.index(longest)] if longest else None


def shipped() -> list[str]:
    """The records of the core."""
    fd = posix.open(encode(SHIPPED), posix.O_RDONLY | posix.O_CLOEXEC)
    try:
        return decode(posix.read(fd, posix.fstat(fd).st_size)).splitlines()
    finally:
        posix.close(fd)


def core_words() -> frozenset[str]:
    """The words with which the core's commands begin."""
    return frozenset([record.partition("\t")[0].partition(" ")[0] for record in shipped()])


def is_current(home: Home) -> bool:
    """Whether the home's catalogue was written after this version was installed."""
    # Not the time of the content, which an installer may keep from where it was built.
    try:
        written = posix.stat(encode(home.catalogue)).st_ctime_ns
    except OSError:
        return False
    return written > posix.stat(encode(SHIPPED)).st_ctime_ns
