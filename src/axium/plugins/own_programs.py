"""The command lines of the programs of this package that are started by path."""

import posix
import sys

from axium.thin.usage import NOTED

_HERE = __file__.rpartition("/")[0]
_PACKAGE = _HERE.rpartition("/")[0]


def template() -> list[str]:
    """The template's; descriptor 0 is its end of the socket pair."""
    return [sys.executable, "-I", "-S", "-E", f"{_HERE}/__main__.py"]


def confined() -> list[str]:
    """What confines itself and then is what it is told to be; it wants that, as JSON, and words."""
    return [sys.executable, "-I", "-B", "-X", NOTED, f"{_PACKAGE}/confined.py"]


def keeper() -> list[str]:
    """What keeps a program together as long as we live, and ends as it does.

    It wants a path, and words.
    """
    return [sys.executable, "-I", "-S", "-E", f"{_HERE}/keeper.py", str(posix.getpid())]


def runner() -> list[str]:
    """What has the daemon say how a gear is confined, and becomes that; it wants words."""
    return [sys.executable, "-I", "-S", "-E", f"{_HERE}/runner.py"]
