"""`axium run COMMAND [ARGS...]`: what the rules of this pane make of a command, by exec."""

from axium.thin import say
from axium.thin.launch import launch, plain
from axium.thin.paths import Home, environ, home_of
from axium.thin.published import pointer, table
from axium.thin.table import Table
from axium.thin.words import encode

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping


def main(args: list[str]) -> int | None:
    typed = args[1:] if args[:1] == ["--"] else args
    if not typed or (typed[0].startswith("-") and typed is args):
        return None
    return run(typed, environ())


def run(typed: list[str], around: dict[str, str]) -> int | None:
    """Become the command; its exit code where that fails.

    None where a plugin has it; and where nothing was published and no daemon can be had: the
    user's files must be read.
    """
    if steps_aside(typed, around):
        return plain(typed, around)
    env, found = _published(home_of(around), typed[0], around)
    if found is not None and not found.asks_about(typed[1:]):
        return launch(found, env, typed, around)
    if _is_of_plugin(typed, around):
        return None
    return _planned(typed, around, found.wanted if found else [])


def steps_aside(typed: list[str], around: "Mapping[str, str]") -> bool:
    """Whether the command is to run as it was typed, whatever rules and plugins say."""
    return around.get("AXIUM_OFF") == "1" or around.get("AXIUM_WRAPPED") == typed[0]


def _published(home: Home, command: str, around: "Mapping[str, str]") -> tuple[str, Table | None]:
    """Environment and table of this pane; a damaged file is as good as none."""
    try:
        here = pointer(home, around)
        words = here and table(home, here.stamp, command)
        return (here.env, Table(words)) if here and words else ("", None)
    except ValueError:
        return "", None


def _is_of_plugin(typed: list[str], around: dict[str, str]) -> bool:
    # Only here: what can be decided from the tables does not pay for the catalogue.
    from axium.thin.catalogue import is_of_plugin

    return is_of_plugin(home_of(around), typed)


def _planned(typed: list[str], around: dict[str, str], wanted: list[str]) -> int | None:
    # Only here: what can be decided from the tables does not pay for sockets.
    from axium.thin.plan import Refused

    try:
        found = _asked(typed, around, wanted)
    except Refused as refused:
        say.error(refused.message, refused.hint)
        return refused.code
    return None if found is None else launch(found, found.env, typed, around)


def _asked(typed: list[str], around: dict[str, str], wanted: list[str]) -> Table | None:
    from axium.thin.client import UNREACHABLE
    from axium.thin.plan import plan

    try:
        return plan(typed, around, wanted)
    except UNREACHABLE:
        if not started(around):
            return None
    return plan(typed, around, wanted)


def started(around: dict[str, str]) -> bool:
    """Whether a daemon answers now; a first run, which has no home yet, is not for us."""
    import posix

    from axium.thin.start import StartFailed, start

    home = home_of(around)
    if around.get("AXIUM_NO_AUTOSTART") == "1" or not posix.access(encode(home.root), posix.X_OK):
        return False
    try:
        start(home, around)
    except StartFailed as failed:
        say.error(f"{failed}; the rules are read from your files", failed.hint)
        return False
    return True
