"""Commands of gears, started from outside: the daemon says how one is confined, and it is so.

As a program it is the pane of a gear's `tmux_split_run`: `python -I -S -E .../runner.py GEAR
KIND HERE WORD...`. It ends by exec: nothing is left between the gear and its terminal.
"""

import sys

STARTED_BY_PATH = "axium" not in sys.modules
if STARTED_BY_PATH:
    sys.path.insert(0, __file__.rpartition("/axium/")[0])

import posix  # noqa: E402 (what is below is found by the line above)

from axium.plugins import own_programs  # noqa: E402
from axium.plugins.environ import of_gear  # noqa: E402
from axium.thin import say  # noqa: E402
from axium.thin.catalogue import named  # noqa: E402
from axium.thin.client import UNREACHABLE, ask_handed  # noqa: E402
from axium.thin.paths import cwd, environ, home_of, socket_path  # noqa: E402
from axium.thin.quote import quote, quote_object  # noqa: E402
from axium.thin.usage import NOTED, note  # noqa: E402
from axium.thin.words import decode, encode  # noqa: E402

if STARTED_BY_PATH:
    sys.path.append(sys.path.pop(0))

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

TIMEOUT = 45.0
"""Seconds; all files of the gear are looked at, and a daemon that was just started loads it."""

CHANNEL = 3

_ANSWERED = b'{"ok":true,'
_NAMES = b'"names":"'
"""Variables: letters, digits and `_`, so that this is where they are, and no JSON need be read."""


def command(words: list[str]) -> int | None:
    """Become the gear's command that `words` name; None where they name no such command.

    The exit code where it can't be had.
    """
    around = environ()
    found = named(home_of(around), words) if words else None
    if found is None or not found.gear:
        return None
    if NOTED not in sys._xoptions:  # noqa: SLF001 (documented so)
        note(home_of(around), around, found.name)
    return become(found.gear, words, around, here=cwd())


def in_pane(words: list[str]) -> int:
    """Become what a gear runs in a pane, as `orders.split_command` says it; the exit code.

    Which of the two it is was decided with the permission for it, and is not looked at again: a
    command that is gone by now must not become a program that was never granted.
    """
    gear, kind, here, *argv = words
    return become(gear, argv, environ(), here=here, kind=kind)


def become(
    gear: str,
    words: "Sequence[str]",
    around: "Mapping[str, str]",
    *,
    here: str,
    kind: str = "command",
) -> int:
    """Become a gear's command, or a program in its confinement; the exit code where it fails.

    `here` is what `./**` means, nothing if it is empty.
    """
    said = {"cmd": "gear_channel", "gear": gear, "kind": kind, "cwd": here}
    try:
        answer, channel = _answer({name: text for name, text in said.items() if text}, around)
    except UNREACHABLE:
        say.error("the daemon is not running", "start it with `axium daemon start`")
        return 1
    except OSError as error:
        say.error(f"the daemon did not answer: {say.reason(error)}", "see `axium daemon logs`")
        return 2
    if not answer.startswith(_ANSWERED):
        return _refused(gear, answer)
    names = decode(answer.partition(_NAMES)[2].partition(b'"')[0]).split()
    argv = [*own_programs.confined(), decode(answer.rstrip(b"\n")), *words]
    _execute(argv, of_gear(around, names), channel)
    return 2


def _answer(said: dict[str, str], around: "Mapping[str, str]") -> tuple[bytes, int | None]:
    """What the daemon says, which is started if it is not there. OSError."""
    request = encode(quote_object({name: quote(text) for name, text in said.items()})) + b"\n"
    try:
        return ask_handed(request, socket_path(around), TIMEOUT)
    except UNREACHABLE:
        if not _started(around):
            raise
    return ask_handed(request, socket_path(around), TIMEOUT)


def _started(around: "Mapping[str, str]") -> bool:
    # Only here: who has a daemon does not pay for starting one.
    from axium.thin.start import StartFailed, start

    if around.get("AXIUM_NO_AUTOSTART") == "1":
        return False
    try:
        start(home_of(around), around)
    except StartFailed as failed:
        say.error(str(failed), failed.hint)
        return False
    return True


def _refused(gear: str, answer: bytes) -> int:
    # 7 ms, for what is to be read by a person.
    import json

    from axium.thin.query import refusal

    try:
        sentence, hint = refusal(json.loads(answer))
    except ValueError:
        sentence, hint = "the daemon's answer can't be understood", "is it of another version?"
    say.error(f"gear `{gear}` does not run: {sentence}", hint)
    return 1


def _execute(argv: list[str], variables: "Mapping[str, str]", channel: int | None) -> None:
    if channel is not None:
        posix.dup2(channel, CHANNEL)
        posix.set_inheritable(CHANNEL, True)  # a copy is; not what has that number already
    words = [encode(word) for word in argv]
    values = {encode(name): encode(value) for name, value in variables.items()}
    try:
        posix.execve(words[0], words, values)
    except OSError as error:
        say.error(f"cannot run `{argv[0]}`: {error.strerror}")


def main() -> None:
    """Be the pane's program."""
    from axium.thin.entry import leave_by, restore

    restore()
    leave_by(in_pane, sys.argv[1:])


if __name__ == "__main__":
    main()
